// What the next run makes of a statement outside a transaction that a kill interrupted: killed
// before the statement was sent, after it was done, and in its middle.
#include "running_program.hpp"

#include <csignal>
#include <thread>

namespace slipway {
namespace {

constexpr int k_killed = 128 + SIGKILL;

class Settle : public test::RunnerTest {
protected:
  test::Ran run_until(const std::string& point, const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                          .working_directory = project_.path(),
                          .input = {}});
  }
  void kill_at(const std::string& point, const std::vector<std::string>& arguments = {"up"}) {
    const auto ran = run_until(point, arguments);
    ASSERT_EQ(ran.status, k_killed) << ran.err;
    ASSERT_EQ(value("SELECT state FROM slipway.journal ORDER BY id DESC LIMIT 1"), "started");
  }
  void succeed(const std::vector<std::string>& arguments = {"up"}) {
    const auto ran = run(arguments);
    ASSERT_EQ(ran.status, 0) << ran.err;
    printed_ = ran.err;
  }
  bool said(const std::string& text) const { return printed_.find(text) != std::string::npos; }
  std::string indexes_of(const std::string& table) {
    return value(
        "SELECT coalesce(string_agg(c.relname || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END, ', ' ORDER "
        "BY c.relname), 'none') FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = '" +
        table + "'::regclass");
  }
  /// Kills slipway and its backend in the middle of a concurrent statement, which waits for a
  /// reader's snapshot; `condition` says when the middle is reached.
  void kill_in_the_middle(const std::string& table, const std::string& condition,
                          const std::string& like) {
    auto reader = connect();
    test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    test::exec(reader, "SELECT count(*) FROM " + table);
    auto killed = start({"up"});
    await(condition);
    killed.signal(SIGKILL);
    killed.wait();
    const auto of_it =
        "datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '" + like + "%'";
    exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + of_it);
    await("NOT EXISTS (SELECT FROM pg_stat_activity WHERE " + of_it + ")");
    test::exec(reader, "COMMIT");
  }

  std::string printed_;
};

// Fails when decide() answers done without looking (before), or not_done (after: 42P07).
TEST_F(Settle, ANamedIndexIsBuiltOnce) {
  exec("CREATE TABLE a (id int)");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "DROP INDEX CONCURRENTLY a_id;");
  kill_at("apply.journal_started");
  ASSERT_EQ(indexes_of("a"), "none");
  succeed();
  EXPECT_EQ(indexes_of("a"), "a_id");
  succeed({"down"});
  kill_at("apply.statement_alone_done");
  ASSERT_EQ(indexes_of("a"), "a_id");
  succeed();
  EXPECT_TRUE(said("counts as done")) << printed_;
  EXPECT_EQ(indexes_of("a"), "a_id");
  EXPECT_EQ(value("SELECT state FROM slipway.migration"), "applied");
}

// Fails when the witness is not written or not read: an index that was there before would then
// count as what the statement made.
TEST_F(Settle, AnIndexThatWasThereBeforeIsNotWhatTheStatementMade) {
  exec("CREATE TABLE a (id int, more int); CREATE INDEX a_id ON a (more)");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "SELECT 1;");
  kill_at("apply.journal_started");
  const auto ran = run({"up"});
  EXPECT_EQ(ran.status, 1) << ran.err;
  EXPECT_NE(ran.err.find("42P07"), std::string::npos) << ran.err;
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0") << "nothing of it was ever done";
}

// Fails when a new index of another shape, or none but an old one, is taken for it.
TEST_F(Settle, AnIndexWhoseNameTheServerChoseIsBuiltOnce) {
  exec("CREATE TABLE a (id int, more int); CREATE INDEX ON a (id)");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY ON a (id, lower(more::text)) WHERE id > 0;",
        "SELECT 1;");
  kill_at("apply.journal_started");
  exec("CREATE INDEX other ON a (more)");
  succeed();
  EXPECT_EQ(indexes_of("a"), "a_id_idx, a_id_lower_idx, other");
  succeed({"down"});
  exec("DROP INDEX a_id_lower_idx");
  kill_at("apply.statement_alone_done");
  succeed();
  EXPECT_EQ(indexes_of("a"), "a_id_idx, a_id_lower_idx, other") << "not built a second time";
}

TEST_F(Settle, AnUnnamedIndexLeftInvalidIsDroppedAndBuiltOnce) {
  exec("CREATE TABLE a (id int); CREATE INDEX ON a (id)");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY ON a (id);", "SELECT 1;");
  kill_in_the_middle("a", "EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)",
                     "CREATE INDEX CONCURRENTLY");
  ASSERT_EQ(indexes_of("a"), "a_id_idx, a_id_idx1 INVALID");
  succeed();
  EXPECT_EQ(indexes_of("a"), "a_id_idx, a_id_idx1");
}

