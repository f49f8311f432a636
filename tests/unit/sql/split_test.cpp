#include "slipway/sql/script.hpp"

#include "slipway/test/test_data.hpp"

#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace slipway::sql {
namespace {

std::vector<std::string> texts(const std::string& script) {
  const Result<Script> parts = split(script, "a.sql");
  if (!parts) {
    ADD_FAILURE() << parts.error().message << "\nin: " << script;
    return {};
  }
  std::vector<std::string> out;
  for (const auto& statement : parts->statements) out.emplace_back(statement.text(script));
  return out;
}

using Texts = std::vector<std::string>;

// Scripts that hold psql commands which cannot run without psql.
const std::set<std::string> k_needs_psql = {"psql-set-variable", "psql-echo-between"};

TEST(Split, FindsAsManyStatementsAsPsqlSends) {
  std::size_t refused = 0;
  for (const auto& entry : test::read_json_lines("split.jsonl")) {
    const std::string id = entry.at("id");
    const std::string script = entry.at("sql");
    const Result<Script> parts = split(script, "a.sql");
    if (k_needs_psql.contains(id)) {
      ASSERT_FALSE(parts) << id;
      EXPECT_NE(parts.error().message.find("is a command of psql"), std::string::npos) << id;
      EXPECT_FALSE(parts.error().hint.empty()) << id;
      ++refused;
      continue;
    }
    ASSERT_TRUE(parts) << id << ": " << parts.error().message;
    EXPECT_EQ(parts->statements.size(), entry.at("statements").get<std::size_t>()) << id;
  }
  EXPECT_EQ(refused, k_needs_psql.size());
}

TEST(Split, GivesEachStatementWithoutItsSemicolonAndSurroundings) {
  EXPECT_EQ(texts(" -- one\n SELECT 1 ; /* two */ SELECT 2 -- tail\n;\nSELECT 3"),
            (Texts{"SELECT 1", "SELECT 2", "SELECT 3"}));
  EXPECT_EQ(texts(";;/* nothing */;"), Texts{});
}

TEST(Split, PlacesStatementsByLineAndCodePoint) {
  const auto parts = split("SELECT 'é'; SELECT 2;\r\n\r SELECT 3", "a.sql");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->statements.size(), 3U);
  EXPECT_EQ(parts->statements[1].position, (Position{1, 13}));
  EXPECT_EQ(parts->statements[2].position, (Position{3, 2}));
}

TEST(Split, SkipsAByteOrderMarkAtTheStart) {
  const std::string script = "\xEF\xBB\xBFSELECT 1; -- x";
  EXPECT_EQ(texts(script), Texts{"SELECT 1"});
  EXPECT_EQ(split(script, "a.sql")->statements[0].span.offset, 3U);
}

TEST(Split, EndsAStatementAtABackslashSemicolon) {
  EXPECT_EQ(texts("SELECT 1\\; SELECT 2;"), (Texts{"SELECT 1", "SELECT 2"}));
}

TEST(Split, SkipsTheGuardLinesOfADump) {
  EXPECT_EQ(texts("\\restrict abc123\nSELECT 1;\n\\unrestrict abc123\n"), Texts{"SELECT 1"});
}

TEST(Split, EndsARoutineBodyAtItsOwnEnd) {
  const std::string body = "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; "
                           "SELECT CASE WHEN true THEN CASE WHEN true THEN 1 END END; END";
  EXPECT_EQ(texts(body + "; SELECT 2;"), (Texts{body, "SELECT 2"}));
}

TEST(Split, TakesNamesThatLookLikeBlockWordsAsNames) {
  const std::string called_begin = "CREATE FUNCTION begin() RETURNS int LANGUAGE sql RETURN 1";
  EXPECT_EQ(texts(called_begin + "; SELECT 2;"), (Texts{called_begin, "SELECT 2"}));
  const std::string column = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT q.end FROM q; "
                             "SELECT 1 AS end; END";
  EXPECT_EQ(texts(column + "; SELECT 2;"), (Texts{column, "SELECT 2"}));
}

