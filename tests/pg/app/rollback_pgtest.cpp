#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/parked_writes.hpp"
#include "slipway/app/rollback.hpp"

#include <atomic>
#include <thread>

namespace slipway {
namespace {

using rollback::Path;
using rollback::Wish;

class Rollback : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_TRUE(up());
    exec("INSERT INTO users VALUES (1, 'ann', 30)");
  }

  Result<app::RollbackOutlook> look(Wish wish = Wish::automatic, std::int64_t run = 0) {
    return with_context([&](const app::Context& context) {
      return app::look_at_rollback(context, {.run = run, .wish = wish});
    });
  }
  Result<app::RollbackReport> carry_out(const app::RollbackOutlook& outlook) {
    return with_context(
        [&](const app::Context& context) { return app::roll_back(context, outlook); });
  }
  /// The path that is decided on; nothing is done.
  Path path(Wish wish = Wish::automatic) {
    const auto outlook = look(wish);
    if (!outlook) throw std::runtime_error(outlook.error().message);
    return outlook->decision.path;
  }
  Result<app::RollbackReport> roll_back(Wish wish = Wish::automatic) {
    const auto outlook = look(wish);
    if (!outlook) return fail(outlook.error());
    return carry_out(*outlook);
  }
  static std::string answer_to(const app::RollbackOutlook& outlook, const std::string& question) {
    for (const auto& one : outlook.decision.branches)
      if (one.question == question) return one.answer;
    return "not asked";
  }
  std::string applied() {
    return value("SELECT coalesce(string_agg(version::text || ' ' || state, ', ' ORDER BY "
                 "applied_order), '') FROM slipway.migration");
  }
  std::string columns() {
    return value("SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute WHERE "
                 "attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped");
  }
};

TEST_F(Rollback, TakesBackJustTheMigrationsOfTheRunAndProvesIt) {
  const auto before = value("SELECT fingerprint_after FROM slipway.run WHERE id = 1");
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN email;");
  write("3_orders.sql", "CREATE TABLE orders (id int);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  forget_files();
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(report->fingerprint, before);
  EXPECT_EQ(report->run.done.size(), 2U);
  EXPECT_EQ(applied(), "1 applied");
  EXPECT_EQ(columns(), "age id name");
  EXPECT_EQ(value("SELECT kind || ' ' || outcome FROM slipway.run ORDER BY id DESC LIMIT 1"),
            "rollback done");
  EXPECT_EQ(path(), Path::none) << "the newest up is gone; the one before it is nobody's wish";
}

// Fails when the way back is the stored script: its DROP INDEX of what was never made stops it.
TEST_F(Rollback, AHalfAppliedMigrationIsUndoneByTheDifference) {
  write("2_email.sql",
        "ALTER TABLE users ADD COLUMN email text;\nCREATE INDEX CONCURRENTLY ON users (email);\n"
        "CREATE INDEX CONCURRENTLY nope ON users (nope);",
        "DROP INDEX nope;\nALTER TABLE users DROP COLUMN email;");
  ASSERT_FALSE(up());
  EXPECT_EQ(applied(), "1 applied, 2 applying");
  const auto outlook = look();
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_TRUE(outlook->decision.by_comparison);
  const auto report = carry_out(*outlook);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(applied(), "1 applied");
  EXPECT_EQ(value("SELECT count(*) FROM users"), "1");
}

// Fails when the failed second attempt, which left nothing of its own, is taken for the run.
TEST_F(Rollback, WhatAnEarlierRunLeftHalfWayIsWhatIsTakenBack) {
  write("2_email.sql",
        "ALTER TABLE users ADD COLUMN email text;\nCREATE INDEX CONCURRENTLY nope ON users (nope);",
        "ALTER TABLE users DROP COLUMN email;");
  ASSERT_FALSE(up());
  ASSERT_FALSE(up());
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(columns(), "age id name");
}

TEST_F(Rollback, RowsThatAHalfAppliedMigrationChangedCannotBeHadBackInPlace) {
  write("2_names.sql",
        "UPDATE users SET name = upper(name);\nCREATE INDEX CONCURRENTLY x ON users (x);",
        "UPDATE users SET name = lower(name);");
  ASSERT_FALSE(up());
  const auto report = roll_back();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::check_failed) << "there is no backup";
  EXPECT_EQ(path(), Path::person);
  EXPECT_EQ(applied(), "1 applied, 2 applying");
}

