// A mixed set of migrations goes up and down for a long while, and the program is killed, or its
// connection cut, at random. After each recovery nothing may be lost, doubled or stuck.
// SOAK_KILLS says how many kills, SOAK_SEED with which seed; scripts/soak sets
// them.
#include "../e2e/running_program.hpp"
#include "message_relay.hpp"
#include "passage.hpp"
#include "soak_world.hpp"
#include "target_state.hpp"

#include "slipway/os/crash_plan.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <thread>

namespace slipway {
namespace {

constexpr int k_migrations = 40;
constexpr int k_killed = 128 + SIGKILL;
constexpr const char* k_no_runner =
    "NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend')";

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::stoull(text);
}

struct Tally {
  int steps = 0;
  int at_a_time = 0;
  int at_a_point = 0;
  int cuts = 0;
  int second_runners = 0;
  int questions = 0;
  int kills() const { return at_a_time + at_a_point + cuts; }
};

class Soak : public test::RunnerTest {
protected:
  using Random = std::mt19937_64;

  void SetUp() override {
    RunnerTest::SetUp();
    seed_ = number_from("SOAK_SEED", 20261120);
    // A further server repeats a part of what the first one has shown.
    const bool is_first = std::getenv("SLIPWAY_PG_BIN") == nullptr;
    wanted_ = static_cast<int>(number_from("SOAK_KILLS", is_first ? 300 : 100));
    world_ = std::make_unique<test::SoakWorld>(seed_, k_migrations);
    world_->write_to(project_);
    exec(world_->ground());
    record_undisturbed();
  }

  /// The state at each version, from a target that nothing disturbs.
  void record_undisturbed() {
    const auto url = test::TestServer::instance().copy_of_database(without_looker());
    states_.push_back(test::state_of(url, test::WithDump::no));
    for (int version = 1; version <= k_migrations; ++version) {
      const auto ran =
          test::slipway({"up", "--steps", "1"}, {.environment = {{"DATABASE_URL", url}},
                                                 .working_directory = project_.path(),
                                                 .input = {}});
      ASSERT_EQ(ran.status, 0) << "seed " << seed_ << "\n" << ran.err;
      states_.push_back(test::state_of(url, test::WithDump::no));
    }
  }
  const std::string& without_looker() {
    close_looker();
    return url_;
  }

  int newest() {
    if (value("SELECT to_regclass('slipway.migration') IS NULL") == "t") return 0;
    return std::stoi(value("SELECT coalesce(max(version), 0) FROM slipway.migration"));
  }

  std::vector<std::string> command(Random& random) {
    const int at = newest();
    const auto some = [&](int low, int high) {
      return std::to_string(std::uniform_int_distribution<int>(low, high)(random));
    };
    const int choice = std::uniform_int_distribution<int>(0, 9)(random);
    if (at == 0 || (choice < 4 && at < k_migrations)) return {"up", "--steps", some(1, 6)};
    if (choice < 7) return {"down", "--steps", some(1, 5)};
    if (choice < 8) return {"redo", "--steps", some(1, std::min(at, 3))};
    return {"goto", some(std::max(1, at - 6), std::min(k_migrations, at + 6))};
  }

  /// One disturbed run. False when it was over before the disturbance came.
  bool disturb(const std::vector<std::string>& words, Random& random) {
    const int way = std::uniform_int_distribution<int>(0, 2)(random);
    const bool struck = way == 0   ? kill_at_a_time(words, random)
                        : way == 1 ? kill_at_a_point(words, random)
                                   : cut(words, random);
    log(fmt::format("{}, {}", fmt::join(words, " "),
                    !struck    ? "undisturbed"
                    : way == 0 ? "killed at a time"
                    : way == 1 ? "killed at a point"
                               : "cut"));
    if (struck) ++(way == 0 ? tally_.at_a_time : way == 1 ? tally_.at_a_point : tally_.cuts);
    return struck;
  }

