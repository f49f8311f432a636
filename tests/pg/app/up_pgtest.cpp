#include "project.hpp"

#include <chrono>
#include <thread>

namespace slipway {
namespace {

class Up : public test::ProjectTest {};

TEST_F(Up, AppliesEverythingPendingAndRecordsIt) {
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("2_b.sql", "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1), (2);", "DROP TABLE b;");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->done.size(), 2U);
  EXPECT_EQ(report->done[1].rows, 2);
  EXPECT_EQ(value("SELECT count(*) FROM b"), "2");
  EXPECT_EQ(
      value(
          "SELECT string_agg(version || ' ' || name || ' ' || state, ', ' ORDER BY applied_order) FROM slipway.migration"),
      "1 a applied, 2 b applied");
  EXPECT_EQ(value("SELECT kind || ' ' || outcome FROM slipway.run"), "up done");
  EXPECT_EQ(
      value(
          "SELECT count(*) FROM slipway.journal WHERE state = 'finished' AND start_lsn IS NOT NULL"),
      "3");
  EXPECT_TRUE(status().comparison.clean());
}

TEST_F(Up, TheSecondTimeThereIsNothingToDoAndNoRun) {
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  ASSERT_TRUE(up());
  const auto again = up();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->nothing_to_do());
  EXPECT_EQ(value("SELECT count(*) FROM slipway.run"), "1");
}

TEST_F(Up, AnEmptyFolderIsNothingToDo) {
  const auto report = up();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->nothing_to_do());
  EXPECT_FALSE(has_table("slipway.migration")) << "nothing pending must not create tables";
}

// Fails when run_transaction commits before its last statement, or the history row is written
// outside of it.
TEST_F(Up, AFailureInsideATransactionLeavesNothingBehind) {
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("2_b.sql",
        "CREATE TABLE b (id int);\nINSERT INTO a VALUES (1);\nCOMMENT ON COLUMN a.user_id IS 'x';",
        "DROP TABLE b;");
  const auto report = up();
  ASSERT_FALSE(report);
  const auto& error = report.error();
  EXPECT_EQ(error.code, ErrorCode::part_way) << "migration 1 of the run stays";
  EXPECT_EQ(error.sql->sqlstate, "42703");
  EXPECT_EQ(error.place->file, "migrations/2_b.sql");
  EXPECT_EQ(error.place->line, 4U);
  EXPECT_FALSE(error.database_state.empty());
  EXPECT_EQ(error.next_command, "slipway status");
  EXPECT_FALSE(has_table("b"));
  EXPECT_EQ(value("SELECT count(*) FROM a"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "1");
  EXPECT_EQ(
      value(
          "SELECT state || ' ' || statement || ' ' || sqlstate FROM slipway.journal WHERE version = 2"),
      "failed 3 42703");
  EXPECT_EQ(value("SELECT outcome FROM slipway.run"), "failed");
}

TEST_F(Up, TheErrorPointsAtTheWordTheServerMeans) {
  write("1_a.sql", "SELECT 1;\nSELECT 'ä',\n       missing_column\nFROM pg_class;", "SELECT 1;");
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::sql);
  EXPECT_EQ(report.error().place->line, 4U);
  EXPECT_EQ(report.error().place->column, 8U);
  EXPECT_EQ(report.error().place->width, std::string("missing_column").size());
}

TEST_F(Up, AFixedMigrationGoesThroughTheNextTime) {
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT 1/0;", "DROP TABLE a;");
  ASSERT_FALSE(up());
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  ASSERT_TRUE(up());
  EXPECT_TRUE(has_table("a"));
}

TEST_F(Up, ConcurrentIndexesRunOutsideATransactionInTheMiddleOfAFile) {
  write(
      "1_a.sql",
      "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nINSERT INTO a VALUES (1);",
      "DROP TABLE a;");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
  EXPECT_EQ(value("SELECT state FROM slipway.migration"), "applied");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal WHERE state = 'finished'"), "3");
}

