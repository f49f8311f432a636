#include "pipe_output.hpp"
#include "screen.hpp"

#include "slipway/observe/sinks.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::observe;

namespace {

using Lines = std::vector<std::string>;

const Masker k_masker;
constexpr std::int64_t k_version = 20261120103000;

std::string logged(const std::vector<Event>& events, Verbosity verbosity, Style style = {}) {
  PipeOutput pipe(style, k_masker);
  const auto sink = terminal_sink(pipe.output(), verbosity);
  for (const auto& event : events) sink->on_event(event);
  return pipe.take();
}

event::MigrationStarted started(Direction direction = Direction::up) {
  return {.run = 12,
          .version = k_version,
          .migration = "add_orders_user_id",
          .direction = direction,
          .statements = 3,
          .index = 2,
          .total = 7};
}

event::MigrationFinished finished(const std::string& outcome, Direction direction = Direction::up) {
  return {.run = 12,
          .version = k_version,
          .migration = "add_orders_user_id",
          .direction = direction,
          .outcome = outcome,
          .rows = 12,
          .duration_ms = 34.6,
          .index = 2,
          .total = 7};
}

std::vector<Event> whole_run() {
  return {event::RunStarted{
              .run = 12, .kind = "up", .target = "postgres://app:x@db/shop", .migrations = 1},
          started(),
          event::StatementStarted{.version = k_version,
                                  .statement = 1,
                                  .total = 3,
                                  .sql = "ALTER TABLE orders ADD user_id bigint"},
          event::StatementFinished{
              .version = k_version, .statement = 1, .total = 3, .rows = 0, .duration_ms = 4.2},
          event::ServerNotice{.severity = "NOTICE", .sqlstate = "42710", .message = "skipping"},
          finished("done"),
          event::RunFinished{
              .run = 12, .kind = "up", .outcome = "done", .migrations = 1, .duration_ms = 120}};
}

// What a pseudo-terminal received, with the line ends the kernel makes of "\n" taken back.
std::string on_pseudo_terminal(const std::vector<Event>& events, Verbosity verbosity) {
  winsize size{};
  size.ws_col = 60;
  int master = -1;
  int terminal = -1;
  if (openpty(&master, &terminal, nullptr, nullptr, &size) != 0)
    throw std::runtime_error("no pseudo-terminal");
  std::string bytes;
  std::thread reader([&] {
    char buffer[4096];
    for (ssize_t got = 0; (got = read(master, buffer, sizeof buffer)) > 0;)
      bytes.append(buffer, static_cast<std::size_t>(got));
  });
  {
    Output output(terminal, style_for(terminal, ColourChoice::automatic, {{"TERM", "xterm"}}),
                  k_masker);
    const auto sink = terminal_sink(output, verbosity);
    for (const auto& event : events) sink->on_event(event);
  }
  close(terminal);
  reader.join();
  close(master);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] != '\r' || bytes.substr(i, 2) != "\r\n") text += bytes[i];
  return text;
}

} // namespace

TEST(TerminalSink, ALogHasPlainLinesOnly) {
  EXPECT_EQ(logged(whole_run(), Verbosity::normal),
            "run 12 (up): 1 migration on postgres://app:***@db/shop\n"
            "applying  20261120103000 add_orders_user_id  [2/7] 3 statements\n"
            "applied  20261120103000 add_orders_user_id  3 statements  12 rows  35 ms\n"
            "1 migration applied in 120 ms (run 12)\n");
}

TEST(TerminalSink, VerboseTellsEachStatementAndNotice) {
  EXPECT_EQ(logged(whole_run(), Verbosity::verbose),
            "run 12 (up): 1 migration on postgres://app:***@db/shop\n"
            "applying  20261120103000 add_orders_user_id  [2/7] 3 statements\n"
            "  statement 1/3: ALTER TABLE orders ADD user_id bigint\n"
            "  statement 1/3 done in 4 ms, 0 rows\n"
            "  server NOTICE: skipping (42710)\n"
            "applied  20261120103000 add_orders_user_id  3 statements  12 rows  35 ms\n"
            "1 migration applied in 120 ms (run 12)\n");
}

