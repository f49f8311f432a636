// What soft drops have put aside: the way back from there, its end, and who is told of it.
#include "project.hpp"

#include "slipway/app/deploy.hpp"
#include "slipway/app/doctor.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/app/trash.hpp"

namespace slipway {
namespace {

using rollback::Path;

constexpr const char* k_schema = "slipway_trash_20261120103000_public";
constexpr const char* k_column = "slipway_trash_20261120103000_email";

class Trash : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
    set("deploy.capture", "none");
    set("apply.lock_budget", "5s");
    write("1_users.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);\n"
          "CREATE TABLE logs (id serial PRIMARY KEY, line text);",
          "DROP TABLE users;\nDROP TABLE logs;");
    ASSERT_TRUE(up());
    exec("INSERT INTO users SELECT g, 'e' || g FROM generate_series(1, 100) AS g;"
         "INSERT INTO logs (line) SELECT 'l' || g FROM generate_series(1, 100) AS g");
  }

  /// A migration as generate writes it; `down` of the column is what a person made of it.
  void put_aside(const std::string& down = {}) {
    const std::string trash(k_schema);
    write("2_less.sql",
          "CREATE SCHEMA " + trash + ";\nALTER TABLE logs SET SCHEMA " + trash +
              ";\nALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n"
              "ALTER TABLE users RENAME COLUMN email TO " +
              k_column + ";",
          (down.empty() ? std::string("ALTER TABLE users RENAME COLUMN ") + k_column + " TO email;"
                        : down) +
              "\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE " + trash +
              ".logs SET SCHEMA public;\nDROP SCHEMA " + trash + ";");
    ASSERT_TRUE(up());
  }
  app::RollbackOutlook look() {
    auto seen = with_context(
        [](const app::Context& context) { return app::look_at_rollback(context, {}); });
    if (!seen) throw std::runtime_error(seen.error().message);
    return std::move(*seen);
  }
  Result<app::RollbackReport> roll_back() {
    const auto outlook = look();
    close_looker();
    return with_context(
        [&](const app::Context& context) { return app::roll_back(context, outlook); });
  }
  Result<app::TrashEmptied> empty(const app::TrashSelection& which = {}) {
    return with_context(
        [&](const app::Context& context) { return app::empty_trash(context, which); });
  }
  app::TrashReport list() {
    auto report =
        with_context([](const app::Context& context) { return app::list_trash(context); });
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }
  std::vector<std::string> was() {
    std::vector<std::string> all;
    for (const auto& one : list().entries) all.push_back(one.item.was());
    return all;
  }
  std::string rows_of_both() {
    return value("SELECT (SELECT md5(string_agg(u::text, ',' ORDER BY id)) FROM users u) || "
                 "(SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM logs l)");
  }
  app::Diagnosis diagnosed() {
    close_looker();
    const auto found =
        with_context([](const app::Context& context) { return app::diagnose(context); });
    for (const auto& one : found)
      if (one.what == "trash") return one;
    return {};
  }
  using Words = std::vector<std::string>;
};

TEST_F(Trash, TheFastPathLosesNothing) {
  const auto rows = rows_of_both();
  put_aside();
  const auto outlook = look();
  EXPECT_EQ(outlook.decision.path, Path::fast) << outlook.decision.why;
  EXPECT_TRUE(outlook.assessment.losses.empty());
  EXPECT_EQ(outlook.assessment.kept.size(), 2U);
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(rows_of_both(), rows);
  EXPECT_TRUE(list().entries.empty());
  EXPECT_TRUE(list().empty_schemas.empty());
}

// Fails when a loss is pardoned because something lies in the trash: the way back would add an
// empty column, the fingerprint would be equal, and the values gone (seen so with the look at the
// down's statements taken out).
TEST_F(Trash, AWayBackThatMakesTheColumnAnewIsALoss) {
  put_aside("ALTER TABLE users ADD COLUMN email text;\nUPDATE users SET email = '';");
  const auto outlook = look();
  EXPECT_EQ(outlook.decision.path, Path::person) << "there is no backup";
  ASSERT_EQ(outlook.assessment.losses.size(), 1U);
  EXPECT_EQ(outlook.assessment.losses[0].object, "column public.users.email");
}