TEST_F(Settle, ACrashBesideARemovalIsSettledByTheNextRun) {
  for (const auto* point : {"apply.leftover_found", "apply.leftover_removed"}) {
    exec("DROP TABLE IF EXISTS a; DROP SCHEMA IF EXISTS slipway CASCADE; CREATE TABLE a (id int)");
    write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "SELECT 1;");
    kill_in_the_middle("a", "EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)",
                       "CREATE INDEX CONCURRENTLY");
    ASSERT_EQ(indexes_of("a"), "a_id INVALID");
    ASSERT_EQ(run_until(point, {"up"}).status, k_killed);
    succeed();
    EXPECT_EQ(indexes_of("a"), "a_id") << point;
  }
}

// Somebody's own build is under way: to drop its index would wait for it and then drop a valid one.
// Fails when builder_expression() gives NULL.
TEST_F(Settle, AnIndexThatAnotherSessionBuildsIsLeftAlone) {
  exec("CREATE TABLE a (id int)");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "SELECT 1;");
  kill_at("apply.journal_started");
  auto reader = connect();
  test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  test::exec(reader, "SELECT count(*) FROM a");
  std::jthread builder([this] {
    auto session = connect();
    EXPECT_TRUE(
        session.execute(SqlText("CREATE INDEX CONCURRENTLY a_id ON a (id)"), test::long_wait()));
  });
  await("EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('a_id') AND NOT indisvalid)");
  const auto ran = run({"up"});
  test::exec(reader, "COMMIT");
  builder.join();
  EXPECT_EQ(ran.status, 6) << ran.err;
  EXPECT_NE(ran.err.find("builds indexes"), std::string::npos) << ran.err;
  EXPECT_EQ(indexes_of("a"), "a_id");
  succeed();
}

// Fails when the oid is not remembered: the name then leads to the other schema's index, which
// would be dropped too.
TEST_F(Settle, AnIndexIsDroppedOnceEvenWhenItsNameLeadsElsewhereAfterwards) {
  exec("CREATE SCHEMA s; CREATE TABLE a (id int); CREATE TABLE s.a (id int);"
       "CREATE INDEX i ON a (id); CREATE INDEX i ON s.a (id)");
  write("1_i.sql", "SET search_path = s, public;\nDROP INDEX CONCURRENTLY i;", "SELECT 1;");
  kill_at("apply.statement_alone_done");
  ASSERT_EQ(indexes_of("s.a"), "none");
  succeed();
  EXPECT_EQ(indexes_of("a"), "i");
}

TEST_F(Settle, AnIndexThatIsStillThereIsDropped) {
  exec("CREATE TABLE a (id int); CREATE INDEX i ON a (id)");
  write("1_i.sql", "DROP INDEX CONCURRENTLY i;", "CREATE INDEX CONCURRENTLY i ON a (id);");
  kill_at("apply.journal_started");
  succeed();
  EXPECT_EQ(indexes_of("a"), "none");
  kill_at("apply.statement_alone_done", {"down"});
  succeed({"down"});
  EXPECT_EQ(indexes_of("a"), "i");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0");
}

TEST_F(Settle, AHalfDroppedIndexIsDropped) {
  exec("CREATE TABLE a (id int); CREATE INDEX i ON a (id)");
  write("1_i.sql", "DROP INDEX CONCURRENTLY i;", "SELECT 1;");
  kill_in_the_middle("a", "EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)",
                     "DROP INDEX CONCURRENTLY");
  ASSERT_EQ(indexes_of("a"), "i INVALID");
  succeed();
  EXPECT_EQ(indexes_of("a"), "none");
}

// Fails when look_at_rebuilt_indexes finds nothing: the copy then stays for ever.
TEST_F(Settle, ReindexLeavesNoCopies) {
  for (const auto* form :
       {"INDEX CONCURRENTLY i", "TABLE CONCURRENTLY a", "SCHEMA CONCURRENTLY s"}) {
    SCOPED_TRACE(form);
    exec("DROP SCHEMA IF EXISTS s CASCADE; DROP SCHEMA IF EXISTS slipway CASCADE; CREATE SCHEMA s;"
         "CREATE TABLE s.a (id int, t text); CREATE INDEX i ON s.a (id)");
    write("1_i.sql", std::string("SET search_path = s;\nREINDEX ") + form + ";", "SELECT 1;");
    kill_in_the_middle("s.a", "EXISTS (SELECT FROM pg_class WHERE relname LIKE '%\\_ccnew')",
                       "REINDEX");
    ASSERT_NE(indexes_of("s.a"), "i");
    succeed();
    EXPECT_EQ(indexes_of("s.a"), "i");
    EXPECT_EQ(value("SELECT count(*) FROM pg_class WHERE relname ~ '_cc(new|old)'"), "0")
        << "of its TOAST table neither";
  }
}