TEST(TerminalSink, QuietTellsWarningsAndFailuresOnly) {
  EXPECT_EQ(logged(whole_run(), Verbosity::quiet), "");
  EXPECT_EQ(
      logged({event::Note{"n"}, event::LockRetry{}, event::LockWaiting{},
              event::RunnerLockWaiting{}, event::Warning{"w", "h"},
              event::ServerNotice{.severity = "WARNING", .sqlstate = "01000", .message = "old"},
              finished("failed"), event::Failed{Error(ErrorCode::io, "no space")}},
             Verbosity::quiet),
      "warning: w\n   hint: h\n"
      "  server WARNING: old\n"
      "failed   20261120103000 add_orders_user_id  up  after 35 ms\n"
      "error: no space\n");
}

// Through the kernel's terminal, as a person would see it at the end and while it ran.
TEST(TerminalSink, ATerminalKeepsOneLineAMigrationAndShowsTheStatementMeanwhile) {
  const std::string bytes = on_pseudo_terminal(whole_run(), Verbosity::normal);
  EXPECT_EQ(screen(bytes),
            (Lines{"run 12 (up): 1 migration on postgres://app:***@db/shop",
                   "  ✓ up 20261120103000 add_orders_user_id  (3 statements, 12 rows, 35 ms)",
                   "1 migration applied in 120 ms (run 12)", ""}));
  const auto meanwhile = screen(bytes.substr(0, bytes.find("✓")));
  ASSERT_EQ(meanwhile.size(), 2U);
  EXPECT_NE(bytes.find("  up    20261120103000 add_orders_user_id   3 statements"),
            std::string::npos);
  EXPECT_NE(bytes.find("\r[2/7] 20261120103000 stateme...LE orders ADD user_id bigint\x1b[K"),
            std::string::npos)
      << bytes;
}

TEST(TerminalSink, AVerboseTerminalKeepsTheStatements) {
  EXPECT_EQ(screen(on_pseudo_terminal(whole_run(), Verbosity::verbose)),
            (Lines{"run 12 (up): 1 migration on postgres://app:***@db/shop",
                   "  statement 1/3 done in 4 ms, 0 rows: ALTER TABLE orders ADD user_id bigint",
                   "  server NOTICE: skipping (42710)",
                   "  ✓ up 20261120103000 add_orders_user_id  (3 statements, 12 rows, 35 ms)",
                   "1 migration applied in 120 ms (run 12)", ""}));
}

TEST(TerminalSink, AFailureOnATerminalLeavesNoProgressLineBehind) {
  const auto lines = screen(
      on_pseudo_terminal({started(Direction::down), finished("failed", Direction::down),
                          event::Failed{Error(ErrorCode::sql, "no").with_next("slipway status")}},
                         Verbosity::normal));
  EXPECT_EQ(lines, (Lines{"  ✗ down 20261120103000 add_orders_user_id  (failed after 35 ms)",
                          "error: no", "   next:   slipway status", ""}));
}

TEST(TerminalSink, UndoingSaysSo) {
  EXPECT_EQ(
      logged(
          {started(Direction::down), finished("done", Direction::down),
           event::RunFinished{
               .run = 13, .kind = "down", .outcome = "done", .migrations = 2, .duration_ms = 1200}},
          Verbosity::normal),
      "undoing   20261120103000 add_orders_user_id  [2/7] 3 statements\n"
      "undone   20261120103000 add_orders_user_id  3 statements  12 rows  35 ms\n"
      "2 migrations undone in 1.2 s (run 13)\n");
}

TEST(TerminalSink, AResumedMigrationSaysWhereItContinues) {
  auto resumed = started();
  resumed.resumed_at = 2;
  EXPECT_NE(logged({resumed}, Verbosity::normal)
                .find("  resuming 20261120103000 add_orders_user_id at statement 2 of 3\n"),
            std::string::npos);
}

