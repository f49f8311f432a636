// slipway drift: what somebody changed by hand is found, named and undone; and as long as nothing
// changed, one query says so.
#include "project.hpp"

#include "slipway/app/drift.hpp"
#include "slipway/app/schema.hpp"
#include "slipway/os/cache_folder.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/snapshot.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace slipway::app {
namespace {

using Paths = std::vector<std::string>;

class DriftTest : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    environment_["XDG_STATE_HOME"] = "/state";
    set("history.snapshots", "3");
    if (const auto folder = test::server_options().bin_folder; !folder.empty())
      set("dev.server_bin", folder);
    write("1_users.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);"
          "CREATE INDEX users_name ON users (name);",
          "DROP TABLE users;");
  }

  DriftReport look(DriftAgainst against = DriftAgainst::last_run,
                   Remembered remembered = Remembered::used) {
    auto report = with_context(
        [&](const Context& context) { return app::drift(context, against, remembered); });
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }

  static Paths paths(const std::vector<diff::DriftItem>& items) {
    Paths all;
    for (const auto& item : items)
      all.push_back(std::string(schema::change_name(item.difference.change)) + " " +
                    item.difference.identity.path());
    return all;
  }

  std::string fingerprint() {
    auto read = with_context([](const Context& context) { return read_target_schema(context); });
    if (!read) throw std::runtime_error(read.error().message);
    return schema::fingerprint(read->schema).text();
  }
};

TEST_F(DriftTest, RightAfterARunTheGateSaysThatThereIsNone) {
  ASSERT_TRUE(up());
  const auto report = look();
  EXPECT_FALSE(report.is_drift());
  EXPECT_EQ(report.level, DriftLevel::gate);
}

TEST_F(DriftTest, WithoutARunThereIsNothingToCompareWith) {
  const auto report = with_context(
      [](const Context& context) { return app::drift(context, DriftAgainst::last_run); });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::check_failed);
  EXPECT_EQ(report.error().next_command, "slipway drift");
}

TEST_F(DriftTest, NamesWhatWasChangedWithTheSqlThatUndoesIt) {
  ASSERT_TRUE(up());
  exec("ALTER TABLE users ALTER COLUMN name DROP NOT NULL; DROP INDEX users_name;"
       "CREATE TABLE by_hand (id int)");
  const auto report = look();
  EXPECT_EQ(report.level, DriftLevel::detail);
  EXPECT_TRUE(report.is_drift());
  EXPECT_EQ(paths(report.drift.items),
            (Paths{"changed column public.users.name", "dropped index public.users.users_name"}));
  EXPECT_EQ(paths(report.drift.unmanaged), Paths{"created table public.by_hand"});
  const auto& column = report.drift.items.at(0);
  EXPECT_EQ(schema::property_name(column.difference.properties.at(0).property), "not_null");

  const auto before = fingerprint();
  for (const auto* list : {&report.drift.items, &report.drift.unmanaged})
    for (const auto& item : *list) {
      EXPECT_FALSE(item.made_by.empty()) << item.difference.identity.path();
      ASSERT_FALSE(item.undone_by.empty()) << item.difference.identity.path();
      for (const auto& sql : item.undone_by) exec(sql);
    }
  EXPECT_NE(fingerprint(), before);
  EXPECT_FALSE(look().is_drift()) << "what undoes it undoes it";
}

TEST_F(DriftTest, AChangeAndItsUndoingAreSeenByTheDigestsOnceAndThenByTheGate) {
  ASSERT_TRUE(up());
  exec("ALTER TABLE users ADD COLUMN c int; ALTER TABLE users DROP COLUMN c");
  EXPECT_EQ(look().level, DriftLevel::digests);
  EXPECT_EQ(look().level, DriftLevel::gate) << "it is remembered";
  environment_.clear();
  EXPECT_EQ(look().level, DriftLevel::digests) << "without a place to remember it, it is read anew";
}

// Fails when what is remembered does not hang on the question.
TEST_F(DriftTest, WhatIsRememberedIsTheAnswerToTheSameQuestionOnly) {
  ASSERT_TRUE(up());
  exec("CREATE TABLE by_hand (id int)");
  set("drift.ignore", "public.by_hand");
  EXPECT_FALSE(look().is_drift());
  EXPECT_EQ(look().level, DriftLevel::gate);
  set("drift.ignore", "");
  EXPECT_TRUE(look().is_drift());
  set("drift.allow_unmanaged", "true");
  EXPECT_FALSE(look().is_drift());
}