// Fails when the losses are not asked for: the column would be back, empty, and called done.
TEST_F(Rollback, ADroppedColumnIsNotBackWhenItsValuesAreNot) {
  write("2_age.sql", "ALTER TABLE users DROP COLUMN age;", "ALTER TABLE users ADD COLUMN age int;");
  ASSERT_TRUE(up());
  const auto outlook = look();
  ASSERT_TRUE(outlook);
  EXPECT_EQ(outlook->decision.path, Path::person) << "there is no backup";
  ASSERT_EQ(outlook->assessment.losses.size(), 1U);
  EXPECT_EQ(outlook->assessment.losses[0].object, "column public.users.age");
  EXPECT_EQ(columns(), "id name");
  const auto all_the_same = roll_back(Wish::fast);
  ASSERT_TRUE(all_the_same) << all_the_same.error().message;
  EXPECT_TRUE(all_the_same->proven);
}

// Fails when a drop beside an add of the same type passes for a rename.
TEST_F(Rollback, ADropBesideAnAddIsALossAndARenameIsNone) {
  write("2_age.sql", "ALTER TABLE users RENAME COLUMN age TO years;",
        "ALTER TABLE users RENAME COLUMN years TO age;");
  ASSERT_TRUE(up());
  EXPECT_EQ(path(), Path::fast);
  ASSERT_TRUE(roll_back());
  EXPECT_EQ(value("SELECT age FROM users"), "30");
  write("2_age.sql", "ALTER TABLE users ADD COLUMN years int;\nALTER TABLE users DROP COLUMN age;",
        "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users DROP COLUMN years;");
  ASSERT_TRUE(up());
  EXPECT_EQ(path(), Path::person) << "there is no backup";
}

// Fails when the fingerprint is not compared afterwards.
TEST_F(Rollback, ADownThatLeavesSomethingBehindIsNotCalledDone) {
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text, ADD COLUMN phone text;",
        "ALTER TABLE users DROP COLUMN email;");
  ASSERT_TRUE(up());
  const auto report = roll_back();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  ASSERT_FALSE(report.error().notes.empty());
  EXPECT_NE(report.error().notes[0].find("column public.users.phone"), std::string::npos)
      << report.error().notes[0];
  EXPECT_EQ(value("SELECT outcome FROM slipway.run ORDER BY id DESC LIMIT 1"), "failed");
  EXPECT_EQ(path(), Path::person) << "there is no backup, and it is not done";
}

TEST_F(Rollback, AnOlderRunUnderneathIsForAPerson) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(up());
  const auto outlook = look(Wish::automatic, 1);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->decision.path, Path::person);
  EXPECT_EQ(outlook->assessment.on_top, std::vector<std::string>{"2 b (run 2)"});
  EXPECT_FALSE(carry_out(*outlook));
  EXPECT_TRUE(has_table("b"));
}

// Fails when nobody looks again under the lock.
TEST_F(Rollback, WhatChangedSinceItWasLookedAtStopsIt) {
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(up());
  const auto outlook = look();
  ASSERT_TRUE(outlook);
  exec("ALTER TABLE b ADD COLUMN by_hand text");
  const auto report = carry_out(*outlook);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::check_failed);
  EXPECT_TRUE(has_table("b"));
}

TEST_F(Rollback, AnIrreversibleMigrationHasNoFastWayBack) {
  write("2_b.sql", "-- slipway:up\nCREATE TABLE b (id int);\n-- slipway:irreversible it is so\n");
  ASSERT_TRUE(up());
  EXPECT_EQ(path(), Path::person) << "there is no backup";
  EXPECT_EQ(path(Wish::fast), Path::person);
}

TEST_F(Rollback, WithoutAFingerprintItIsDoneOnlyOnRequestAndSaidToBeUnproven) {
  set("history.snapshots", "0");
  write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  ASSERT_TRUE(up());
  EXPECT_EQ(path(), Path::person);
  const auto report = roll_back(Wish::fast);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->proven);
  EXPECT_FALSE(has_table("b"));
}

TEST_F(Rollback, OnlyAnUpCanBeTakenBack) {
  ASSERT_TRUE(down());
  const auto outlook = look(Wish::automatic, 2);
  ASSERT_FALSE(outlook);
  EXPECT_EQ(outlook.error().code, ErrorCode::usage);
  EXPECT_EQ(look(Wish::automatic, 99).error().code, ErrorCode::check_failed);
}

