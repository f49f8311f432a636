// One cell: a database with a backup, writes, a run, writes, the rollback with its fault, the
// rollback again, and the look at what came of it.
#include "stage.hpp"

#include "passage.hpp"

#include "slipway/os/process.hpp"
#include "slipway/test/migration_files.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <pwd.h>
#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace slipway::test {

namespace {

namespace fs = std::filesystem;

/// Big enough for a file of the server's log, too small for the table `wide`.
constexpr std::uint64_t k_small_disk = std::uint64_t{17} << 20U;
constexpr int k_writes = 60;
constexpr int k_attempts = 4;
/// What a deploy ends with that has gone back by itself.
constexpr int k_rolled_back = 4;

// As the server's own user: root may be without the privilege to do it to others.
void limit_files_of(int pid, std::uint64_t bytes) {
  struct stat process{};
  if (stat(("/proc/" + std::to_string(pid)).c_str(), &process) != 0) return;
  os::Command command;
  command.arguments = {"prlimit", "--pid", std::to_string(pid),
                       "--fsize=" + std::to_string(bytes) + ":" + std::to_string(bytes)};
  if (process.st_uid != getuid()) command.user = getpwuid(process.st_uid)->pw_name;
  command.working_directory = "/";
  const auto limited = os::run(command, long_wait());
  if (!limited || limited->exit_status != 0) throw std::runtime_error("prlimit failed");
}

std::vector<std::string> command_of(const DrillCell& cell) {
  std::vector<std::string> words{"rollback", "--yes"};
  if (cell.path == DrillPath::safe) words.insert(words.end(), {"--path", "safe"});
  if (cell.path == DrillPath::fast_good && cell.kind->loses)
    words.insert(words.end(), {"--path", "fast"});
  return words;
}

// What the rows were before the run. Those of writers have greater numbers.
std::string rows_from_the_start(pg::Session& session) {
  return value(session,
               "SELECT (SELECT md5(string_agg(i::text, ',' ORDER BY id)) FROM items AS i WHERE id "
               "< 1000) || (SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM people AS p "
               "WHERE id < 1000) || (SELECT count(*) FROM orders WHERE token LIKE 's%') || "
               "(SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM extras AS e WHERE id < "
               "1000) || (SELECT count(*) || md5(sum(n)::text) FROM wide)");
}

/// Whether the values from before must all be back, seen from what the path can.
bool brings_all_back(const DrillCell& cell) {
  if (cell.path == DrillPath::fast_good) return !cell.kind->loses;
  return !cell.kind->changes_rows || cell.capture->skips_migrations;
}

} // namespace

DrillStage::DrillStage() = default;

DrillStage::Start& DrillStage::start_for(const Capture& capture) {
  auto& start = starts_[capture.name];
  if (start) return *start;
  start = std::make_unique<Start>();
  start->database = "start_" + capture.name;
  start->project.write("slipway.toml", "[backup]\nstore = \"backups\"\n" + capture.settings);
  start->project.write("migrations/1_ground.sql",
                       migration_text(drill_ground(), "-- slipway:irreversible it is the ground"));
  server_.drop_databases(k_database);
  server_.make_database(k_database, "");
  std::vector<std::vector<std::string>> commands{{"up"}};
  if (!capture.deploys) commands.push_back({"backup", "create"});
  for (const auto& words : commands) {
    const auto ran = run(*start, words, url());
    if (ran.status != 0) throw std::runtime_error("no start: " + ran.out + ran.err);
  }
  start->fingerprint = run(*start, {"fingerprint"}, url()).out;
  {
    auto session = connect(url());
    start->rows = rows_from_the_start(session);
  }
  server_.make_database(start->database, k_database);
  return *start;
}

Ran DrillStage::run(const Start& start, const std::vector<std::string>& arguments,
                    const std::string& url, std::map<std::string, std::string> environment) const {
  environment["DATABASE_URL"] = url;
  return slipway(arguments, {.environment = std::move(environment),
                             .working_directory = start.project.path(),
                             .input = {}});
}

void DrillStage::set_up(const DrillCell& cell, const Start& start) {
  server_.drop_slots();
  server_.drop_databases(k_database);
  if (cell.capture->deploys) fs::remove_all(start.project.file("backups"));
  fs::remove_all(start.project.file("spool"));
  server_.make_database(k_database, start.database);
  const auto& kind = *cell.kind;
  const bool bad = cell.path != DrillPath::fast_good;
  start.project.write("migrations/2_break.sql",
                      migration_text(bad && !kind.bad_up.empty() ? kind.bad_up : kind.up,
                                     bad ? kind.bad_down : kind.down));
}

