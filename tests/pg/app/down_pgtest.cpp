#include "project.hpp"

namespace slipway {
namespace {

class Down : public test::ProjectTest {
protected:
  Result<app::RunReport> redo(std::int64_t steps = 1) {
    return with_context([&](const app::Context& context) { return app::redo(context, steps); });
  }
  Result<app::RunReport> go(std::int64_t version) {
    return with_context(
        [&](const app::Context& context) { return app::goto_version(context, Version(version)); });
  }
  std::string applied() {
    return value(
        "SELECT coalesce(string_agg(version::text, ' ' ORDER BY applied_order), '') FROM slipway.migration");
  }
  void write_three() {
    write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
    write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
    write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE c;");
  }
};

TEST_F(Down, UndoesTheNewestFromTheStoredScriptWithoutAnyFile) {
  write_three();
  ASSERT_TRUE(up());
  forget_files();
  const auto report = down();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(has_table("c"));
  EXPECT_EQ(applied(), "1 2");
  EXPECT_EQ(
      value("SELECT count(*) FROM slipway.journal WHERE direction = 'down' AND state = 'finished'"),
      "1");
}

TEST_F(Down, ALaterEditOfTheFilesDownDoesNotChangeWhatRuns) {
  write_three();
  ASSERT_TRUE(up());
  write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE a;");
  ASSERT_TRUE(down());
  EXPECT_TRUE(has_table("a"));
  EXPECT_FALSE(has_table("c"));
}

TEST_F(Down, ToZeroUndoesAllInReverseOrderOfApplication) {
  write_three();
  ASSERT_TRUE(up());
  const auto report = down({.to = Version(0), .steps = {}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->done[0].version, Version(3));
  EXPECT_EQ(report->done[2].version, Version(1));
  EXPECT_EQ(applied(), "");
}

TEST_F(Down, AFailingDownLeavesTheMigrationApplied) {
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;\nDROP TABLE no_such_table;");
  ASSERT_TRUE(up());
  const auto failed = down();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::sql);
  EXPECT_EQ(failed.error().place->line, 2U);
  EXPECT_TRUE(has_table("a"));
  EXPECT_EQ(applied(), "1");
}

TEST_F(Down, AnUndoOutsideATransactionIsResumed) {
  write(
      "1_a.sql",
      "CREATE TABLE a (id int);\nCREATE TABLE guard (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
      "DROP INDEX CONCURRENTLY a_id;\nDROP TABLE a;\nDROP TABLE guard;");
  ASSERT_TRUE(up());
  exec("CREATE VIEW on_guard AS SELECT * FROM guard");
  const auto failed = down();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::part_way);
  EXPECT_FALSE(has_table("a_id"));
  EXPECT_TRUE(has_table("a"));
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::half_undone);
  EXPECT_FALSE(up()) << "a half-undone migration must be undone before anything is applied";
  exec("DROP VIEW on_guard");
  const auto resumed = down();
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_FALSE(has_table("a"));
  EXPECT_EQ(applied(), "");
}

TEST_F(Down, RedoRunsTheFileAsItIsNow) {
  write_three();
  ASSERT_TRUE(up());
  write("3_c.sql", "CREATE TABLE c (id int, more text);", "DROP TABLE c;");
  const auto report = redo();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'c'"), "2");
  EXPECT_EQ(value("SELECT kind FROM slipway.run ORDER BY id DESC LIMIT 1"), "redo");
  EXPECT_TRUE(status().comparison.clean());
}

TEST_F(Down, RedoWithoutTheFileIsRefusedBeforeAnythingIsUndone) {
  write_three();
  ASSERT_TRUE(up());
  forget_files();
  EXPECT_FALSE(redo());
  EXPECT_TRUE(has_table("c"));
}

TEST_F(Down, RedoLeavesPendingOnesPending) {
  write_three();
  ASSERT_TRUE(up({.to = Version(2), .steps = {}}));
  ASSERT_TRUE(redo(2));
  EXPECT_EQ(applied(), "1 2");
}

TEST_F(Down, GotoGoesDownAndUp) {
  write_three();
  ASSERT_TRUE(up());
  ASSERT_TRUE(go(1));
  EXPECT_EQ(applied(), "1");
  ASSERT_TRUE(go(3));
  EXPECT_EQ(applied(), "1 2 3");
  ASSERT_TRUE(go(0));
  EXPECT_EQ(applied(), "");
}

TEST_F(Down, GotoKeepsTheOrderOfApplicationTrue) {
  write_three();
  ASSERT_TRUE(up({.to = Version(1), .steps = {}}));
  files_.clear();
  files_.add_folder("migrations");
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("3_c.sql", "CREATE TABLE c (id int);", "DROP TABLE c;");
  ASSERT_TRUE(up());
  write("2_b.sql", "CREATE TABLE b AS SELECT * FROM c;", "DROP TABLE b;");
  set("apply.allow_out_of_order", "true");
  ASSERT_TRUE(up());
  EXPECT_EQ(applied(), "1 3 2");
  ASSERT_TRUE(down());
  EXPECT_EQ(applied(), "1 3");
}

TEST_F(Down, AnIrreversibleMigrationStopsBeforeAnythingIsUndone) {
  write("1_a.sql",
        "-- slipway:irreversible rows are gone\n-- slipway:up\nCREATE TABLE a (id int);\n");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(up());
  const auto failed = down({.to = {}, .steps = 2});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::check_failed);
  EXPECT_TRUE(has_table("b"));
}

} // namespace
} // namespace slipway
