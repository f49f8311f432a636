// slipway explain: one statement after the other, with the facts the parser has.
#include "built_program.hpp"

#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

namespace slipway::test {
namespace {

constexpr const char* k_migration = R"(-- slipway:up
ALTER TABLE sales.orders ADD COLUMN user_id bigint;
CREATE INDEX CONCURRENTLY orders_user ON orders (user_id);

-- slipway:down
DROP INDEX CONCURRENTLY orders_user;
  ALTER TABLE sales.orders DROP COLUMN user_id
)";

nlohmann::json explained(const std::string& text) {
  return slipway({"explain", "-", "--json"}, {.input = text}).json();
}

TEST(Explain, json_has_the_documented_shape) {
  const auto document = explained(k_migration);
  EXPECT_EQ(document.at("schema"), 1);
  EXPECT_EQ(document.at("file"), "-");
  const auto& first = document.at("statements").at(0);
  EXPECT_EQ(first.at("sql"), "ALTER TABLE sales.orders ADD COLUMN user_id bigint");
  EXPECT_EQ(first.at("offset"), 14);
  EXPECT_EQ(first.at("length"), 50);
  EXPECT_EQ(first.at("line"), 2);
  EXPECT_EQ(first.at("column"), 1);
  EXPECT_EQ(first.at("transaction_safe"), true);
  EXPECT_EQ(first.at("parsed"), true);
  EXPECT_EQ(first.at("kind"), "alter table");
  EXPECT_EQ(first.at("unsafe_why"), "");
  EXPECT_EQ(first.at("section"), "up");
  const auto locks =
      nlohmann::json::parse(R"([{"relation":"sales.orders","mode":"ACCESS EXCLUSIVE"}])");
  EXPECT_EQ(first.at("locks"), locks);
}

TEST(Explain, says_which_statements_a_transaction_cannot_hold_and_why) {
  const auto document = explained(k_migration);
  const auto& index = document.at("statements").at(1);
  EXPECT_EQ(index.at("transaction_safe"), false);
  EXPECT_EQ(index.at("transaction"), "unsafe");
  EXPECT_NE(index.at("unsafe_why"), "");
  const auto control = explained("BEGIN; SELECT 1; COMMIT");
  EXPECT_EQ(control.at("statements").at(0).at("transaction_safe"), false);
  EXPECT_EQ(control.at("statements").at(1).at("transaction_safe"), true);
  EXPECT_EQ(control.at("statements").at(2).at("transaction"), "control");
}

TEST(Explain, tells_the_sections_of_a_migration_apart_and_a_plain_script_has_none) {
  const auto document = explained(k_migration);
  ASSERT_EQ(document.at("statements").size(), 4U);
  EXPECT_EQ(document.at("statements").at(1).at("section"), "up");
  EXPECT_EQ(document.at("statements").at(2).at("section"), "down");
  EXPECT_EQ(document.at("statements").at(3).at("section"), "down");
  EXPECT_TRUE(explained("SELECT 1").at("statements").at(0).at("section").is_null());
  const auto look_alike = explained("SELECT '\n-- slipway:down\n';\nSELECT 2");
  EXPECT_TRUE(look_alike.at("statements").at(1).at("section").is_null());
}

TEST(Explain, every_statement_is_the_slice_its_place_says) {
  const std::string text =
      std::string("\xEF\xBB\xBF") + "/* \xC3\xA9 */ SELECT '\xC3\xA9';\r\n\tSELECT 2;;";
  const auto document = explained(text);
  for (const auto& statement : document.at("statements"))
    EXPECT_EQ(text.substr(statement.at("offset"), statement.at("length")),
              statement.at("sql").get<std::string>());
}

TEST(Explain, what_the_grammar_does_not_know_is_said_to_be_unknown) {
  const nlohmann::json statement = explained("ALTER TABLE t FLY").at("statements").at(0);
  EXPECT_EQ(statement.at("parsed"), false);
  EXPECT_NE(statement.at("unparsed_why"), "");
  const Ran text = slipway({"explain", "-"}, {.input = "ALTER TABLE t FLY"});
  EXPECT_NE(text.out.find("not understood"), std::string::npos) << text.out;
}

TEST(Explain, text_shows_number_place_locks_and_first_line) {
  const ProjectFolder project;
  project.write("1_add.sql", k_migration);
  const Ran ran = slipway({"explain", "1_add.sql"}, {.working_directory = project.path()});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("1_add.sql: 4 statements"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("ACCESS EXCLUSIVE on sales.orders"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("7:3"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("2 at 3:1: "), std::string::npos)
      << "the reason a transaction cannot hold it: " << ran.out;
}

TEST(Explain, a_script_that_cannot_be_split_is_refused_with_its_place) {
  const Ran ran = slipway({"explain", "-", "--json"}, {.input = "SELECT 1;\nSELECT 'open"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.json().at("error").at("code"), "source");
  EXPECT_EQ(ran.json().at("error").at("place").at("line"), 2);
}

TEST(Explain, a_file_that_is_not_there_is_named) {
  const Ran ran = slipway({"explain", "/no/such.sql"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("/no/such.sql"), std::string::npos);
}

TEST(Explain, an_empty_script_has_no_statements) {
  EXPECT_EQ(explained(" -- nothing\n").at("statements").size(), 0U);
  EXPECT_EQ(slipway({"explain", "-"}, {.input = ";"}).out, "-: 0 statements\n");
}

} // namespace
} // namespace slipway::test