Played DrillStage::play(const DrillCell& cell) {
  auto& start = start_for(*cell.capture);
  set_up(cell, start);
  Played played;
  const bool large = cell.path != DrillPath::fast_good;
  Client client(9, large);
  std::unique_ptr<Application> application;
  const auto write = [&] {
    if (application) return application->await(k_writes);
    auto session = connect(url());
    for (int i = 0; i < k_writes; ++i) client.write_one(session);
  };
  if (cell.writers) application = std::make_unique<Application>(url(), large);
  write();
  auto disturbed = make_run(cell, start);
  if (is_open()) write();
  if (cell.capture->spools && disturbed.ran.status == 0) {
    spool(cell, start);
    write();
  }
  const auto begun = std::chrono::steady_clock::now();
  // A deploy that failed has gone back by itself, or has to be helped.
  const bool goes_back = disturbed.ran.status == 0 || has_run();
  if (goes_back && !cell.fault.in_deploy) {
    lose_what_is_kept(cell.fault);
    disturbed = disturb(cell, start, command_of(cell));
  }
  played.hit = disturbed.hit;
  played.requests = disturbed.requests;
  played.first_status = disturbed.ran.status;
  std::string told = disturbed.ran.out + disturbed.ran.err;
  auto ran = disturbed.ran;
  if (cell.fault.in_deploy && goes_back) {
    ran = run(start, command_of(cell), url());
    told += ran.out + ran.err;
  }
  for (int i = 0; i < k_attempts && goes_back && ran.status != 0; ++i) {
    if (i > 0 || !disturbed.hit) played.trouble += "another attempt was needed: " + told + "\n";
    ran = run(start, command_of(cell), url());
    told += ran.out + ran.err;
  }
  played.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (goes_back && ran.status != 0)
    played.trouble += "it ended with " + std::to_string(ran.status) + "\n" + told;
  if (application) {
    application->await(k_writes);
    application->stop();
  }
  const auto ledger = application ? application->ledger() : client.ledger();
  played.trouble += look_after(cell, start, told, ledger, played.audit);
  return played;
}

DrillStage::Disturbed DrillStage::make_run(const DrillCell& cell, const Start& start) {
  if (!cell.capture->deploys) {
    const auto up = run(start, {"up"}, url());
    if ((up.status != 0) != cell.kind->up_fails)
      throw std::runtime_error(cell.name() + ": the run ended with " + std::to_string(up.status) +
                               "\n" + up.err);
    return {.ran = up};
  }
  std::vector<std::string> command{"deploy", "--full", "--yes"};
  // What is done to a copy while it is kept in step needs a deploy that stays.
  if (cell.fault.in_deploy &&
      (cell.fault.point == "deploy.copy_followed" || cell.fault.point.starts_with("spool.")))
    command.insert(command.end(), {"--bake", "10min"});
  if (cell.fault.in_deploy) return disturb(cell, start, command);
  const auto deployed = run(start, command, url());
  if (deployed.status != (cell.kind->up_fails ? k_rolled_back : 0))
    throw std::runtime_error(cell.name() + ": the deploy ended with " +
                             std::to_string(deployed.status) + "\n" + deployed.err);
  return {.ran = deployed};
}

void DrillStage::spool(const DrillCell& cell, const Start& start) {
  const auto spooled = run(start, {"deploy", "spool", "--once"}, url());
  if (spooled.status != 0 || spooled.out.find(" in all") == std::string::npos)
    throw std::runtime_error(cell.name() + ": nothing was spooled: " + spooled.out + spooled.err);
}

bool DrillStage::is_open() {
  auto control = server_.control();
  return value(control, "SELECT datallowconn FROM pg_database WHERE datname = 'drill'") == "t";
}

bool DrillStage::has_run() {
  if (!is_open()) return true;
  auto session = connect(url());
  return value(session,
               "SELECT EXISTS (SELECT FROM slipway.migration WHERE version = '2') OR "
               "EXISTS (SELECT FROM slipway.run WHERE kind = 'up' AND outcome IS NULL)") == "t";
}

void DrillStage::lose_what_is_kept(const Fault& fault) {
  auto control = server_.control();
  if (fault.kind == FaultKind::copy_lost)
    exec(control, "DROP DATABASE drill__warm_1");
  else if (fault.kind == FaultKind::follower_lost)
    exec(control, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE "
                  "slot_name LIKE '%\\_warm'");
}

DrillStage::Disturbed DrillStage::disturb(const DrillCell& cell, const Start& start,
                                          const std::vector<std::string>& command) {
  Disturbed disturbed;
  switch (cell.fault.kind) {
  case FaultKind::kill:
    disturbed.ran = run(start, command, url(), {{"SLIPWAY_CRASH_AT", cell.fault.point}});
    disturbed.hit = disturbed.ran.status == 128 + SIGKILL;
    return disturbed;
  case FaultKind::copy_lost:
  case FaultKind::follower_lost:
    disturbed.ran = run(start, command, url());
    disturbed.hit = true;
    return disturbed;
  case FaultKind::store_gone: {
    const auto store = start.project.file("backups");
    fs::rename(store, store + ".away");
    disturbed.ran = run(start, command, url());
    fs::remove_all(store);
    fs::rename(store + ".away", store);
    // In place no backup is needed.
    disturbed.hit = cell.path == DrillPath::fast_good || disturbed.ran.status != 0;
    if (const auto trouble = check_refusal(cell, disturbed.ran); !trouble.empty())
      throw std::runtime_error(cell.name() + ": " + trouble);
    return disturbed;
  }
  default:
    return disturb_through_relay(cell.fault, start, command);
  }
}

