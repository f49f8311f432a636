// What the author of a migration says of how a value is computed back.
#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/app/way_back_outlook.hpp"

#include <algorithm>

namespace slipway {
namespace {

constexpr const char* k_split =
    "ALTER TABLE users ADD COLUMN first text, ADD COLUMN last text;\n"
    "UPDATE users SET first = split_part(name, ' ', 1), last = split_part(name, ' ', 2);\n"
    "ALTER TABLE users DROP COLUMN name;";
constexpr const char* k_unsplit =
    "ALTER TABLE users ADD COLUMN name text;\n"
    "UPDATE users SET name = first || ' ' || last;\n"
    "ALTER TABLE users ALTER COLUMN name SET NOT NULL, DROP COLUMN first, DROP COLUMN last;";

/// A name that becomes two.
class ReverseExpressions : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
    write("1_ground.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n"
          "INSERT INTO users VALUES (1, 'Ann Lee'), (2, 'Bob Ray'), (3, 'Cy Fox');",
          "DROP TABLE users;");
    ASSERT_TRUE(up());
    const auto made =
        with_context([](const app::Context& context) { return app::create_backup(context, {}); });
    ASSERT_TRUE(made) << made.error().message;
  }

  void split(const std::string& before_up, const std::string& in_up = {}) {
    write("2_split.sql", before_up + test::migration_text(in_up + k_split, k_unsplit));
  }
  Result<app::RollbackReport> roll_back() {
    close_looker();
    return with_context([](const app::Context& context) -> Result<app::RollbackReport> {
      SLIPWAY_ASSIGN(const auto outlook,
                     app::look_at_rollback(context, {.run = 0, .wish = rollback::Wish::safe}));
      return app::roll_back(context, outlook);
    });
  }
  Result<app::WayBackOutlook> look_ahead() {
    return with_context([](const app::Context& context) -> Result<app::WayBackOutlook> {
      SLIPWAY_ASSIGN(const auto plan, app::plan_of_up(context, {}));
      return app::look_at_way_back(context, plan, test::long_wait());
    });
  }
  void write_to_the_new_schema() {
    exec("UPDATE users SET last = 'Low' WHERE id = 1; DELETE FROM users WHERE id = 2;"
         "INSERT INTO users VALUES (4, 'Di', 'Orr')");
  }
  std::string names() { return value("SELECT string_agg(id || name, ',' ORDER BY id) FROM users"); }
};

// Fails when the expressions are not asked for: then what was written has no name, and is parked.
TEST_F(ReverseExpressions, BringBackWhatWasWrittenSince) {
  split("-- slipway:reverse users.name = first || ' ' || last\n");
  ASSERT_TRUE(up());
  write_to_the_new_schema();
  // A rollback does without the files.
  forget_files();
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->safe);
  EXPECT_TRUE(report->proven);
  EXPECT_EQ(names(), "1Ann Low,3Cy Fox,4Di Orr");
  EXPECT_EQ(report->safe->parked, 0);
}

TEST_F(ReverseExpressions, WhatTheyDoNotYieldIsParked) {
  split("", "-- slipway:reverse \"users\".name = nullif(first, 'Di') || ' ' || last\n");
  ASSERT_TRUE(up());
  write_to_the_new_schema();
  const auto report = roll_back();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(names(), "1Ann Low,3Cy Fox");
  EXPECT_EQ(report->safe->parked, 1);
}

TEST_F(ReverseExpressions, AreTriedBeforeTheDeploy) {
  split("-- slipway:reverse users.name = first || ' ' || last\n");
  const auto good = look_ahead();
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_TRUE(std::none_of(good->unreturnable.begin(), good->unreturnable.end(),
                           [](const auto& one) { return one.object == "public.users.name"; }));
  const auto expect_refused = [&](const std::string& directive, const std::string& words) {
    split("-- slipway:reverse " + directive + "\n");
    const auto bad = look_ahead();
    ASSERT_FALSE(bad) << directive;
    EXPECT_NE(bad.error().message.find(words), std::string::npos) << bad.error().message;
  };
  expect_refused("users.name = forename || ' ' || last", "column \"forename\" does not exist");
  expect_refused("users.names = first", "there is no column \"names\"");
  expect_refused("people.name = first", "there is no table \"people\"");
}

} // namespace
} // namespace slipway