TEST(TerminalSink, EveryEndOfARunHasItsLine) {
  const auto end = [](const std::string& kind, const std::string& outcome, std::int64_t run) {
    return logged(
        {event::RunFinished{
            .run = run, .kind = kind, .outcome = outcome, .migrations = 2, .duration_ms = 5}},
        Verbosity::normal);
  };
  EXPECT_EQ(end("up", "nothing_to_do", 0), "Nothing to do: the target is up to date.\n");
  EXPECT_EQ(end("down", "nothing_to_do", 0), "Nothing to do.\n");
  EXPECT_EQ(end("redo", "done", 3), "2 migrations done by redo in 5 ms (run 3)\n");
  EXPECT_EQ(end("up", "failed", 3), "failed after 5 ms, 2 migrations applied (run 3)\n");
  EXPECT_EQ(end("up", "cancelled", 3), "cancelled after 5 ms, 2 migrations applied (run 3)\n");
}

TEST(TerminalSink, AStepOfAWayBackShowsTheClock) {
  const event::StepStarted step{.run = 3,
                                .step = "safe path",
                                .index = 2,
                                .total = 5,
                                .elapsed_ms = 65'400,
                                .budget_ms = 900'000};
  auto without_budget = step;
  without_budget.budget_ms = 0;
  const event::StepFinished failed{
      .run = 3, .step = "safe path", .outcome = "failed", .duration_ms = 1500};
  EXPECT_EQ(logged({step, without_budget, failed}, Verbosity::normal),
            "[1:05 of 15:00] step 2 of 5: safe path\n[1:05] step 2 of 5: safe path\n"
            "  safe path: failed after 1.5 s\n");
  auto done = failed;
  done.outcome = "done";
  EXPECT_EQ(logged({done}, Verbosity::normal), "");
}

TEST(TerminalSink, WaitingNamesWhoIsWaitedFor) {
  EXPECT_EQ(
      logged({event::RunnerLockWaiting{
                  .holder = "pid 4711 on db-host", .waited_ms = 4000, .limit_ms = 60000},
              event::RunnerLockAcquired{.mode = "session", .waited_ms = 5000},
              event::LockWaiting{.version = 7,
                                 .statement = 2,
                                 .blockers = "pid 11 (app)",
                                 .waited_ms = 3000,
                                 .limit_ms = 60000},
              event::LockRetry{.version = 7,
                               .statement = 2,
                               .attempt = 1,
                               .sleep_ms = 400,
                               .blockers = "pid 12 (psql)"}},
             Verbosity::normal),
      "waiting for another slipway to finish: pid 4711 on db-host (waited 4 s of 1 min)\n"
      "runner lock obtained after 5 s (session)\n"
      "  waiting: statement 2 of 7 is not begun, for others hold what it needs (looked for 3 s of 1 min): pid 11 (app)\n"
      "  waiting: statement 2 of 7 did not get its lock (attempt 1); next try in 400 ms\n"
      "     blocked by pid 12 (psql)\n");
}

TEST(TerminalSink, APoolerIsAlwaysSaid) {
  EXPECT_EQ(logged({event::RunnerLockAcquired{.mode = "lease", .waited_ms = 0}}, Verbosity::normal),
            "runner lock obtained after 0 ms (lease, as there is a connection pooler)\n");
  EXPECT_EQ(
      logged({event::RunnerLockAcquired{.mode = "session", .waited_ms = 0}}, Verbosity::normal),
      "");
}

TEST(TerminalSink, TextOfOthersCannotDriveTheTerminalOrForgeALine) {
  auto forged = started();
  forged.migration = "x\nerror: forged\x1b[2J";
  const std::string text = logged({forged, event::Note{"\x1b[31mred"}}, Verbosity::normal);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\nerror"), std::string::npos);
}

TEST(FanOut, GivesEachSinkEveryEventInOrder) {
  PipeOutput a({}, k_masker);
  PipeOutput b({}, k_masker);
  const auto one = terminal_sink(a.output(), Verbosity::normal);
  const auto two = terminal_sink(b.output(), Verbosity::normal);
  FanOut both({one.get(), two.get()});
  both.on_event(event::Note{"1"});
  both.on_event(event::Note{"2"});
  EXPECT_EQ(a.take(), "1\n2\n");
  EXPECT_EQ(b.take(), "1\n2\n");
}