DrillStage::Disturbed DrillStage::disturb_through_relay(const Fault& fault, const Start& start,
                                                        const std::vector<std::string>& command) {
  Disturbed disturbed;
  std::atomic<int> requests = 0;
  std::atomic<bool> hit = false;
  MessageRelay::Rules rules;
  rules.before = [&](const Message& message) {
    if (message.sender != Sender::client || (message.type != 'Q' && message.type != 'S'))
      return Fate::forwarded;
    if (++requests != fault.request) return Fate::forwarded;
    hit = true;
    if (fault.kind == FaultKind::network_cut) return Fate::reset;
    server_.stop_and_start();
    return Fate::forwarded;
  };
  rules.after = [&](const Message& message) {
    if (fault.kind == FaultKind::disk_full && message.type == 'K' &&
        message.sender == Sender::server)
      limit_files_of(message.backend_pid, k_small_disk);
  };
  {
    const MessageRelay relay(url(), rules);
    disturbed.ran = run(start, command, relay.url());
  }
  disturbed.requests = requests;
  // Over a copy that is there the rollback gets round it.
  const bool goes_round = disturbed.ran.err.find("the fast path failed") != std::string::npos;
  disturbed.hit =
      hit || (fault.kind == FaultKind::disk_full && (disturbed.ran.status != 0 || goes_round));
  return disturbed;
}

// Without the backup there is no way but the fast one: it is said, and nothing is touched.
std::string DrillStage::check_refusal(const DrillCell& cell, const Ran& ran) {
  if (cell.path == DrillPath::fast_good)
    return ran.status == 0 ? std::string() : "the fast path needs no backup: " + ran.err;
  if (ran.status == 0) return "it went well without a backup";
  if (ran.err.find("error: ") == std::string::npos && ran.out.find("backup") == std::string::npos)
    return "nothing says that there is no backup: " + ran.out + ran.err;
  if (!is_open()) return "the database is closed";
  auto session = server_.control();
  return value(session, "SELECT count(*) FROM pg_database WHERE datname LIKE 'drill%'") ==
                 (cell.capture->keeps_copy ? "2" : "1")
             ? std::string()
             : "a database was made";
}

std::string DrillStage::leftovers() {
  auto control = server_.control();
  std::string found;
  for (const auto& row :
       rows(control, "SELECT datname FROM pg_database WHERE (datname LIKE 'drill%' AND NOT "
                     "datallowconn) OR datname LIKE 'drill\\_\\_pre%' OR datname LIKE "
                     "'drill\\_\\_warm%'"))
    found += "left: database " + row[0] + "\n";
  for (const auto& row : rows(control, "SELECT slot_name FROM pg_replication_slots"))
    found += "left: slot " + row[0] + "\n";
  if (value(control, "SELECT count(*) FROM pg_db_role_setting, unnest(setconfig) AS s WHERE s LIKE "
                     "'slipway.fence%'") != "0")
    found += "left: the note of a fence\n";
  auto session = connect(url());
  for (const auto& row :
       rows(session, "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE tgname LIKE "
                     "'slipway\\_%'"))
    found += "left: trigger " + row[0] + "\n";
  // The server notices a moment later that a command has ended and its session with it.
  const auto patience = Deadline::after(Millis(30'000));
  while (value(session, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") != "0") {
    if (patience.passed()) {
      found += "left: an advisory lock\n";
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (value(session, "SELECT string_agg(version || ' ' || state, ', ') FROM slipway.migration") !=
      "1 applied")
    found += "the history is another one\n";
  return found;
}

std::string DrillStage::look_after(const DrillCell& cell, const Start& start,
                                   const std::string& told, const Ledger& ledger, Audit& audit) {
  std::string trouble;
  // In place the slot stays until somebody says that it may go.
  if (cell.capture->deploys) {
    const auto confirmed = run(start, {"deploy", "confirm", "--yes"}, url());
    if (confirmed.status != 0) trouble += "not confirmed: " + confirmed.err;
  }
  trouble += leftovers();
  if (const auto spools = start.project.file("spool"); fs::exists(spools) && !fs::is_empty(spools))
    trouble += "left: a spool\n";
  const auto fingerprint = run(start, {"fingerprint"}, url());
  if (fingerprint.out != start.fingerprint)
    trouble += "the fingerprint is another one: " + fingerprint.out + fingerprint.err;
  std::set<std::string> may_be_lost;
  auto session = connect(url());
  if (cell.path == DrillPath::fast_good || !cell.capture->has_dropped)
    may_be_lost = {cell.kind->only_in_old};
  audit = ledger.audit(session, may_be_lost, told);
  trouble += audit.trouble;
  if (brings_all_back(cell) && rows_from_the_start(session) != start.rows)
    trouble += "rows from the start are others\n";
  return trouble;
}

} // namespace slipway::test