TEST_F(Settle, APartitionIsDetachedOnceFromWhereverItStopped) {
  if (major_version() < 14) {
    exec(
        "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)");
    write("1_d.sql", "ALTER TABLE p DETACH PARTITION c CONCURRENTLY;", "SELECT 1;");
    EXPECT_EQ(run({"up"}).status, 1) << "not yet in this version";
    return;
  }
  const auto begin = [this] {
    exec("DROP TABLE IF EXISTS p, c; DROP SCHEMA IF EXISTS slipway CASCADE;"
         "CREATE TABLE p (id int) PARTITION BY LIST (id);"
         "CREATE TABLE c PARTITION OF p FOR VALUES IN (1)");
    write("1_d.sql", "ALTER TABLE p DETACH PARTITION c CONCURRENTLY;", "SELECT 1;");
  };
  const auto attached = [this] {
    return value("SELECT count(*) FROM pg_inherits WHERE inhrelid = 'c'::regclass");
  };
  begin();
  kill_at("apply.journal_started");
  ASSERT_EQ(attached(), "1");
  succeed();
  EXPECT_EQ(attached(), "0");
  begin();
  kill_at("apply.statement_alone_done");
  succeed();
  EXPECT_TRUE(said("counts as done")) << printed_;
  begin();
  kill_in_the_middle("p", "EXISTS (SELECT FROM pg_inherits WHERE inhdetachpending)",
                     "ALTER TABLE p");
  ASSERT_EQ(attached(), "1");
  succeed();
  EXPECT_TRUE(said("half-done detaching")) << printed_;
  EXPECT_EQ(attached(), "0");
}

TEST_F(Settle, WhatGivesTheSameAgainIsRunAgain) {
  exec("CREATE TABLE a (id int)");
  write("1_v.sql", "VACUUM a;\nCREATE TABLE b (id int);", "SELECT 1;");
  kill_at("apply.statement_alone_done");
  succeed();
  EXPECT_TRUE(said("is run again")) << printed_;
  EXPECT_EQ(value("SELECT state FROM slipway.migration"), "applied");
}

TEST_F(Settle, ADatabaseIsMadeAndDroppedOnce) {
  const auto name = "made_" + value("SELECT current_database()");
  const auto count = [&] {
    return value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'");
  };
  write("1_d.sql", "CREATE DATABASE " + name + ";", "DROP DATABASE " + name + ";");
  kill_at("apply.journal_started");
  ASSERT_EQ(count(), "0");
  kill_at("apply.statement_alone_done");
  ASSERT_EQ(count(), "1");
  succeed();
  EXPECT_TRUE(said("counts as done")) << printed_;
  kill_at("apply.statement_alone_done", {"down"});
  ASSERT_EQ(count(), "0");
  succeed({"down"});
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0");
}

TEST_F(Settle, ATablespaceIsMadeAndDroppedOnce) {
  const auto name = "space_" + value("SELECT current_database()");
  const auto folder = value("SELECT current_setting('data_directory')") + "/" + name;
  exec("COPY (SELECT 1) TO PROGRAM 'mkdir " + folder + "'");
  const auto count = [&] {
    return value("SELECT count(*) FROM pg_tablespace WHERE spcname = '" + name + "'");
  };
  write("1_t.sql", "CREATE TABLESPACE " + name + " LOCATION '" + folder + "';",
        "DROP TABLESPACE " + name + ";");
  kill_at("apply.statement_alone_done");
  ASSERT_EQ(count(), "1");
  succeed();
  EXPECT_TRUE(said("counts as done")) << printed_;
  kill_at("apply.journal_started", {"down"});
  ASSERT_EQ(count(), "1");
  succeed({"down"});
  EXPECT_EQ(count(), "0");
}