// The same in words that nobody can read beforehand: it is seen afterwards, by number. Fails when
// only the fingerprint is compared.
TEST_F(Trash, AWayBackThatMakesTheColumnAnewInOtherWordsIsNotCalledDone) {
  put_aside(std::string("DO $$ BEGIN PERFORM '") + k_column +
            "'; ALTER TABLE users ADD COLUMN email text DEFAULT ''; ALTER TABLE users ALTER COLUMN "
            "email DROP DEFAULT; END $$;");
  EXPECT_EQ(look().decision.path, Path::fast);
  const auto report = roll_back();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way) << report.error().message;
  ASSERT_FALSE(report.error().notes.empty());
  EXPECT_NE(report.error().notes[0].find("column public.users.email is still"), std::string::npos)
      << report.error().notes[0];
  EXPECT_EQ(was(), Words{"column public.users.email"}) << "and nothing of it is lost";
}

// Fails when a name that is part of another passes for a rename.
TEST_F(Trash, AColumnThatIsAddedBesideIsNoRename) {
  write("2_less.sql",
        std::string("ALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n"
                    "ALTER TABLE users RENAME COLUMN email TO ") +
            k_column + ";\nALTER TABLE users ADD COLUMN mail text;",
        "ALTER TABLE users DROP COLUMN mail;\nALTER TABLE users ADD COLUMN email text;");
  ASSERT_TRUE(up());
  EXPECT_EQ(look().assessment.losses.size(), 1U);
}

// What is half way is undone by comparing, which would add an empty column. Fails when the trash
// counts there.
TEST_F(Trash, WhatIsHalfWayIsALoss) {
  write("2_less.sql",
        std::string("ALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n"
                    "ALTER TABLE users RENAME COLUMN email TO ") +
            k_column + ";\nCREATE INDEX CONCURRENTLY nope ON users (nope);",
        std::string("ALTER TABLE users RENAME COLUMN ") + k_column + " TO email;");
  ASSERT_FALSE(up());
  const auto outlook = look();
  EXPECT_EQ(outlook.assessment.losses.size(), 1U);
  EXPECT_EQ(outlook.decision.path, Path::person) << "there is no backup";
}

TEST_F(Trash, AfterItIsEmptiedTheRunIsALoss) {
  put_aside();
  EXPECT_EQ(was(), (Words{"table public.logs", "column public.users.email"}));
  const auto emptied = empty();
  ASSERT_TRUE(emptied) << emptied.error().message;
  EXPECT_EQ(emptied->dropped.size(), 2U);
  EXPECT_EQ(value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'slipway_trash%'"), "0");
  EXPECT_EQ(value("SELECT kind || ' ' || outcome FROM slipway.run WHERE id = " +
                  std::to_string(emptied->run)),
            "trash done");
  EXPECT_EQ(look().assessment.losses.size(), 2U);
  const auto again = empty();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->dropped.empty());
  const auto undone = down();
  ASSERT_FALSE(undone);
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "2") << "and nothing was changed";
}

TEST_F(Trash, OnlyWhatIsMeantIsDropped) {
  put_aside();
  ASSERT_TRUE(empty({.older_than = std::chrono::hours(1), .run = {}}));
  EXPECT_EQ(was().size(), 2U) << "it is younger";
  ASSERT_TRUE(empty({.older_than = {}, .run = 99}));
  EXPECT_EQ(was().size(), 2U) << "it is of run 2";
  const auto report = list();
  EXPECT_EQ(report.entries[0].run, 2);
  EXPECT_EQ(report.entries[0].migration, "2 less");
  // Nobody knows when it came there.
  exec("CREATE SCHEMA slipway_trash_20200101000000_x; CREATE TABLE "
       "slipway_trash_20200101000000_x.old (id int)");
  ASSERT_TRUE(empty({.older_than = std::chrono::milliseconds(0), .run = {}}));
  EXPECT_EQ(was(), Words{"table x.old"});
  ASSERT_TRUE(empty());
  EXPECT_TRUE(was().empty());
}