TEST(Split, FollowsStandardConformingStrings) {
  const std::string off = "SET SESSION standard_conforming_strings TO 'off'";
  EXPECT_EQ(texts(off + "; SELECT 'a\\'; b'; RESET ALL; SELECT 'c\\'; SELECT 1").size(), 5U);
  EXPECT_EQ(
      texts(
          "BEGIN; SET LOCAL standard_conforming_strings = off; SELECT 'a\\';'; COMMIT; SELECT 'b\\'; "
          "SELECT 1")
          .size(),
      6U);
  EXPECT_EQ(texts("BEGIN; SET standard_conforming_strings = off; ROLLBACK; SELECT 'b\\'; SELECT 1")
                .size(),
            5U);
  EXPECT_EQ(
      texts(
          "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false); SELECT 'a\\';'")
          .size(),
      2U);
}

TEST(Split, ContinuesAnEscapeStringOnTheNextLine) {
  EXPECT_EQ(texts("SELECT E'a' -- c\n  'b\\';c'; SELECT 2"),
            (Texts{"SELECT E'a' -- c\n  'b\\';c'", "SELECT 2"}));
  EXPECT_EQ(texts("SELECT 'a'\n  'b\\'; SELECT 2"), (Texts{"SELECT 'a'\n  'b\\'", "SELECT 2"}));
}

TEST(Split, StartsADollarQuoteOnlyWhereANameCannotGoOn) {
  EXPECT_EQ(texts("SELECT a$b$c; SELECT $1$$;$$; SELECT 12$t$;$t$").size(), 3U);
}

TEST(SplitCopy, HandsOverTheDataLines) {
  const std::string script =
      "copy binary s.\"t\" (a, \"b\") from stdin;\r\n1\t;\r\n\\.\r\nSELECT 1;";
  const auto parts = split(script, "a.sql");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->statements.size(), 2U);
  ASSERT_TRUE(parts->statements[0].copy_data);
  const Span data = *parts->statements[0].copy_data;
  EXPECT_EQ(script.substr(data.offset, data.length), "1\t;\r\n");
}

TEST(SplitCopy, ReadsDataFromTheLineBelowWhateverFollowsOnItsOwnLine) {
  const std::string script =
      "COPY t FROM STDIN; SELECT 'x'; COPY u FROM STDIN; -- c\n1\n\\.\n2\n\\.";
  const auto parts = split(script, "a.sql");
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->statements.size(), 3U);
  const auto data = [&](std::size_t i) {
    const Span span = parts->statements[i].copy_data.value_or(Span{});
    return script.substr(span.offset, span.length);
  };
  EXPECT_EQ(data(0), "1\n");
  EXPECT_EQ(data(2), "2\n");
  EXPECT_EQ(parts->comments.size(), 1U);
}

TEST(SplitCopy, ReadsAFileThatKnowsOnlyCarriageReturns) {
  const std::string script = "COPY t FROM STDIN;\r1\r\\.\rSELECT 1;\r";
  EXPECT_EQ(texts(script), (Texts{"COPY t FROM STDIN", "SELECT 1"}));
}

TEST(SplitCopy, TakesNoDataWhereTheServerReadsOrWritesElsewhere) {
  EXPECT_EQ(texts("COPY t FROM '/x'; COPY t TO STDOUT; COPY (SELECT 1 FROM stdin) TO STDOUT; "
                  "COPY t FROM PROGRAM 'x'; SELECT 1")
                .size(),
            5U);
}

TEST(SplitComments, ListsRealLineCommentsOnly) {
  const std::string script = "-- a\nSELECT '-- no' -- b\r\n, $$ -- no $$; /* -- no */  -- c\n"
                             "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC -- no\n SELECT 1; END;";
  const auto parts = split(script, "a.sql");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->comments.size(), 3U);
  EXPECT_EQ(script.substr(parts->comments[1].span.offset, parts->comments[1].span.length), "-- b");
  EXPECT_TRUE(parts->comments[0].starts_line);
  EXPECT_FALSE(parts->comments[1].starts_line);
  EXPECT_FALSE(parts->comments[2].starts_line);
  EXPECT_EQ(parts->comments[1].position, (Position{2, 16}));
}

struct BadScript {
  std::string script;
  Position place;
  std::string says;
};

class SplitRefuses : public testing::TestWithParam<BadScript> {};

TEST_P(SplitRefuses, AndNamesThePlaceOfTheOpening) {
  const auto parts = split(GetParam().script, "folder/a.sql");
  ASSERT_FALSE(parts);
  const Error& error = parts.error();
  EXPECT_EQ(error.code, ErrorCode::source);
  EXPECT_NE(error.message.find(GetParam().says), std::string::npos) << error.message;
  EXPECT_FALSE(error.hint.empty());
  ASSERT_TRUE(error.place);
  EXPECT_EQ(error.place->file, "folder/a.sql");
  EXPECT_EQ((Position{error.place->line, error.place->column}), GetParam().place);
}

