// What is said of the way back before a deploy.
#include "project.hpp"

#include "slipway/app/way_back_outlook.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway {
namespace {

class WayBackOutlook : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    write(
        "1_users.sql",
        "CREATE TYPE mood AS ENUM ('good');\n"
        "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, age int, note text DEFAULT 'x', mail text "
        "CONSTRAINT one_mail UNIQUE, must text NOT NULL, CONSTRAINT grown CHECK (age > 17));\n"
        "CREATE TABLE lines (text text);",
        "DROP TABLE lines;\nDROP TABLE users;\nDROP TYPE mood;");
    ASSERT_TRUE(up());
  }

  Result<app::WayBackOutlook> look() {
    close_looker();
    return with_context([](const app::Context& context) -> Result<app::WayBackOutlook> {
      SLIPWAY_ASSIGN(const auto plan, app::plan_of_up(context, {}));
      return app::look_at_way_back(context, plan, test::long_wait());
    });
  }
  std::vector<std::string> predicted(const std::string& up_text) {
    write("2_next.sql", up_text, "SELECT 1;");
    const auto outlook = look();
    if (!outlook) return {outlook.error().message};
    std::vector<std::string> lines;
    for (const auto& one : outlook->unreturnable)
      lines.push_back(
          fmt::format("{} {}: {}", rollback::fate_name(one.fate), one.object, one.message));
    if (!outlook->not_predicted.empty()) lines.push_back("not known: " + outlook->not_predicted);
    return lines;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(WayBackOutlook, WhatTheOldSchemaCannotHoldIsNamed) {
  EXPECT_EQ(predicted("ALTER TABLE users ADD COLUMN email text;\nCREATE TABLE orders (id int);"),
            (Lines{"parked public.orders: its rows: the old schema has no such table",
                   "parked public.users.email: its values: the old schema has no such column"}));
  EXPECT_EQ(predicted("ALTER TABLE users ALTER COLUMN age TYPE bigint;"),
            (Lines{"parked public.users.age: rows whose bigint is no integer"}));
  EXPECT_EQ(
      predicted("ALTER TABLE users DROP COLUMN note;\nALTER TABLE users DROP COLUMN must;"),
      (Lines{"unknown public.users.note: what is written to it between the backup and the drop",
             "left public.users.note: new rows have its default in it: 'x'::text",
             "unknown public.users.must: what is written to it between the backup and the drop",
             "parked public.users.must: new rows: it takes no NULL, and nobody gives it a value"}));
  EXPECT_EQ(predicted("ALTER TABLE users DROP CONSTRAINT grown;\n"
                      "ALTER TABLE users ALTER COLUMN name DROP NOT NULL;"),
            (Lines{"parked public.users.name: rows with NULL in it",
                   "parked public.users: rows that the constraint grown refuses"}));
  EXPECT_EQ(predicted("ALTER TYPE mood ADD VALUE 'bad';"),
            (Lines{"parked enum public.mood: rows with its new value bad"}));
  EXPECT_EQ(predicted("DROP TABLE lines;"),
            (Lines{"unknown public.lines: what is written to it between the backup and the drop"}));
}

// Fails when names are followed instead of numbers.
TEST_F(WayBackOutlook, RenamesLoseNothing) {
  EXPECT_EQ(predicted("ALTER TABLE users RENAME COLUMN name TO display_name;\n"
                      "ALTER TABLE users RENAME TO people;"),
            Lines());
  EXPECT_EQ(
      predicted(
          "ALTER TABLE users RENAME COLUMN name TO swap;\nALTER TABLE users RENAME COLUMN mail TO name;\n"
          "ALTER TABLE users RENAME COLUMN swap TO mail;\n"
          "CREATE INDEX ON users (age);"),
      Lines());
}

TEST_F(WayBackOutlook, AMigrationThatNeedsRowsIsSaidNotToBePredicted) {
  const auto lines = predicted(
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM users) THEN RAISE 'no users'; END IF; END $$;");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].substr(0, 10), "not known:") << lines[0];
}

TEST_F(WayBackOutlook, WhatWouldBeInTheWayIsNamedWithWhatHelps) {
  set("history.snapshots", "0");
  const auto outlook = look();
  ASSERT_TRUE(outlook) << outlook.error().message;
  ASSERT_EQ(outlook->obstacles.size(), 2U);
  EXPECT_EQ(outlook->obstacles[0].message,
            "tables without a key are compared row by row: public.lines");
  EXPECT_FALSE(outlook->obstacles[0].stops_it);
  EXPECT_TRUE(outlook->obstacles[1].stops_it);
  EXPECT_EQ(app::told(*outlook)[1].substr(0, 41), "there would be no rollback over a backup:");
}

TEST_F(WayBackOutlook, APreparedTransactionIsInTheWay) {
  exec("BEGIN; INSERT INTO lines VALUES ('a'); PREPARE TRANSACTION 'left'");
  const auto outlook = look();
  exec("ROLLBACK PREPARED 'left'");
  ASSERT_TRUE(outlook) << outlook.error().message;
  ASSERT_FALSE(outlook->obstacles.empty());
  EXPECT_EQ(outlook->obstacles[0].message,
            "the prepared transaction 'left' is still in " + value("SELECT current_database()"));
  EXPECT_TRUE(outlook->obstacles[0].stops_it);
}

TEST_F(WayBackOutlook, ARoleThatMayNotRenameIsTold) {
  const auto role = "plain_of_" + value("SELECT current_database()");
  exec("CREATE ROLE " + role + " LOGIN; GRANT ALL ON SCHEMA slipway, public TO " + role +
       "; GRANT ALL ON ALL TABLES IN SCHEMA slipway TO " + role);
  const auto url = url_;
  url_ += "&user=" + role;
  const auto outlook = look();
  set("rollback.restore", "beside");
  const auto beside = look();
  url_ = url;
  exec("DROP OWNED BY " + role + "; DROP ROLE " + role);
  const auto is_told = [](const Result<app::WayBackOutlook>& seen, const std::string& words) {
    return seen &&
           std::any_of(seen->obstacles.begin(), seen->obstacles.end(), [&](const auto& one) {
             return one.message.find(words) != std::string::npos;
           });
  };
  EXPECT_TRUE(is_told(outlook, "made in place: the role " + role +
                                   " may not make databases, and may not rename this one"));
  EXPECT_TRUE(is_told(beside, "so this role may not rename it"));
}

} // namespace
} // namespace slipway
