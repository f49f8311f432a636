#include "parsing.hpp"

#include <gtest/gtest.h>

namespace slipway::source {
namespace {

std::vector<std::string> ids(const std::vector<SourceWarning>& warnings) {
  std::vector<std::string> all;
  for (const auto& warning : warnings) all.push_back(warning.id);
  return all;
}

std::vector<SourceWarning> review_named(const std::string& name) {
  MigrationFile file = file_of("-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 2;\n");
  file.name = name;
  return review(parsed(file));
}

std::vector<SourceWarning> review_up(const std::string& up) {
  return review(parsed("-- slipway:up\n" + up + "\n-- slipway:irreversible test\n"));
}

TEST(VagueName, IsOneOfWordsThatCouldStandOverAnything) {
  for (const std::string name :
       {"fix", "Fixes", "update", "UpdateSchema", "updateschema", "schema-update", "misc_changes",
        "wip", "temp2", "tmp", "test", "new_migration", "more.stuff", "fix_2", "v2", "12", "",
        "HOTFIX", "Final_Fix"}) {
    const auto warnings = review_named(name);
    ASSERT_EQ(ids(warnings), std::vector<std::string>{"vague-name"}) << name;
    EXPECT_EQ(warnings[0].place.file, "db/7_add_users.sql");
  }
  EXPECT_EQ(review_named("UpdateSchema")[0].message,
            "the name \"UpdateSchema\" does not say what changes");
}

TEST(VagueName, IsNotOneThatNamesSomething) {
  for (const std::string name :
       {"add_users", "fix_order_totals", "update-prices", "users", "new_customers", "testimonials",
        "init", "größe", "drop_temp_tables_of_import"})
    EXPECT_TRUE(review_named(name).empty()) << name;
}

TEST(EmptyUp, IsToldOf) {
  EXPECT_EQ(ids(review_up("-- later")), std::vector<std::string>{"empty-up"});
}

TEST(TwoConcerns, SchemaChangeBesideChangeOfExistingRows) {
  const auto warnings = review_up(
      "ALTER TABLE users ADD COLUMN age int;\n\n  UPDATE users SET age = 0;\nDELETE FROM users;");
  ASSERT_EQ(ids(warnings), std::vector<std::string>{"two-concerns"});
  EXPECT_EQ(
      warnings[0].message,
      "two concerns in one file: it changes the schema (alter table on line 2) and existing rows (update on line 4)");
  EXPECT_EQ(warnings[0].place.line, 4U);
  EXPECT_EQ(warnings[0].place.column, 3U);
  EXPECT_EQ(warnings[0].place.source_line, "  UPDATE users SET age = 0;");
}

TEST(TwoConcerns, ChangesOfTwoUnrelatedTables) {
  for (const std::string up :
       {"ALTER TABLE users ADD COLUMN age int;\nALTER TABLE invoices DROP COLUMN vat;",
        "ALTER TABLE users ADD COLUMN age int;\nDROP TABLE invoices;",
        "CREATE TABLE invoices (id int);\nALTER TABLE users ADD COLUMN age int;"}) {
    const auto warnings = review_up(up);
    ASSERT_EQ(ids(warnings), std::vector<std::string>{"two-concerns"}) << up;
    EXPECT_EQ(warnings[0].place.line, 3U);
  }
  EXPECT_EQ(
      review_up(
          "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE sales.invoices DROP COLUMN vat;")[0]
          .message,
      "two concerns in one file: it changes the unrelated tables users (line 2) and invoices (line 3)");
}

TEST(TwoConcerns, ThePairThatIsNamedHoldsATableThatWasThereBefore) {
  const auto warnings = review_up("CREATE TABLE users (id int);\nCREATE TABLE invoices (id int);\n"
                                  "ALTER TABLE user_sessions ADD COLUMN seen int;");
  ASSERT_EQ(ids(warnings), std::vector<std::string>{"two-concerns"});
  EXPECT_EQ(warnings[0].message,
            "two concerns in one file: it changes the unrelated tables invoices (line 3) and "
            "user_sessions (line 4)");
}

TEST(TwoConcerns, WhatBelongsTogetherIsOneConcern) {
  for (
      const std::string up : {
          "CREATE TABLE colours (name text);\nINSERT INTO colours VALUES ('red');",
          "CREATE TABLE users (id int);\nCREATE TABLE invoices (id int);\nCREATE INDEX ON users (id);",
          "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users ADD CHECK (age > 0);",
          "ALTER TABLE public.users ADD COLUMN age int;\nALTER TABLE users ADD CHECK (age > 0);",
          "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE user_sessions ADD COLUMN seen int;",
          "CREATE TABLE invoices (id int, buyer int REFERENCES users);\nALTER TABLE users ADD COLUMN age int;",
          "ALTER TABLE invoices ADD FOREIGN KEY (buyer) REFERENCES users;\nALTER TABLE users ADD COLUMN age int;",
          "UPDATE users SET age = 0;\nDELETE FROM invoices;",
          "DROP TABLE users, invoices;",
          "SELECT 1;\nALTER TABLE users ADD COLUMN age int;",
      })
    EXPECT_TRUE(review_up(up).empty()) << up << "\n" << review_up(up).front().message;
}

TEST(TwoConcerns, MayBeAllowedForAReason) {
  EXPECT_TRUE(
      review_up(
          "-- slipway:allow two-concerns tiny table\nALTER TABLE users ADD COLUMN age int;\nUPDATE users SET age = 0;")
          .empty());
}

} // namespace
} // namespace slipway::source