/// With backups in a folder of the test's own.
// Fails when nothing is parked, or what the run itself wrote is.
TEST_F(Rollback, WhatUndoingDropsIsKeptAsideFirst) {
  write("2_email.sql",
        "ALTER TABLE users ADD COLUMN email text, ADD COLUMN plan text NOT NULL DEFAULT 'free';\n"
        "UPDATE users SET email = 'filled';\n"
        "CREATE TABLE orders (id int PRIMARY KEY, tags text[], note text);\n"
        "INSERT INTO orders VALUES (1, NULL, 'seed');",
        "DROP TABLE orders;\nALTER TABLE users DROP COLUMN plan;\n"
        "ALTER TABLE users DROP COLUMN email;");
  ASSERT_TRUE(up());
  exec("INSERT INTO users VALUES (2, 'bob', 40, 'b@x', 'free'), (3, 'cid', 50, NULL, 'free'), "
       "(4, 'dan', 60, NULL, 'paid')");
  exec("INSERT INTO orders VALUES (2, '{a,\"b c\"}', E'tab\\there')");
  const auto outlook = look();
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(answer_to(*outlook, "does undoing drop what was written since?"),
            "yes, what is in table public.orders, column public.users.email, column "
            "public.users.plan, which is parked first");
  const auto report = carry_out(*outlook);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(
      value("SELECT string_agg(concat_ws(' ', run, table_name, operation, key, row, sqlstate), "
            "E'\\n' ORDER BY id) FROM slipway.parked"),
      "2 orders insert {\"id\": \"2\"} {\"id\": \"2\", \"note\": \"tab\\there\", \"tags\": "
      "\"{a,\\\"b c\\\"}\"} 42P01\n"
      "2 users update {\"id\": \"2\"} {\"id\": \"2\", \"plan\": \"free\", \"email\": \"b@x\"} "
      "42703\n"
      "2 users update {\"id\": \"4\"} {\"id\": \"4\", \"plan\": \"paid\"} "
      "42703");
  ASSERT_EQ(report->parked_beside.size(), 2U);
  EXPECT_EQ(report->parked_beside.front().rows + report->parked_beside.back().rows, 3);
  ASSERT_TRUE(up());
  const auto again = with_context(
      [](const app::Context& context) { return app::reapply_parked(context, {}, false); });
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->made, 2);
  ASSERT_EQ(again->left.size(), 1U) << "the migration's own fill has the email of 2 by now";
  EXPECT_EQ(
      value("SELECT string_agg(concat_ws(' ', id, tags, note), ', ' ORDER BY id) FROM orders"),
      "1 seed, 2 {a,\"b c\"} tab\there");
}

// Fails when the rows are kept aside in a transaction of their own.
TEST_F(Rollback, ADownThatFailsKeepsNothingAside) {
  write("2_orders.sql", "CREATE TABLE orders (id int);", "DROP TABLE orders;\nSELECT 1/0;");
  ASSERT_TRUE(up());
  exec("INSERT INTO orders VALUES (1)");
  ASSERT_FALSE(roll_back());
  EXPECT_EQ(value("SELECT count(*) FROM orders"), "1");
  EXPECT_EQ(value("SELECT to_regclass('slipway.parked') IS NULL"), "t");
}

