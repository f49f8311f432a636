// kill -9 at every named point, each as often as it is reached, for every kind of migrations, up
// and down.
#include "../e2e/running_program.hpp"
#include "passage.hpp"

#include "slipway/os/crash_plan.hpp"

#include <csignal>
#include <iostream>
#include <set>

namespace slipway {
namespace {

constexpr int k_killed = 128 + SIGKILL;

class CrashPoints : public ::testing::TestWithParam<Direction> {
protected:
  /// Kills at the n-th time a point is reached, for n = 1, 2 ... until the run is not killed any
  /// more. Yields the number of kills.
  static int kill_at(const test::Passage& passage, const std::string& point) {
    for (int n = 1;; ++n) {
      const auto at = point + ":" + std::to_string(n);
      const auto url = passage.fresh_start();
      const auto ran = passage.go(url, {{"SLIPWAY_CRASH_AT", at}});
      if (ran.status != k_killed) {
        EXPECT_EQ(ran.status, passage.undisturbed_status()) << at << "\n" << ran.err;
        return n - 1;
      }
      // pg_dump sees nothing that the catalog does not show, so once a point is enough.
      const auto with_dump = n == 1 ? test::WithDump::yes : test::WithDump::no;
      EXPECT_EQ(passage.trouble_after_rerun(url, with_dump), "")
          << passage.name() << ", killed at " << at;
    }
  }
};

// Every kind is one test, so that what no kind reaches shows at the end.
TEST_P(CrashPoints, ARerunAfterAKillAtAnyOfThemEndsAsAnUndisturbedRun) {
  std::set<std::string> never_reached;
  for (const auto point : os::crash_points_of_runs())
    never_reached.emplace(os::crash_point_name(point));
  const auto points = never_reached;
  int all_kills = 0;
  for (const auto& kind : test::kinds()) {
    const test::Passage passage(test::TestServer::instance(), kind, GetParam());
    int kills = 0;
    for (const auto& point : points) {
      const int here = kill_at(passage, point);
      if (here > 0) never_reached.erase(point);
      kills += here;
    }
    std::cout << passage.name() << ": " << kills << " kills" << std::endl;
    all_kills += kills;
  }
  for (const auto& point : never_reached) ADD_FAILURE() << "no kind reaches " << point;
  RecordProperty("kills", all_kills);
}

// Found by the soak. One run undid the migration and applied it again; the next `down` must not
// take what that run undid for what it has done itself. Fails when Store::read leaves out that no
// row of the other direction is newer.
class AfterRedo : public test::RunnerTest {};

TEST_F(AfterRedo, AnInterruptedDownUndoesEveryStatement) {
  write("1_a.sql", "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
        "DROP INDEX CONCURRENTLY a_id;\nDROP TABLE a;");
  ASSERT_EQ(run({"up"}).status, 0);
  ASSERT_EQ(run({"redo"}).status, 0);
  const auto killed = test::slipway(
      {"down"},
      {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", "apply.piecewise_begun"}},
       .working_directory = project_.path(),
       .input = {}});
  ASSERT_EQ(killed.status, k_killed) << killed.err;
  EXPECT_EQ(run({"down"}).status, 0);
  EXPECT_EQ(value("SELECT to_regclass('a') IS NULL"), "t");
}

INSTANTIATE_TEST_SUITE_P(, CrashPoints, ::testing::Values(Direction::up, Direction::down),
                         [](const auto& one) { return std::string(direction_name(one.param)); });

} // namespace
} // namespace slipway