const std::vector<BadScript> k_bad_scripts = {
    {"SELECT 1;\n  SELECT 'a;\n", {2, 10}, "quoted string does not end"},
    {"SELECT E'a\\'", {1, 8}, "quoted string does not end"},
    {"é \"a", {1, 3}, "quoted identifier does not end"},
    {"DO $f$ BEGIN $F$", {1, 4}, "$f$ opens does not end"},
    {"SELECT 1 /* /* */", {1, 10}, "comment does not end"},
    {"SELECT 1; /*/", {1, 11}, "comment does not end"},
    {"CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1;", {2, 1}, "BEGIN ATOMIC"},
    {"SELECT 1;\n COPY t FROM STDIN;\n1\n", {2, 2}, "COPY does not end"},
    {"COPY t FROM STDIN", {1, 1}, "COPY does not end"},
    {"COPY t FROM STDIN;", {1, 1}, "COPY does not end"},
    {"COPY t FROM STDIN; SELECT\n1\n\\.\n 2;", {1, 20}, "runs on into the data"},
    {"COPY t FROM STDIN; SELECT 'a\n\\.\n';", {1, 27}, "runs on into the data"},
    {"COPY t FROM STDIN; /* a\n*/\n\\.\n", {1, 20}, "runs on into the data"},
    {std::string("SELECT 1;\nSELECT \0 2;", 20), {2, 8}, "NUL"},
    {"SELECT '\xC3';", {1, 9}, "UTF-8"},
    {"SELECT 1;\n\xEF\xBB\xBFSELECT 2;", {2, 1}, "byte order mark"},
    {"SELECT a\xEF\xBB\xBF;", {1, 9}, "byte order mark"},
    {"SELECT 1;\n\\i other.sql\n", {2, 1}, "\\i is a command of psql"},
    {"SELECT 1 \\gset\n", {1, 10}, "\\gset is a command of psql"},
    {"SELECT 1\n\\restrict a\n", {2, 1}, "\\restrict is a command of psql"},
    {"\\restrict a \\\\ DROP TABLE t;\n", {1, 1}, "\\restrict is a command of psql"},
    {"\\restricted a\n", {1, 1}, "\\restricted is a command of psql"},
    {"SELECT (1\\; 2);", {1, 10}, "backslash"},
    {"SELECT 1;\n\\.\n", {2, 1}, "none is open"},
};
INSTANTIATE_TEST_SUITE_P(Scripts, SplitRefuses, testing::ValuesIn(k_bad_scripts));

TEST(Split, AllowsAByteOrderMarkThatIsData) {
  EXPECT_EQ(texts("SELECT '\xEF\xBB\xBF'; -- \xEF\xBB\xBF\nSELECT 2").size(), 2U);
}

TEST(Split, KeepsAHugeLineOutOfTheError) {
  const auto parts = split("SELECT " + std::string(100000, ' ') + "'", "a.sql");
  ASSERT_FALSE(parts);
  EXPECT_EQ(parts.error().place->column, 100008U);
  EXPECT_TRUE(parts.error().place->source_line.empty());
}

// Quadratic work in any of these would take hours, which the test runner's time limit ends.
TEST(Split, TakesTimeLinearInTheScript) {
  const std::size_t n = 2'000'000;
  std::string soup;
  for (std::size_t i = 0; i < n / 10; ++i) soup += "SELECT 1;";
  EXPECT_EQ(texts(soup).size(), n / 10);
  std::string signs(n, '+');
  for (std::size_t i = 0; i < n; i += 2) signs[i] = '-';
  EXPECT_EQ(texts("SELECT 1" + signs.substr(1)).size(), 1U);
  EXPECT_EQ(texts("SELECT " + std::string(n, '(')).size(), 1U);
  EXPECT_FALSE(split(std::string(n, '/') + std::string(n, '*'), "a.sql"));
  std::string nested;
  for (std::size_t i = 0; i < n / 4; ++i) nested += "/*";
  EXPECT_FALSE(split(nested, "a.sql"));
  std::string dollars;
  for (std::size_t i = 0; i < n / 4; ++i) dollars += "$a ";
  EXPECT_EQ(texts(dollars).size(), 1U);
}

} // namespace
} // namespace slipway::sql
