#include "passage.hpp"

#include "../e2e/running_program.hpp"

#include <csignal>
#include <stdexcept>
#include <thread>

namespace slipway::test {

namespace {

constexpr const char* k_nobody_else =
    "NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend')";

void await(pg::Session& session, const std::string& condition) {
  const auto deadline = long_wait().deadline;
  while (value(session, "SELECT " + condition) != "t") {
    if (deadline.passed()) throw std::runtime_error("in vain: " + condition);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

} // namespace

std::string asked_statement(const std::string& told) {
  const std::string_view question = "slipway repair --done ";
  const auto at = told.find(question);
  if (at == std::string::npos) return {};
  const auto digits = at + question.size();
  return told.substr(digits, told.find_first_not_of("0123456789", digits) - digits);
}

Passage::Passage(TestServer& server, const Kind& kind, Direction direction)
    : server_(server), kind_(kind), direction_(direction) {
  const auto start_url = server.fresh_database();
  for (const auto& [name, text] : kind.files) project_.write("migrations/" + name, text);
  {
    auto session = connect(start_url);
    start_ = session.database();
    exec(session, common_ground());
  }
  if (direction == Direction::down) {
    std::vector<std::string> up{"up"};
    if (kind.name == "failing") up.insert(up.end(), {"--to", "1"});
    const auto ran = run(up, start_url, {});
    if (ran.status != 0) throw std::runtime_error(name() + " has no start: " + ran.err);
  }
  if (const auto found = kind.interrupted_while.find(direction);
      found != kind.interrupted_while.end())
    break_off(start_url, found->second);
  const auto url = fresh_start();
  undisturbed_ = go(url);
  // What fails after a migration that stays fails as the first one the next time.
  status_of_rerun_ = undisturbed_.status == 0 ? 0 : go(url).status;
  expected_ = state_of(url, WithDump::yes);
}

std::string Passage::name() const {
  return kind_.name + " " + std::string(direction_name(direction_));
}

std::string Passage::fresh_start() const {
  // Hundreds of them would fill a small machine.
  if (!current_.empty()) {
    const auto dropped = server_.cluster().drop_database(current_, long_wait());
    if (!dropped) throw std::runtime_error(dropped.error().message);
  }
  const auto url = another_start();
  current_ = copy_name(copies_);
  return url;
}

std::string Passage::copy_name(int number) const {
  return start_ + "_" + std::to_string(number);
}

std::string Passage::another_start() const {
  const auto name = copy_name(++copies_);
  const auto made = server_.cluster().create_database(name, start_, long_wait());
  if (!made) throw std::runtime_error(made.error().message);
  return server_.cluster().connection_string(name);
}

Ran Passage::run(const std::vector<std::string>& arguments, const std::string& url,
                 const Environment& environment) const {
  Environment all = environment;
  all["DATABASE_URL"] = url;
  return slipway(arguments,
                 {.environment = all, .working_directory = project_.path(), .input = {}});
}

Ran Passage::go(const std::string& url, const Environment& environment,
                const std::vector<std::string>& more_arguments) const {
  auto words = arguments();
  words.insert(words.end(), more_arguments.begin(), more_arguments.end());
  return run(words, url, environment);
}

// A reader's snapshot makes the build wait with its index there and INVALID; then everything ends.
void Passage::break_off(const std::string& url, const std::string& condition) const {
  auto looker = connect(url);
  auto reader = connect(url);
  exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  exec(reader, "SELECT count(*) FROM items");
  RunningProgram running(arguments(), url, project_);
  await(looker, condition);
  running.signal(SIGKILL);
  running.wait();
  exec(
      looker,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
      "application_name LIKE 'slipway:%' AND datname = current_database() AND pid <> pg_backend_pid()");
  reader.close();
  await(looker, k_nobody_else);
}

Ran Passage::rerun(const std::string& url) const {
  constexpr int k_questions = 5;
  Ran ran;
  for (int i = 0; i < k_questions; ++i) {
    ran = go(url);
    const auto number = asked_statement(ran.err);
    if (ran.status == 0 || number.empty()) return ran;
    const auto answers = kind_.took_effect.find(direction_);
    if (answers == kind_.took_effect.end()) return ran;
    const auto answer = answers->second.find(std::stoll(number));
    if (answer == answers->second.end()) return ran;
    auto session = connect(url);
    const bool done = value(session, "SELECT " + answer->second) == "t";
    const auto repaired = run({"repair", done ? "--done" : "--undone", number}, url, {});
    if (repaired.status != 0) return repaired;
  }
  return ran;
}

// A run that was killed after its last migration leaves nothing to do, so no later run takes the
// lock; doctor names it, and the command it names ends it.
std::string Passage::end_dangling_runs(const std::string& url) const {
  auto session = connect(url);
  if (value(session, "SELECT to_regclass('slipway.run') IS NULL") == "t") return {};
  if (value(session, "SELECT count(*) FROM slipway.run WHERE outcome IS NULL") == "0") return {};
  const auto told = run({"doctor"}, url, {});
  if (told.out.find("run without an end") == std::string::npos ||
      told.out.find("slipway repair") == std::string::npos)
    return "doctor does not name the run without an end:\n" + told.out;
  const auto repaired = run({"repair"}, url, {});
  return repaired.status == 0 ? std::string() : "repair failed:\n" + repaired.err;
}

std::string Passage::trouble_after_rerun(const std::string& url, WithDump with_dump) const {
  const auto ran = rerun(url);
  std::string trouble;
  if (ran.status != undisturbed_.status && ran.status != status_of_rerun_)
    trouble += "the rerun ended with " + std::to_string(ran.status) + "\n" + ran.err;
  trouble += end_dangling_runs(url);
  auto session = connect(url);
  await(session, k_nobody_else);
  trouble += leftovers_in(session);
  trouble += difference(expected_, state_of(url, with_dump));
  if (value(session, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                     "(SELECT oid FROM pg_database WHERE datname = current_database())") != "0")
    trouble += "a runner lock is left\n";
  return trouble;
}

std::vector<std::pair<std::string, Direction>> all_passages() {
  std::vector<std::pair<std::string, Direction>> all;
  for (const auto& kind : kinds())
    for (const auto direction : {Direction::up, Direction::down})
      all.emplace_back(kind.name, direction);
  return all;
}

} // namespace slipway::test