// Fails when journaled statements are not skipped (the table would exist already) or the leftover
// is not dropped.
TEST_F(Up, AFailureOutsideATransactionIsResumedAtTheStatementThatFailed) {
  write(
      "1_a.sql",
      "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\nCREATE TABLE after_index (id int);",
      "DROP TABLE a, after_index;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::part_way);
  EXPECT_EQ(failed.error().place->line, 4U);
  EXPECT_FALSE(has_table("a_id")) << "the INVALID index must not stay";
  EXPECT_FALSE(has_table("after_index"));
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::half_applied);

  exec("DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)");
  const auto resumed = up();
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1") << "the INSERT must not run twice";
  EXPECT_TRUE(has_table("after_index"));
  EXPECT_TRUE(status().comparison.clean());
}

// Fails when a group is skipped because its first statement is done, or when a resumed step counts
// as atomic: b would then be missing, or a be made twice.
TEST_F(Up, AMendedStatementThatJoinsAFinishedGroupStillRuns) {
  write("1_a.sql", "CREATE TABLE a (id int);\nVACUUM no_such_table;\nCREATE TABLE b (id int);",
        "DROP TABLE a, b;");
  ASSERT_FALSE(up());
  write("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nCREATE TABLE b (id int);",
        "DROP TABLE a, b;");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  EXPECT_TRUE(has_table("b"));
  EXPECT_TRUE(status().comparison.clean());
}

// A journal of an older slipway, which ran everything under `transaction off` outside. Fails when
// only statements outside a transaction are looked at in what_is_left.
TEST_F(Up, AnInterruptedStatementThatNowSharesATransactionIsAskedForToo) {
  exec("CREATE TABLE a (id int); CREATE TABLE divisor (d int); INSERT INTO divisor VALUES (0)");
  write("1_a.sql", "VACUUM a;\nINSERT INTO a SELECT 1 / d FROM divisor;", "SELECT 1;");
  ASSERT_FALSE(up());
  exec(
      "UPDATE slipway.journal SET state = 'started' WHERE state = 'failed'; UPDATE divisor SET d = 1");
  const auto asked = up();
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, ErrorCode::part_way);
  EXPECT_NE(asked.error().next_command.find("slipway repair --done 2 --migration 1"),
            std::string::npos)
      << asked.error().next_command;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "0");
  EXPECT_EQ(value("SELECT outcome FROM slipway.run ORDER BY id DESC LIMIT 1"), "failed");
}

// Fails when clean_after_failure is taken out.
TEST_F(Up, ACopyThatAFailedReindexLeftIsDroppedAtOnce) {
  exec(
      "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';"
      "CREATE TABLE a (id int); INSERT INTO a VALUES (1); CREATE INDEX e ON a (f(id));"
      "CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1 / (1 - $1)'");
  write("1_a.sql", "REINDEX TABLE CONCURRENTLY a;", "SELECT 1;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sql->sqlstate, "22012");
  EXPECT_EQ(
      value(
          "SELECT string_agg(relname, ' ') FROM pg_class WHERE relname LIKE 'e%' AND relkind = 'i'"),
      "e");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0") << "nothing stayed";
}

TEST_F(Up, AFailedUnnamedIndexIsDroppedAtOnceAndNobodyElses) {
  exec("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
  auto session = connect();
  EXPECT_FALSE(
      session.execute(SqlText("CREATE UNIQUE INDEX CONCURRENTLY ON a (id)"), test::long_wait()));
  write("1_a.sql", "CREATE UNIQUE INDEX CONCURRENTLY ON a (id);", "SELECT 1;");
  ASSERT_FALSE(up());
  EXPECT_EQ(
      value(
          "SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index WHERE indrelid = 'a'::regclass"),
      "a_id_idx")
      << "what was there before is not ours to drop";
}

TEST_F(Up, AHalfDoneDetachingIsNamedAndFinishedByTheNextRun) {
  if (major_version() < 14) {
    write("1_a.sql", "ALTER TABLE p DETACH PARTITION c CONCURRENTLY;", "SELECT 1;");
    EXPECT_FALSE(up()) << "not yet in this version";
    return;
  }
  exec(
      "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)");
  auto reader = connect();
  test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  test::exec(reader, "SELECT count(*) FROM p");
  set("apply.concurrent_timeout", "300ms");
  write("1_a.sql", "ALTER TABLE p DETACH PARTITION c CONCURRENTLY;", "SELECT 1;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sql->sqlstate, "57014") << "not its lock_timeout";
  const auto& notes = failed.error().notes;
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("ALTER TABLE \"p\" DETACH PARTITION \"c\" FINALIZE") != std::string::npos;
  }));
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::half_applied);
  test::exec(reader, "COMMIT");
  const auto resumed = up();
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM pg_inherits"), "0");
}