// Fails when somebody may still write between the look and the drop: that row would be nowhere
// (proven: with the table locked in ACCESS SHARE mode only, 10 to 20 rows of some thousand are).
TEST_F(Rollback, NobodyWritesBetweenTheLookAndTheDrop) {
  write("2_orders.sql", "CREATE TABLE orders (id serial PRIMARY KEY);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  std::atomic<std::int64_t> written = 0;
  std::thread writer([&] {
    auto session = connect();
    while (session.query(SqlText("INSERT INTO orders DEFAULT VALUES"), {}, test::long_wait()))
      ++written;
  });
  while (written < 200) std::this_thread::yield();
  const auto report = roll_back();
  writer.join();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(value("SELECT count(*) FROM slipway.parked"), std::to_string(written.load()));
}

TEST_F(Rollback, WhatIsDroppedInOtherWordsIsNamed) {
  write("2_orders.sql", "CREATE TABLE orders (id int);\nCREATE TABLE more (id int);",
        "DO $$ BEGIN DROP TABLE orders; END $$;\nDROP TABLE more;");
  ASSERT_TRUE(up());
  const auto outlook = look();
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(answer_to(*outlook, "does undoing drop what was written since?"),
            "yes, what is in table public.more, which is parked first; and what is in table "
            "public.orders; --path safe keeps it");
}

class RollbackOverBackup : public Rollback {
protected:
  void SetUp() override {
    Rollback::SetUp();
    keep_backups_in_a_folder();
  }
  void back_up() {
    const auto made =
        with_context([](const app::Context& context) { return app::create_backup(context, {}); });
    ASSERT_TRUE(made) << made.error().message;
    // Runs and backups are told apart by the second.
    exec("SELECT pg_sleep(1.1)");
  }
  /// Our own sessions would be ended, too.
  Result<app::RollbackReport> roll_back(Wish wish = Wish::automatic) {
    const auto outlook = look(wish);
    if (!outlook) return fail(outlook.error());
    close_looker();
    return carry_out(*outlook);
  }
};

TEST_F(RollbackOverBackup, WhatWasDestroyedIsBackWithTheWritesSince) {
  back_up();
  write("2_age.sql", "ALTER TABLE users DROP COLUMN age;", "ALTER TABLE users ADD COLUMN age int;");
  ASSERT_TRUE(up());
  exec("INSERT INTO users VALUES (2, 'bob')");
  EXPECT_EQ(path(), Path::safe);
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->safe);
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(value("SELECT string_agg(name || coalesce(age, 0), ' ' ORDER BY id) FROM users"),
            "ann30 bob0");
  EXPECT_EQ(report->safe->carried.total().unknown_filled, 1) << "bob's age is nobody's";
  const auto kept =
      with_context([](const app::Context& context) { return app::find_kept_database(context, 2); });
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_TRUE(with_context(
      [&](const app::Context& context) { return app::drop_kept_database(context, *kept); }));
}

// Fails when a failing down script is the last word although there is a backup.
TEST_F(RollbackOverBackup, AFastPathThatFailsGoesOnOverTheBackup) {
  back_up();
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN mail;");
  ASSERT_TRUE(up());
  exec("INSERT INTO users VALUES (2, 'bob', 5, 'b@example.org')");
  EXPECT_EQ(path(), Path::fast);
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->safe);
  EXPECT_EQ(columns(), "age id name");
  EXPECT_EQ(value("SELECT count(*) FROM users"), "2");
  EXPECT_EQ(
      value("SELECT string_agg(concat_ws(' ', table_name, operation, key, row, position), ', ') "
            "FROM slipway.parked"),
      "users update {\"id\": \"2\"} {\"id\": \"2\", \"email\": \"b@example.org\"} left behind")
      << "the old schema holds the row, and not its email";
}

// Fails when what a fast path kept aside, before it failed, stays behind in the broken database.
TEST_F(RollbackOverBackup, WhatAFastPathKeptAsideComesAlong) {
  back_up();
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text;",
        "ALTER TABLE users DROP COLUMN mail;");
  write("3_orders.sql", "CREATE TABLE orders (id int);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  exec("INSERT INTO orders VALUES (7)");
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->safe);
  EXPECT_EQ(value("SELECT string_agg(concat_ws(' ', run, table_name, operation, row), ', ') FROM "
                  "slipway.parked"),
            "2 orders insert {\"id\": \"7\"}");
}

// Found by the drill: killed between the two, the next rollback said that nothing was left of the
// run. Fails when only the migrations in the history are looked at.
TEST_F(RollbackOverBackup, ADownThatLeftSomethingBehindIsNotDoneTheNextTimeEither) {
  back_up();
  write("2_email.sql", "ALTER TABLE users ADD COLUMN email text, ADD COLUMN phone text;",
        "ALTER TABLE users DROP COLUMN email;");
  ASSERT_TRUE(up());
  ASSERT_FALSE(roll_back(Wish::fast));
  EXPECT_EQ(path(Wish::fast), Path::person);
  EXPECT_EQ(path(), Path::safe);
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(columns(), "age id name");
  EXPECT_EQ(path(), Path::none);
}

TEST_F(RollbackOverBackup, ABackupFromAfterTheRunIsNone) {
  write("2_age.sql", "ALTER TABLE users DROP COLUMN age;", "ALTER TABLE users ADD COLUMN age int;");
  ASSERT_TRUE(up());
  exec("SELECT pg_sleep(1.1)");
  back_up();
  EXPECT_EQ(path(), Path::person);
}

} // namespace
} // namespace slipway
