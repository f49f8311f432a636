#include "slipway/sql/facts.hpp"
#include "slipway/sql/script.hpp"

#include "slipway/test/test_data.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>
#include <rapidcheck/gtest.h>

namespace slipway::sql {
namespace {

TEST(TokenDigest, IsEqualWhereOnlyCommentsSpaceAndCaseOfWordsDiffer) {
  const std::string digest = token_digest("SELECT a, 'x' FROM t WHERE b = 1;");
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_EQ(token_digest("-- why\nselect A,\r\n\t'x' /* y */ from T where b=1"), digest);
  EXPECT_EQ(token_digest("\xEF\xBB\xBFSELECT a, 'x' FROM t WHERE b = 1 ; ; -- end"), digest);
}

TEST(TokenDigest, DiffersWhereTheServerSeesOtherTokens) {
  const std::string digest = token_digest("SELECT a, 'x' FROM t WHERE b = 1;");
  for (const char* other :
       {"SELECT a, 'X' FROM t WHERE b = 1;", "SELECT a, 'x' FROM t WHERE b = 2;",
        "SELECT a, 'x ' FROM t WHERE b = 1;", "SELECT a, \"x\" FROM t WHERE b = 1;",
        "SELECT a, 'x' FROM t; WHERE b = 1;", "SELECT a, 'x' FROM t WHERE b = 1; SELECT 1",
        "SELECT a 'x' FROM t WHERE b = 1;", "SELECT a, E'x' FROM t WHERE b = 1;"})
    EXPECT_NE(token_digest(other), digest) << other;
  EXPECT_NE(token_digest("SELECT ab"), token_digest("SELECT a b"));
  EXPECT_NE(token_digest("SELECT a<-1"), token_digest("SELECT a<@-1"));
  EXPECT_EQ(token_digest("SELECT a<-1"), token_digest("SELECT a < - 1"));
  EXPECT_NE(token_digest("SELECT a@-1"), token_digest("SELECT a @ - 1"));
}

TEST(TokenDigest, CountsEachByteOfCopyData) {
  const std::string digest = token_digest("COPY t FROM STDIN;\n1\t-- a\n\\.\nSELECT 1;");
  EXPECT_NE(token_digest("COPY t FROM STDIN;\n1\t-- b\n\\.\nSELECT 1;"), digest);
  EXPECT_NE(token_digest("COPY t FROM STDIN;\n1\t-- a \n\\.\nSELECT 1;"), digest);
  EXPECT_EQ(token_digest("copy t from stdin; -- c\n1\t-- a\n\\.\nselect  1"), digest);
}

TEST(TokenDigest, FallsBackToTheTextOfAScriptThatCannotBeRead) {
  EXPECT_EQ(token_digest("SELECT '"), token_digest("SELECT '"));
  EXPECT_NE(token_digest("SELECT '"), token_digest("SELECT  '"));
  EXPECT_NE(token_digest(std::string_view("a\0b", 3)), token_digest(std::string_view("a\0c", 3)));
  EXPECT_NE(token_digest("\xFF"), token_digest("\xFE"));
}

// The tokens the server's own lexer finds, comments left out; empty when it refuses the text.
std::vector<std::string> server_tokens(const std::string& sql) {
  std::vector<std::string> tokens;
  const PgQueryScanResult scan = pg_query_scan(sql.c_str());
  if (scan.error == nullptr) {
    auto* result = pg_query__scan_result__unpack(
        nullptr, scan.pbuf.len, reinterpret_cast<const std::uint8_t*>(scan.pbuf.data));
    for (std::size_t i = 0; i < result->n_tokens; ++i) {
      const PgQuery__ScanToken& token = *result->tokens[i];
      if (token.token == PG_QUERY__TOKEN__SQL_COMMENT || token.token == PG_QUERY__TOKEN__C_COMMENT)
        continue;
      tokens.push_back(sql.substr(static_cast<std::size_t>(token.start),
                                  static_cast<std::size_t>(token.end - token.start)));
    }
    pg_query__scan_result__free_unpacked(result, nullptr);
  }
  pg_query_free_scan_result(scan);
  return tokens;
}

std::string spaced(const std::vector<std::string>& tokens) {
  std::string out;
  for (const auto& token : tokens) out += token + " ";
  return out;
}

// Token borders are where the server's lexer has them: with a space put at each of its borders,
// nothing changes.
TEST(TokenDigest, SeesTheTokensThatTheServerSees) {
  std::size_t compared = 0;
  for (const auto& entry : test::read_json_lines("locks.jsonl")) {
    const std::string sql = entry.at("sql");
    const auto tokens = server_tokens(sql);
    ASSERT_FALSE(tokens.empty()) << sql;
    EXPECT_EQ(token_digest(sql), token_digest(spaced(tokens))) << sql;
    ++compared;
  }
  EXPECT_GT(compared, 300U);
}

const std::vector<std::string> k_pieces = {
    "a",  "select", "1", "1.5", "1e5",   ".5",    "..",  ".",      ",",     "(",
    ")",  "[",      "]", ":",   "::",    ":=",    "=>",  "<",      ">",     "=",
    "<>", "!=",     "!", "+",   "-",     "*",     "/",   "@",      "#",     "~",
    "|",  "||",     "&", "%",   "^",     "?",     "'x'", "E'\\''", "\"q\"", "$$;$$",
    "$1", " ",      " ", "\n",  "--c\n", "/*c*/", "é",   "X'1F'",  "B'1'",  "a$b"};

RC_GTEST_PROP(TokenDigestProperty, BordersAreTheServersBorders, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(k_pieces));
  std::string sql;
  for (const auto& piece : pieces) sql += piece;
  const auto tokens = server_tokens(sql);
  RC_PRE(!tokens.empty());
  RC_PRE(split(sql, "a.sql").has_value());
  // A string that goes on in the next line is one token there and two here.
  for (const auto& token : tokens) RC_PRE(token.find('\n') == std::string::npos);
  RC_ASSERT(token_digest(sql) == token_digest(spaced(tokens)));
}

} // namespace
} // namespace slipway::sql