TEST_F(Up, APartOfAProcedureThatFailedIsNotDenied) {
  exec(
      "CREATE TABLE a (id int);"
      "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO a VALUES (1); COMMIT; PERFORM 1 / 0; END $$");
  write("1_a.sql", "CALL p();", "SELECT 1;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::part_way);
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::half_applied);
}

TEST_F(Up, AFirstStatementThatFailsOutsideATransactionLeavesNoTrace) {
  write("1_a.sql", "VACUUM no_such_table;", "SELECT 1;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::sql);
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0");
  EXPECT_EQ(status().comparison.entries[0].state, plan::EntryState::pending);
}

TEST_F(Up, TheVerifySectionMustHoldOrNothingHappened) {
  write(
      "1_a.sql",
      "-- slipway:up\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n-- slipway:down\nDROP TABLE a;\n-- slipway:verify\nSELECT count(*) = 2 FROM a;\n");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::check_failed);
  EXPECT_EQ(failed.error().place->line, 7U);
  EXPECT_FALSE(has_table("a"));
  write(
      "1_a.sql",
      "-- slipway:up\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n-- slipway:down\nDROP TABLE a;\n-- slipway:verify\nSELECT count(*) = 1 FROM a;\n");
  EXPECT_TRUE(up());
}

TEST_F(Up, AVerifyQueryWithoutRowsHasCheckedNothing) {
  write(
      "1_a.sql",
      "-- slipway:up\nCREATE TABLE a (id int);\n-- slipway:down\nDROP TABLE a;\n-- slipway:verify\nSELECT true FROM a;\n");
  EXPECT_FALSE(up());
}

TEST_F(Up, InlineCopyDataIsLoaded) {
  write(
      "1_a.sql",
      "CREATE TABLE a (id int, t text);\nCOPY a FROM STDIN;\n1\tone\n2\ttwo; --\n\\.\nINSERT INTO a VALUES (3, 'three');",
      "DROP TABLE a;");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT string_agg(t, '|' ORDER BY id) FROM a"), "one|two; --|three");
  EXPECT_EQ(report->done[0].rows, 3);
}

// Fails when reset_session is taken out: the second migration's table would land in the other
// schema.
TEST_F(Up, WhatOneMigrationSetsDoesNotReachTheNext) {
  write("1_a.sql", "CREATE SCHEMA other;\nSET search_path = other;\nCREATE TABLE a (id int);",
        "DROP SCHEMA other CASCADE;");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(has_table("other.a"));
  EXPECT_TRUE(has_table("public.b"));
}