// Fails when it waits in the lock queue, or drops what others hold on to.
TEST_F(Trash, ItGivesWayToWhoeverUsesTheTable) {
  put_aside();
  set("apply.lock_budget", "1s");
  auto reader = connect();
  test::exec(reader, "BEGIN; SELECT count(*) FROM users");
  const auto busy = empty();
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::lock_timeout) << busy.error().message;
  EXPECT_EQ(was(), Words{"column public.users.email"}) << "the table was dropped before it";
  test::exec(reader, "COMMIT");
  exec(std::string("CREATE VIEW v AS SELECT ") + k_column + " FROM users");
  const auto needed = empty();
  ASSERT_FALSE(needed);
  EXPECT_EQ(needed.error().code, ErrorCode::sql) << "nothing is dropped with CASCADE";
  EXPECT_EQ(value("SELECT count(*) FROM v"), "100");
}

TEST_F(Trash, ConfirmingNamesItOrEmptiesIt) {
  put_aside();
  close_looker();
  const auto confirm = [&] {
    return with_context([](const app::Context& context) { return app::confirm_deploy(context); });
  };
  const auto named = confirm();
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->trash, (Words{"table public.logs", "column public.users.email"}));
  EXPECT_EQ(named->trash_run, 2);
  EXPECT_EQ(was().size(), 2U);
  set("trash.empty_at_confirm", "true");
  const auto emptied = confirm();
  ASSERT_TRUE(emptied) << emptied.error().message;
  EXPECT_EQ(emptied->emptied.size(), 2U);
  EXPECT_TRUE(was().empty());
}

TEST_F(Trash, TheDoctorSaysWhatIsForgotten) {
  EXPECT_EQ(diagnosed().health, app::Health::ok);
  put_aside();
  const auto young = diagnosed();
  EXPECT_EQ(young.health, app::Health::note) << young.found;
  EXPECT_EQ(young.remedy, "slipway trash empty --run 2");
  set("trash.keep", "0");
  const auto old = diagnosed();
  EXPECT_EQ(old.health, app::Health::problem);
  EXPECT_NE(old.found.find("table public.logs, put aside"), std::string::npos) << old.found;
}

// What is written during the bake stops the way back in place; over the backup all of it is had
// back, but for the row that the old schema cannot hold.
TEST_F(Trash, ADeployIsForetoldAndComesBackOverTheBackupWhereItMust) {
  write("2_less.sql",
        std::string("ALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n"
                    "ALTER TABLE users RENAME COLUMN email TO ") +
            k_column + ";",
        std::string("ALTER TABLE users RENAME COLUMN ") + k_column +
            " TO email;\nALTER TABLE users ALTER COLUMN email SET NOT NULL;");
  // Runs and backups are told apart by the second.
  exec("SELECT pg_sleep(1.1)");
  close_looker();
  const auto deployed =
      with_context([](const app::Context& context) { return app::deploy(context); });
  ASSERT_TRUE(deployed) << deployed.error().message;
  EXPECT_EQ(deployed->outlook.kept, Words{"column public.users.email"});
  Words foretold;
  for (const auto& one : deployed->outlook.unreturnable)
    foretold.push_back(one.object + ": " + one.message);
  EXPECT_EQ(foretold,
            Words{"public.users.email: new rows: it takes no NULL, and nobody gives it a value"});
  exec("INSERT INTO users (id) VALUES (101); DELETE FROM users WHERE id = 1");
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->safe);
  EXPECT_EQ(value("SELECT count(*) || ' ' || count(email) || ' ' || min(email) FROM users"),
            "99 99 e10");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.parked"), "1");
}

} // namespace
} // namespace slipway