  bool kill_at_a_time(const std::vector<std::string>& words, Random& random) {
    constexpr int k_longest_run = 60'000;
    auto running = start(words);
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution<int>(0, k_longest_run)(random)));
    running.signal(SIGKILL);
    const int status = running.wait();
    last_output_ = running.printed();
    return expect_end(status);
  }

  bool kill_at_a_point(const std::vector<std::string>& words, Random& random) {
    const auto points = os::crash_points_of_runs();
    const std::string point(os::crash_point_name(
        points[std::uniform_int_distribution<std::size_t>(0, points.size() - 1)(random)]));
    // What concerns the run is reached once, what concerns a statement many times.
    const int most = point.rfind("run.", 0) == 0 ? 1 : 4;
    const auto at =
        fmt::format("{}:{}", point, std::uniform_int_distribution<int>(1, most)(random));
    const auto ran =
        test::slipway(words, {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", at}},
                              .working_directory = project_.path(),
                              .input = {}});
    last_output_ = ran.err;
    return expect_end(ran.status);
  }

  bool cut(const std::vector<std::string>& words, Random& random) {
    constexpr int k_messages = 600;
    const int n = std::uniform_int_distribution<int>(1, k_messages)(random);
    bool happened = false;
    test::MessageRelay::Rules rules;
    rules.before = [&](const test::Message& message) {
      if (message.number != n) return test::Fate::forwarded;
      happened = true;
      return test::Fate::reset;
    };
    const test::MessageRelay relay(url_, rules);
    test::RunningProgram running(words, relay.url(), project_);
    const int status = running.wait();
    last_output_ = running.printed();
    if (happened) return true;
    return expect_end(status);
  }

  /// A run ends by the kill, or well, unless another one is at work beside it: what is half done by
  /// that one may be refused.
  bool expect_end(int status) {
    if (status == k_killed) return true;
    if (second_) {
      EXPECT_LT(status, 128) << told();
      return false;
    }
    EXPECT_EQ(status, 0) << told();
    return false;
  }

  /// Goes on with what is half done until nothing is.
  void recover() {
    constexpr int k_tries = 8;
    for (int i = 0; i < k_tries; ++i) {
      await(k_no_runner);
      const auto half = half_done();
      if (half.first == 0) return;
      const auto ran = run({half.second == Direction::up ? "up" : "down", "--steps", "1"});
      last_output_ = ran.err;
      log(fmt::format("recovery of {} ended with {}", half.first, ran.status));
      if (ran.status != 0) answer(ran, half.first, half.second);
      if (HasFailure()) return;
    }
    ADD_FAILURE() << "stuck\n" << told();
  }

  std::pair<int, Direction> half_done() {
    if (value("SELECT to_regclass('slipway.migration') IS NULL") == "t") return {0, Direction::up};
    const auto found =
        rows("SELECT version, state FROM slipway.migration WHERE state <> 'applied'");
    if (found.empty()) return {0, Direction::up};
    EXPECT_EQ(found.size(), 1U) << told();
    return {std::stoi(found[0][0]), found[0][1] == "applying" ? Direction::up : Direction::down};
  }

  void answer(const test::Ran& ran, int version, Direction direction) {
    const auto number = test::asked_statement(ran.err);
    if (number.empty()) {
      ADD_FAILURE() << "stuck\n" << told();
      return;
    }
    ++tally_.questions;
    const bool done =
        value("SELECT " + world_->took_effect(version, direction, std::stoi(number))) == "t";
    const auto repaired = run({"repair", done ? "--done" : "--undone", number});
    EXPECT_EQ(repaired.status, 0) << repaired.err << told();
  }

  /// Nothing lost, nothing doubled: the target is as it would be had nothing ever happened.
  void examine() {
    const int at = newest();
    const auto state = test::state_of(url_, test::WithDump::no);
    EXPECT_EQ(test::difference(states_[static_cast<std::size_t>(at)], state), "") << told();
  }

  /// What a person needs to understand a failure.
  std::string told() {
    std::string text = fmt::format("seed {}, step {}; the last run said:\n{}\nthe last steps:\n",
                                   seed_, tally_.steps, last_output_);
    for (const auto& line : log_) text += line + "\n";
    if (value("SELECT to_regclass('slipway.journal') IS NULL") == "t") return text;
    text +=
        "the journal, newest first (run, version, direction, statement, state, started, finished):\n";
    for (const auto& row :
         rows("SELECT run, version, direction, statement, state, started_at, finished_at "
              "FROM slipway.journal ORDER BY id DESC LIMIT 40"))
      text += fmt::format("{}\n", fmt::join(row, " "));
    return text;
  }
  void log(const std::string& line) {
    constexpr std::size_t k_kept = 12;
    log_.push_back(fmt::format("step {}: {}", tally_.steps, line));
    if (log_.size() > k_kept) log_.pop_front();
  }

  std::uint64_t seed_ = 0;
  int wanted_ = 0;
  std::unique_ptr<test::SoakWorld> world_;
  std::vector<test::TargetState> states_;
  Tally tally_;
  std::string last_output_;
  std::deque<std::string> log_;
  std::unique_ptr<test::RunningProgram> second_; ///< beside the run that is disturbed
};

TEST_F(Soak, ZeroLostZeroDoubledZeroStuck) {
  std::cout << fmt::format("soak: {} kills, seed {}", wanted_, seed_) << std::endl;
  const auto begin = std::chrono::steady_clock::now();
  while (tally_.kills() < wanted_ && !HasFailure()) {
    ++tally_.steps;
    // Each step has its own dice, so that a step can be looked at again without those before it.
    std::seed_seq parts{seed_, static_cast<std::uint64_t>(tally_.steps)};
    Random random(parts);
    const auto words = command(random);
    if (std::uniform_int_distribution<int>(0, 9)(random) == 0) {
      const auto others = command(random);
      log(fmt::format("beside it, {}", fmt::join(others, " ")));
      second_ = std::make_unique<test::RunningProgram>(others, url_, project_);
      ++tally_.second_runners;
    }
    disturb(words, random);
    // Now and then the recovery is the next thing to be killed.
    const auto half = half_done();
    if (half.first != 0 && std::uniform_int_distribution<int>(0, 2)(random) == 0)
      disturb({half.second == Direction::up ? "up" : "down", "--steps", "1"}, random);
    if (second_) second_->wait();
    second_.reset();
    recover();
    examine();
  }
  const auto repaired = run({"repair"});
  EXPECT_EQ(repaired.status, 0) << repaired.err;
  auto session = connect();
  EXPECT_EQ(test::leftovers_in(session), "") << told();
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout
      << fmt::format(
             "soak: {} kills in {} steps ({} at a time, {} at a point, {} cuts), {} second runners, "
             "{} questions, {:.1f} kills a second",
             tally_.kills(), tally_.steps, tally_.at_a_time, tally_.at_a_point, tally_.cuts,
             tally_.second_runners, tally_.questions, tally_.kills() / seconds)
      << std::endl;
}

} // namespace
} // namespace slipway