// Fails when our statements are not schema-qualified.
TEST_F(Up, AHostileSearchPathDoesNotReachOurOwnStatements) {
  exec(
      "CREATE SCHEMA evil; CREATE TABLE evil.layout (version int); INSERT INTO evil.layout VALUES (99);"
      "CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '1970-01-01' $$;"
      "CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hijacked'; END $$;");
  exec(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog', current_database()); END $$");
  write("1_a.sql", "CREATE TABLE public.a (id int);", "DROP TABLE public.a;");
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT applied_at > timestamptz '2000-01-01' FROM slipway.migration"), "t");
}

TEST_F(Up, ALockHeldByOthersIsWaitedForPolitelyAndNamedAtTheEnd) {
  exec("CREATE TABLE busy (id int)");
  auto holder = connect();
  test::exec(holder, "SET application_name = 'long report'");
  test::exec(holder, "BEGIN");
  test::exec(holder, "SELECT count(*) FROM busy");
  set("apply.lock_timeout", "50ms");
  set("apply.lock_budget", "400ms");
  write("1_a.sql", "CREATE TABLE before_it (id int);\nALTER TABLE busy ADD COLUMN x int;",
        "ALTER TABLE busy DROP COLUMN x;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::lock_timeout);
  EXPECT_NE(failed.error().message.find("long report"), std::string::npos)
      << failed.error().message;
  EXPECT_FALSE(has_table("before_it")) << "no lock of ours may stay while we wait";
  test::exec(holder, "COMMIT");
  EXPECT_TRUE(up());
  EXPECT_TRUE(has_table("before_it"));
}

TEST_F(Up, AReadOnlyDatabaseIsSaidSoAndNothingIsLost) {
  exec(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$");
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::check_failed);
  EXPECT_NE(failed.error().message.find("read-only"), std::string::npos);
}

TEST_F(Up, ThePlanWarnsOfAVagueNameAndWritesNothing) {
  write("1_fix.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  const auto plan =
      with_context([](const app::Context& context) { return app::plan_of_up(context, {}); });
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->steps.size(), 1U);
  const auto warnings = sink_.all<event::Warning>();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].message.find("1_fix.sql"), std::string::npos) << warnings[0].message;
  EXPECT_FALSE(has_table("slipway.layout"));
}

TEST_F(Up, ANewerLayoutIsRefused) {
  exec(
      "CREATE SCHEMA slipway; CREATE TABLE slipway.layout (version int); INSERT INTO slipway.layout VALUES (999)");
  write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unsupported);
  EXPECT_FALSE(has_table("a"));
}

TEST_F(Up, AStopRequestCancelsTheStatementAndRollsBack) {
  StopSignal stop;
  stop_ = &stop;
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(600);", "DROP TABLE a;");
  std::jthread stopper([&] {
    auto session = connect();
    while (
        test::value(
            session,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep(600%' AND state = 'active'") !=
        "1")
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request();
  });
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(has_table("a"));
  EXPECT_EQ(value("SELECT outcome FROM slipway.run"), "cancelled");
}

TEST_F(Up, TheDeadlineOfTheRunCancelsIt) {
  set("run.deadline", "700ms");
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(600);", "DROP TABLE a;");
  const auto failed = up();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(has_table("a"));
}

TEST_F(Up, StatementTimeoutCanBeOverriddenByTheMigration) {
  set("apply.statement_timeout", "100ms");
  write("1_a.sql", "SELECT pg_sleep(0.5);", "SELECT 1;");
  EXPECT_FALSE(up());
  write("1_a.sql", test::migration_text("SELECT pg_sleep(0.5);", "SELECT 1;",
                                        "-- slipway:statement-timeout 1min\n"));
  EXPECT_TRUE(up());
}

TEST_F(Up, ASecretInAnErrorIsMaskedInTheJournal) {
  masker_.add("hunter2hunter2");
  write("1_a.sql", "SELECT 'hunter2hunter2'::int;", "SELECT 1;");
  ASSERT_FALSE(up());
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal WHERE message LIKE '%hunter2%'"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.run WHERE message LIKE '%hunter2%'"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.journal WHERE message LIKE '%***%'"), "1");
}

TEST_F(Up, SyntaxNewerThanTheParserIsExecutedAsWritten) {
  if (major_version() < 16) {
    write("1_a.sql", "THIS IS NOT SQL;", "SELECT 1;");
    EXPECT_FALSE(up());
    return;
  }
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT 1_000;", "DROP TABLE a;");
  EXPECT_TRUE(up());
}

} // namespace
} // namespace slipway