TEST_F(Settle, ASubscriptionIsDroppedOnce) {
  exec(
      "CREATE SUBSCRIPTION s_" + value("SELECT current_database()") +
      " CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false)");
  write("1_s.sql", "DROP SUBSCRIPTION s_" + value("SELECT current_database()") + ";", "SELECT 1;");
  kill_at("apply.journal_started");
  ASSERT_EQ(value("SELECT count(*) FROM pg_subscription WHERE subname LIKE 's\\_%'"), "1");
  kill_at("apply.statement_alone_done");
  succeed();
  EXPECT_TRUE(said("counts as done")) << printed_;
  EXPECT_EQ(
      value(
          "SELECT count(*) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()"),
      "0");
}

TEST_F(Settle, APreparedTransactionIsCommittedOnce) {
  const auto gid = "g_" + value("SELECT current_database()");
  exec("CREATE TABLE a (id int)");
  exec("BEGIN; INSERT INTO a VALUES (1); PREPARE TRANSACTION '" + gid + "'");
  write("1_p.sql", "COMMIT PREPARED '" + gid + "';", "SELECT 1;");
  kill_at("apply.journal_started");
  ASSERT_EQ(value("SELECT count(*) FROM a"), "0");
  kill_at("apply.statement_alone_done");
  succeed();
  EXPECT_TRUE(said("counts as done")) << printed_;
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
}

// Fails when look_at_nothing says not_done: the procedure then runs twice.
TEST_F(Settle, WhatNobodyCanTellIsAskedForAndNotRunAgain) {
  exec(
      "CREATE TABLE a (id int);"
      "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO a VALUES (1); COMMIT; END $$");
  write("1_c.sql", "CALL p();\nCREATE TABLE b (id int);", "CALL p();\nDROP TABLE b;");
  kill_at("apply.statement_alone_done");
  ASSERT_EQ(value("SELECT count(*) FROM a"), "1");
  for (int i = 0; i < 2; ++i) {
    const auto asked = run({"up"});
    EXPECT_EQ(asked.status, 5) << asked.err;
    EXPECT_NE(asked.err.find("1_c.sql:2"), std::string::npos) << asked.err;
    EXPECT_NE(asked.err.find("slipway repair --done 1 --migration 1"), std::string::npos)
        << asked.err;
    EXPECT_NE(asked.err.find("slipway repair --undone 1 --migration 1"), std::string::npos)
        << asked.err;
    EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  }
  succeed({"repair", "--done", "1", "--migration", "1"});
  succeed();
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  EXPECT_EQ(value("SELECT to_regclass('b') IS NOT NULL"), "t");

  kill_at("apply.journal_started", {"down"});
  EXPECT_EQ(run({"down"}).status, 5);
  EXPECT_EQ(value("SELECT count(*) FROM a"), "1");
  succeed({"repair", "--undone", "1", "--migration", "1"});
  succeed({"down"});
  EXPECT_EQ(value("SELECT count(*) FROM a"), "2");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "0");
}

// Fails when what a finished statement set is not set again: the table would land in public.
TEST_F(Settle, WhatWasSetBeforeTheInterruptionIsSetAgain) {
  exec("CREATE SCHEMA s; CREATE TABLE s.a (id int)");
  project_.write("migrations/1_s.sql",
                 test::migration_text("SET search_path = s;\nINSERT INTO a VALUES (1);\nVACUUM a;\n"
                                      "CREATE TABLE b (id int);\nINSERT INTO a VALUES (2);",
                                      "SELECT 1;", "-- slipway:transaction off\n"));
  kill_at("apply.statement_alone_done");
  succeed();
  EXPECT_EQ(value("SELECT to_regclass('s.b') IS NOT NULL"), "t");
  EXPECT_EQ(value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM s.a"), "1 2");
}

// Each statement with its journal row: wherever the kill comes, its effect is there exactly once.
// Fails when `transaction off` runs them outside (statement_done is then never reached).
TEST_F(Settle, UnderTransactionOffEachRowIsWrittenOnceWhereverTheKillComes) {
  for (const auto* point : {"apply.statement_done", "apply.before_commit", "apply.after_commit"}) {
    for (int nth = 1; nth <= 3; ++nth) {
      SCOPED_TRACE(point + std::to_string(nth));
      exec(
          "DROP TABLE IF EXISTS a; DROP SCHEMA IF EXISTS slipway CASCADE; CREATE TABLE a (id int)");
      project_.write("migrations/1_s.sql",
                     test::migration_text("INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);\n"
                                          "INSERT INTO a VALUES (3);",
                                          "SELECT 1;", "-- slipway:transaction off\n"));
      ASSERT_EQ(run_until(point + (":" + std::to_string(nth)), {"up"}).status, k_killed);
      EXPECT_EQ(run({"up"}).status, 0);
      EXPECT_EQ(value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM a"), "1 2 3");
    }
  }
}

} // namespace
} // namespace slipway