// Fails when a look that found drift is remembered as one that found none.
TEST_F(DriftTest, DriftIsFoundAgainAndAgain) {
  ASSERT_TRUE(up());
  exec("ALTER TABLE users ADD COLUMN c int");
  EXPECT_TRUE(look().is_drift());
  EXPECT_TRUE(look().is_drift());
}

TEST_F(DriftTest, AnotherRunIsAnotherExpectation) {
  ASSERT_TRUE(up());
  EXPECT_FALSE(look().is_drift());
  write("2_orders.sql", "CREATE TABLE orders (id bigint);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  const auto report = look();
  EXPECT_FALSE(report.is_drift());
  EXPECT_EQ(report.level, DriftLevel::gate);
  exec("DROP TABLE orders");
  EXPECT_EQ(paths(look().drift.items), Paths{"dropped table public.orders"});
}

// Fails when the runner takes the snapshot of a run that changed nothing.
TEST_F(DriftTest, ARunThatFailsDoesNotHideWhatWasChangedBeforeIt) {
  ASSERT_TRUE(up());
  exec("ALTER TABLE users ADD COLUMN c int");
  write("2_wrong.sql", "SELECT 1 / 0;", "SELECT 1;");
  ASSERT_FALSE(up());
  EXPECT_TRUE(look().is_drift());
}

TEST_F(DriftTest, ARunSaysThatTheSchemaWasChangedBeforeIt) {
  ASSERT_TRUE(up());
  EXPECT_TRUE(sink_.all<event::Warning>().empty());
  write("2_orders.sql", "CREATE TABLE orders (id bigint);", "DROP TABLE orders;");
  exec("ALTER TABLE users ADD COLUMN c int");
  ASSERT_TRUE(up());
  const auto warnings = sink_.all<event::Warning>();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].message, "the schema is not as run 1 left it: something else changed it");
  EXPECT_NE(value("SELECT fingerprint_before FROM slipway.run WHERE id = 2"),
            value("SELECT fingerprint_after FROM slipway.run WHERE id = 1"));
}

TEST_F(DriftTest, TheHistoryKeepsTheFingerprintsOfARun) {
  ASSERT_TRUE(up());
  EXPECT_EQ(value("SELECT fingerprint_after FROM slipway.run WHERE id = 1"), fingerprint());
  EXPECT_NE(value("SELECT fingerprint_before FROM slipway.run WHERE id = 1"), fingerprint());
  ASSERT_TRUE(down());
  EXPECT_EQ(value("SELECT fingerprint_before FROM slipway.run WHERE id = 2"),
            value("SELECT fingerprint_after FROM slipway.run WHERE id = 1"));
  EXPECT_EQ(value("SELECT fingerprint_after FROM slipway.run WHERE id = 2"),
            value("SELECT fingerprint_before FROM slipway.run WHERE id = 1"))
      << "the way back leads back";
}

TEST_F(DriftTest, OnlyTheNewestSnapshotsAreKept) {
  set("history.snapshots", "2");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(up());
    ASSERT_TRUE(down());
  }
  EXPECT_EQ(value("SELECT string_agg(run::text, ',' ORDER BY run) FROM slipway.snapshot"), "5,6");
  set("history.snapshots", "0");
  ASSERT_TRUE(up());
  EXPECT_EQ(value("SELECT max(run) FROM slipway.snapshot"), "6");
}

TEST_F(DriftTest, ALaterRunWithoutASnapshotIsSaid) {
  ASSERT_TRUE(up());
  set("history.snapshots", "0");
  write("2_orders.sql", "CREATE TABLE orders (id bigint);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  const auto report = look();
  EXPECT_TRUE(report.is_drift());
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0], "run 2 changed something after it and could keep no snapshot: what it "
                             "did is told here, too");
}

TEST_F(DriftTest, WritesNothingIntoTheTarget) {
  ASSERT_TRUE(up());
  close_looker();
  url_ += (url_.find('?') == std::string::npos ? "?" : "&") +
          std::string("options=-cdefault_transaction_read_only%3Don");
  EXPECT_FALSE(look().is_drift());
  EXPECT_FALSE(look(DriftAgainst::migrations).is_drift());
}

TEST_F(DriftTest, WhatIsLeftOutIsNeverDrift) {
  set("schema.leave_out", "audit,scratch_*");
  ASSERT_TRUE(up());
  exec("CREATE SCHEMA audit; CREATE TABLE audit.log (id int); CREATE SCHEMA scratch_1");
  EXPECT_FALSE(look().is_drift());
  EXPECT_FALSE(look(DriftAgainst::migrations).is_drift());
}

