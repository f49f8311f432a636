// `slipway locks` and `slipway preflight` as the program: what they print, ask and exit with.
#include "running_program.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <thread>

namespace slipway::test {
namespace {

class Locks : public RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    exec("CREATE TABLE t (id int)");
    holder_ = connect();
    test::exec(*holder_, "SET application_name = 'the report'");
    test::exec(*holder_, "BEGIN; SELECT * FROM t");
  }
  void TearDown() override {
    holder_->close();
    if (waiter_.joinable()) waiter_.join();
  }
  // An ALTER that waits for the holder; its end is of no interest.
  void start_alter() {
    waiter_ = std::thread([this] {
      auto session = connect();
      const auto ignored =
          session.execute(SqlText("ALTER TABLE t ADD COLUMN x int"), test::long_wait());
      static_cast<void>(ignored);
    });
    await("EXISTS (SELECT FROM pg_locks WHERE NOT granted)");
  }
  std::string holder_pid() const { return std::to_string(holder_->backend_pid()); }
  // Nothing until the program has opened its output.
  static std::string printed_by(const RunningProgram& program) {
    try {
      return program.printed();
    } catch (const std::runtime_error&) {
      return {};
    }
  }
  void await_text(const RunningProgram& program, const std::string& text) {
    const auto deadline = long_wait().deadline;
    while (printed_by(program).find(text) == std::string::npos) {
      ASSERT_FALSE(deadline.passed()) << "never printed: " << text << "\n" << printed_by(program);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  std::optional<pg::Session> holder_;
  std::thread waiter_;
};

TEST_F(Locks, TheTreeIsPrintedWithTheCommandThatFreesIt) {
  const auto quiet = run({"locks"});
  EXPECT_EQ(quiet.status, 0);
  EXPECT_NE(quiet.out.find("nobody waits for a lock"), std::string::npos) << quiet.out;
  start_alter();
  const auto busy = run({"locks"});
  EXPECT_EQ(busy.status, 0);
  EXPECT_NE(busy.out.find("1 session waits"), std::string::npos) << busy.out;
  EXPECT_NE(busy.out.find("pid " + holder_pid() + " the report"), std::string::npos) << busy.out;
  EXPECT_NE(busy.out.find("└─ pid "), std::string::npos) << busy.out;
  EXPECT_NE(busy.out.find("for ACCESS EXCLUSIVE on public.t"), std::string::npos) << busy.out;
  EXPECT_NE(busy.out.find("slipway locks cancel " + holder_pid() + " --terminate"),
            std::string::npos)
      << busy.out;
  const auto json = run({"locks", "--json"}).json();
  EXPECT_EQ(json["waiting"], 1);
  ASSERT_EQ(json["sessions"].size(), 2U);
  EXPECT_EQ(json["sessions"][0]["pid"], holder_->backend_pid());
  EXPECT_EQ(json["sessions"][1]["blocked_by"][0]["pid"], holder_->backend_pid());
  EXPECT_EQ(json["sessions"][1]["wanted"]["mode"], "ACCESS EXCLUSIVE");
}

TEST_F(Locks, ACancelOfAnIdleTransactionSaysThatItDoesNothing) {
  start_alter();
  const auto refused = run({"locks", "cancel", holder_pid(), "--yes"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_NE(refused.err.find("a cancel would do nothing"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("slipway locks cancel " + holder_pid() + " --terminate"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + holder_pid()), "1");
}

// Fails when the question is left out: nobody can be asked here.
TEST_F(Locks, NobodyIsStoppedWithoutAYes) {
  const auto unasked = run({"locks", "cancel", holder_pid(), "--terminate"});
  EXPECT_EQ(unasked.status, 2);
  EXPECT_NE(unasked.err.find("End the session of pid " + holder_pid() + " (the report"),
            std::string::npos)
      << unasked.err;
  EXPECT_EQ(value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + holder_pid()), "1");
}

TEST_F(Locks, TerminateFreesThoseBehind) {
  start_alter();
  const auto ended = run({"locks", "cancel", holder_pid(), "--terminate", "--yes", "--json"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.json()["outcome"], "stopped");
  waiter_.join();
  EXPECT_EQ(
      value("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'x'"),
      "1");
}

TEST_F(Locks, AnUnknownPidIsSaidSo) {
  EXPECT_EQ(run({"locks", "cancel", "1", "--yes"}).status, 3);
  EXPECT_EQ(run({"locks", "cancel", "none", "--yes"}).status, 2);
  EXPECT_EQ(run({"locks", "cancel"}).status, 2);
}

TEST_F(Locks, WatchingGoesOnUntilItIsInterrupted) {
  auto watching = start({"locks", "--watch", "--interval", "500ms"});
  await_text(watching, "nobody waits for a lock");
  start_alter();
  await_text(watching, "pid " + holder_pid() + " the report");
  watching.signal(SIGINT);
  EXPECT_EQ(watching.wait(), 0) << watching.printed();
}

TEST_F(Locks, WatchingEndsAtTheDeadlineAndIsNotTooEager) {
  auto watching = start({"locks", "--watch", "--deadline", "1s"});
  EXPECT_EQ(watching.wait(), 0) << watching.printed();
  EXPECT_NE(watching.printed().find("nobody waits"), std::string::npos);
  EXPECT_EQ(run({"locks", "--watch", "--interval", "100ms"}).status, 2);
}

class PreflightProgram : public RunnerTest {};

TEST_F(PreflightProgram, ItExitsWith3OnAStopAndUpRefuses) {
  write("1_a.sql", "DO $$BEGIN END$$;", "SELECT 1;");
  const auto well = run({"preflight"});
  EXPECT_EQ(well.status, 0) << well.out;
  EXPECT_NE(well.out.find("pass     plpgsql: PL/pgSQL runs"), std::string::npos) << well.out;
  exec("DROP EXTENSION plpgsql");
  const auto stopped = run({"preflight"});
  EXPECT_EQ(stopped.status, 3) << stopped.out;
  EXPECT_NE(stopped.out.find("run: CREATE EXTENSION plpgsql;"), std::string::npos) << stopped.out;
  const auto json = run({"preflight", "--json"}).json();
  EXPECT_FALSE(json["may_start"]);
  const auto refused = run({"up"});
  EXPECT_EQ(refused.status, 3) << refused.err;
  EXPECT_NE(refused.err.find("preflight check plpgsql says stop"), std::string::npos)
      << refused.err;
  EXPECT_EQ(value("SELECT count(*) FROM pg_namespace WHERE nspname = 'slipway'"), "0");
  const auto forced = run({"up", "--no-preflight"});
  EXPECT_EQ(forced.status, 1) << forced.err;
}

} // namespace
} // namespace slipway::test
