#include "parsing.hpp"

#include <gtest/gtest.h>

namespace slipway::source {
namespace {

struct Refusal {
  std::string text;
  std::size_t line;
  std::size_t column;
  std::size_t width;
  std::string message;
  std::string hint;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.text; }
};

const std::string k_up_and_down =
    "write `-- slipway:up` above the SQL that makes the change and `-- slipway:down` above the SQL that undoes it";
const std::string k_write_down =
    "write the SQL that undoes it, or `-- slipway:irreversible REASON`";
const std::string k_down = "-- slipway:down\nSELECT 2;\n";

// A file whose second line, after `-- slipway:up`, is `line`.
std::string with(const std::string& line) {
  return "-- slipway:up\n" + line + "\nSELECT 1;\n" + k_down;
}

class SourceErrors : public testing::TestWithParam<Refusal> {};

TEST_P(SourceErrors, NameThePlaceAndTheWayOut) {
  const Refusal& expected = GetParam();
  const Error error = refused(expected.text);
  EXPECT_EQ(error.code, ErrorCode::source);
  EXPECT_EQ(error.message, expected.message);
  EXPECT_EQ(error.hint, expected.hint);
  ASSERT_TRUE(error.place);
  EXPECT_EQ(error.place->file, "db/7_add_users.sql");
  EXPECT_EQ(error.place->line, expected.line);
  EXPECT_EQ(error.place->column, expected.column);
  EXPECT_EQ(error.place->width, expected.width);
}

INSTANTIATE_TEST_SUITE_P(
    OfDirectives, SourceErrors,
    testing::Values(
        Refusal{with("-- slipway:lock-timout 2s"), 2, 12, 11, "unknown directive \"lock-timout\"",
                "did you mean `-- slipway:lock-timeout`?"},
        Refusal{with("-- slipway:Down"), 2, 12, 4, "unknown directive \"Down\"",
                "did you mean `-- slipway:down`?"},
        Refusal{
            with("  --slipway:zzzzzzzzzzzz"), 2, 13, 12, "unknown directive \"zzzzzzzzzzzz\"",
            "the directives are up, down, verify, irreversible, transaction, lock-timeout, statement-timeout, allow, phase, "
            "change, backfill, requires, reverse"},
        Refusal{with("-- Slipway:down"), 2, 1, 15, "\"slipway:\" is written in small letters",
                "write `-- slipway:NAME`"},
        Refusal{with("-- slipway:  "), 2, 1, 11, "a directive needs a name after \"slipway:\"", ""},
        Refusal{with("SELECT 'é'; -- slipway:allow drop-column unused  "), 2, 13, 35,
                "a directive stands on a line of its own",
                "move it to the line above the statement"},
        Refusal{with("-- slipway:transaction"), 2, 1, 22, "transaction: the value is missing",
                "write `-- slipway:transaction on|off|auto`"},
        Refusal{with("-- slipway:transaction false"), 2, 24, 5,
                "transaction: \"false\" is none of on, off and auto",
                "write `-- slipway:transaction on|off|auto`"},
        Refusal{with("-- slipway:lock-timeout 5"), 2, 25, 1,
                "lock-timeout: \"5\" is not a duration",
                "write a whole number and a unit, such as 500ms, 2s, 5min or 1h"},
        Refusal{
            with("-- slipway:lock-timeout 0"), 2, 25, 1,
            "lock-timeout: 0 would mean to wait without limit, with the application queueing behind",
            "give a time, such as 10s"},
        Refusal{with("-- slipway:statement-timeout soon"), 2, 30, 4,
                "statement-timeout: \"soon\" is not a duration",
                "write a whole number and a unit, such as 500ms, 2s, 5min or 1h"},
        Refusal{with("-- slipway:allow"), 2, 1, 16, "allow: the value is missing",
                "write `-- slipway:allow HAZARD REASON`"},
        Refusal{with("-- slipway:allow drop-column"), 2, 18, 11, "allow: the reason is missing",
                "say why: `-- slipway:allow HAZARD REASON`"},
        Refusal{with("-- slipway:phase shrink"), 2, 18, 6, "phase: \"shrink\" is not a phase",
                "write `-- slipway:phase expand|backfill|switch|contract`"},
        Refusal{with("-- slipway:change two words"), 2, 19, 9,
                "change: a change has one word as its name", "write `-- slipway:change NAME`"},
        Refusal{with("-- slipway:backfill users"), 2, 21, 5,
                "backfill: \"users\" is not of the form key=value",
                "write `-- slipway:backfill table=TABLE chunk=ROWS`"},
        Refusal{with("-- slipway:requires 3 four"), 2, 21, 6, "requires: \"four\" is not a version",
                "a version is the leading digits of a migration's file name"},
        Refusal{with("-- slipway:requires 007"), 2, 21, 3,
                "requires: a migration cannot require itself",
                "name the version of another migration"},
        Refusal{with("-- slipway:requires 9999999999999999999"), 2, 21, 19,
                "requires: version 9999999999999999999 is too large",
                "a version has at most 18 significant digits"},
        Refusal{with("-- slipway:reverse name = first"), 2, 20, 12,
                "reverse: the column needs its table's name, and may have its schema's",
                "write `-- slipway:reverse TABLE.COLUMN = EXPRESSION`"},
        Refusal{with("-- slipway:reverse users.name first"), 2, 20, 16,
                "reverse: there is no = behind the column",
                "write `-- slipway:reverse TABLE.COLUMN = EXPRESSION`"},
        Refusal{with("-- slipway:reverse users.name ="), 2, 20, 12,
                "reverse: the expression is missing",
                "write `-- slipway:reverse TABLE.COLUMN = EXPRESSION`"},
        Refusal{with("-- slipway:reverse \"users.name = x"), 2, 20, 15,
                "reverse: a quoted name does not end",
                "write `-- slipway:reverse TABLE.COLUMN = EXPRESSION`"},
        Refusal{with("-- slipway:reverse t.a = 1\n-- slipway:reverse T.A = 2"), 3, 20, 7,
                "reverse: the column has one already", "keep one of them"},
        Refusal{with("-- slipway:irreversible"), 2, 1, 23, "irreversible: the value is missing",
                "write `-- slipway:irreversible REASON`"},
        Refusal{"-- slipway:up transaction:false\nSELECT 1;\n" + k_down, 1, 15, 17,
                "up: takes no value", "write `-- slipway:up`"},
        Refusal{"\xEF\xBB\xBF-- slipway:upp\nSELECT 1;\n" + k_down, 1, 12, 3,
                "unknown directive \"upp\"", "did you mean `-- slipway:up`?"},
        Refusal{"-- slipway:up\r\n-- slipway:phase x\r\nSELECT 1;\r\n" + k_down, 2, 18, 1,
                "phase: \"x\" is not a phase",
                "write `-- slipway:phase expand|backfill|switch|contract`"}));

INSTANTIATE_TEST_SUITE_P(
    OfPlacement, SourceErrors,
    testing::Values(
        Refusal{with("-- slipway:phase expand\n-- slipway:phase expand"), 3, 1, 23,
                "phase stands twice; first on line 2", "keep one of them"},
        Refusal{with("-- slipway:up"), 2, 1, 13, "up stands twice; first on line 1",
                "keep one of them"},
        Refusal{with("") + k_down, 6, 1, 15, "down stands twice; first on line 4",
                "keep one of them"},
        Refusal{with("") + "  -- slipway:lock-timeout 2s\n", 6, 3, 26,
                "lock-timeout cannot stand in the down section",
                "it holds for the whole file: move it above `-- slipway:up`"},
        Refusal{with("") + "-- slipway:verify\n-- slipway:transaction off\nSELECT true;", 7, 1, 26,
                "transaction cannot stand in the verify section",
                "it holds for the whole file: move it above `-- slipway:up`"},
        Refusal{"SELECT 0;\n" + with(""), 1, 1, 8, "a statement stands before the first section",
                "move it below `-- slipway:up`"},
        Refusal{"CREATE TABLE a (id int)\n-- slipway:up\n", 1, 1, 23,
                "a statement stands before the first section", "move it below `-- slipway:up`"}));

INSTANTIATE_TEST_SUITE_P(
    OfSections, SourceErrors,
    testing::Values(
        Refusal{"", 0, 0, 1, "the file holds no SQL", k_up_and_down},
        Refusal{"-- only a remark\n", 0, 0, 1, "the file holds no SQL", k_up_and_down},
        Refusal{"-- hello\n  CREATE TABLE a (\n id int);\n", 2, 3, 16, "`-- slipway:up` is missing",
                k_up_and_down},
        Refusal{"-- migrate:up\nSELECT 1;\n-- migrate:down\n", 2, 1, 8,
                "`-- slipway:up` is missing",
                "`-- migrate:up` is another tool's word; here it is `-- slipway:up`"},
        Refusal{"-- +goose Up\nSELECT 1;\n", 2, 1, 8, "`-- slipway:up` is missing",
                "`-- +goose up` is another tool's word; here it is `-- slipway:up`"},
        Refusal{k_down, 0, 0, 1, "the file has no up section", k_up_and_down},
        Refusal{"-- slipway:up\nSELECT 1;\n", 0, 0, 1, "there is no down section", k_write_down},
        Refusal{"-- slipway:up\nSELECT 1;\n-- slipway:down\n-- drop it\n", 3, 1, 15,
                "the down section is empty", k_write_down},
        Refusal{with("-- slipway:irreversible gone"), 4, 1, 15,
                "the migration has a down section and says that it is irreversible",
                "keep one of them"},
        Refusal{with("") + " -- slipway:verify\n", 6, 2, 17, "the verify section is empty",
                "write a query that returns true once the change is in place"}));

TEST(SourceErrorsOfPairs, NameTheFileOfThePair) {
  const Error down_directive =
      refused(pair_of("SELECT 1;\n-- slipway:down\nSELECT 2;", "SELECT 2;"));
  EXPECT_EQ(down_directive.message, "down cannot stand in a .up.sql file");
  EXPECT_EQ(down_directive.hint, "the whole file is the up section; take the directive away");
  EXPECT_EQ(down_directive.place->file, "db/7_add_users.up.sql");
  EXPECT_EQ(down_directive.place->line, 2U);

  const Error misplaced =
      refused(pair_of("SELECT 1;", "\n  -- slipway:transaction off\nSELECT 2;"));
  EXPECT_EQ(misplaced.message, "transaction cannot stand in a .down.sql file");
  EXPECT_EQ(misplaced.hint, "it holds for both files: move it to the .up.sql file");
  EXPECT_EQ(misplaced.place->file, "db/7_add_users.down.sql");
  EXPECT_EQ(misplaced.place->line, 2U);
  EXPECT_EQ(misplaced.place->column, 3U);

  const Error empty = refused(pair_of("SELECT 1;", "-- nothing\n"));
  EXPECT_EQ(empty.message, "the down section is empty");
  EXPECT_EQ(empty.place->file, "db/7_add_users.down.sql");

  EXPECT_EQ(refused(pair_of("-- slipway:irreversible gone\nSELECT 1;", "SELECT 2;")).message,
            "the migration has a down section and says that it is irreversible");
}

TEST(SourceErrorsOfSplitting, HaveThePlaceInTheWholeFile) {
  const Error quote =
      refused("-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 2;\n  SELECT 'x;\n");
  EXPECT_EQ(quote.code, ErrorCode::source);
  EXPECT_EQ(quote.place->file, "db/7_add_users.sql");
  EXPECT_EQ(quote.place->line, 5U);
  EXPECT_EQ(refused(std::string("-- slipway:up\nSELECT \0;\n", 24)).place->line, 2U);
  EXPECT_EQ(refused("-- slipway:up\nSELECT '\xff';\n").place->line, 2U);
  EXPECT_EQ(refused("-- slipway:up\n\\i other.sql\n-- slipway:down\n").place->line, 2U);
}

// Each section is read by itself, because that is how the history gives it back.
TEST(SourceErrorsOfSplitting, ASettingOfOneSectionDoesNotReachTheNext) {
  const Error error = refused(
      "-- slipway:up\nSET standard_conforming_strings = off;\n-- slipway:down\nSELECT 1;\n SELECT 'it\\'s';\n");
  EXPECT_EQ(error.place->line, 5U);
}

TEST(SourceErrors, TheLineTravelsWithTheError) {
  EXPECT_EQ(refused("\xEF\xBB\xBF-- slipway:upp\r\nSELECT 1;\r\n").place->source_line,
            "-- slipway:upp");
}

} // namespace
} // namespace slipway::source