// Migrations lean on what the platform keeps for itself; the throwaway server has stand-ins of it.
TEST_F(DriftTest, WhatIsLeftOutMayBeNeeded) {
  set("schema.leave_out", "audit");
  exec("CREATE SCHEMA audit; CREATE TABLE audit.people (id uuid PRIMARY KEY);"
       "CREATE FUNCTION audit.me() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'");
  write("2_notes.sql",
        "CREATE TABLE notes (by uuid DEFAULT audit.me() REFERENCES audit.people (id));",
        "DROP TABLE notes;");
  ASSERT_TRUE(up());
  EXPECT_FALSE(look(DriftAgainst::migrations).is_drift());
  exec("ALTER TABLE notes ALTER COLUMN by DROP DEFAULT");
  EXPECT_TRUE(look(DriftAgainst::migrations).is_drift());
}

TEST_F(DriftTest, TheAppliedMigrationsMakeWhatIsThere) {
  ASSERT_TRUE(up());
  write("2_pending.sql", "CREATE TABLE pending (id bigint);", "DROP TABLE pending;");
  const auto report = look(DriftAgainst::migrations);
  EXPECT_FALSE(report.is_drift());
  EXPECT_EQ(report.level, DriftLevel::detail);
  EXPECT_EQ(report.notes, Paths{"1 pending migration is left out"});
  EXPECT_EQ(look(DriftAgainst::migrations).level, DriftLevel::gate) << "no server is started";
}

TEST_F(DriftTest, WhatTheMigrationsDoNotMakeIsDrift) {
  ASSERT_TRUE(up());
  exec("ALTER TABLE users ALTER COLUMN name TYPE varchar(20); CREATE TABLE by_hand (id int);"
       "COMMENT ON TABLE users IS 'mine'");
  const auto report = look(DriftAgainst::migrations);
  EXPECT_EQ(paths(report.drift.items),
            (Paths{"changed table public.users", "changed column public.users.name"}));
  EXPECT_EQ(paths(report.drift.unmanaged), Paths{"created table public.by_hand"});
  for (const auto& item : report.drift.items)
    for (const auto& sql : item.undone_by) exec(sql);
  exec("DROP TABLE by_hand");
  EXPECT_FALSE(look(DriftAgainst::migrations).is_drift());
}

// What is remembered wrongly shows: that is how the test sees whether it was looked up.
TEST_F(DriftTest, DriftThatStaysIsToldAgainFromWhatTheMigrationsCameTo) {
  const auto cache = os::TemporaryFolder::make();
  ASSERT_TRUE(cache);
  environment_["XDG_CACHE_HOME"] = cache->path();
  ASSERT_TRUE(up());
  exec("CREATE TABLE by_hand (id int)");
  const Paths by_hand{"created table public.by_hand"};
  EXPECT_EQ(paths(look(DriftAgainst::migrations).drift.unmanaged), by_hand);
  const os::CacheFolder folder(cache->path() + "/slipway");
  std::vector<std::string> kept;
  for (const auto& one : std::filesystem::directory_iterator(cache->path() + "/slipway"))
    kept.push_back(one.path().filename().string());
  ASSERT_EQ(kept.size(), 1U);
  exec("CREATE TABLE other (id int)");
  const auto now = with_context([](const Context& context) { return read_target_schema(context); });
  ASSERT_TRUE(now);
  const auto name = kept.front().substr(0, kept.front().find('.'));
  ASSERT_TRUE(folder.find(name));
  folder.keep(name, schema::to_json(now->schema));
  exec("DROP TABLE other");
  const auto seen = look(DriftAgainst::migrations);
  EXPECT_EQ(paths(seen.drift.items), Paths{"dropped table public.other"});
  EXPECT_EQ(paths(seen.drift.unmanaged), Paths());
  EXPECT_EQ(paths(look(DriftAgainst::migrations, Remembered::not_used).drift.unmanaged), by_hand);
  EXPECT_EQ(paths(look(DriftAgainst::migrations).drift.unmanaged), by_hand) << "kept anew";
}

TEST_F(DriftTest, AChangedFileIsAnotherExpectation) {
  ASSERT_TRUE(up());
  EXPECT_FALSE(look(DriftAgainst::migrations).is_drift());
  write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);",
        "DROP TABLE users;");
  EXPECT_EQ(paths(look(DriftAgainst::migrations).drift.items),
            Paths{"created index public.users.users_name"});
}

} // namespace
} // namespace slipway::app
