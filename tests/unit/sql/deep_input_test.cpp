// Input that would overflow the parser's stack, or fill memory, must end as facts. Without the
// nesting limit of analyse.cpp the chain of 300,000 terms ends this program with SIGSEGV.
#include "slipway/sql/facts.hpp"
#include "slipway/sql/script.hpp"

#include <gtest/gtest.h>

namespace slipway::sql {
namespace {

std::string repeated(const std::string& piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

StatementFacts facts(const std::string& sql) {
  return analyse({sql}).at(0);
}

TEST(DeepInput, AtTheLimitIsParsed) {
  EXPECT_TRUE(facts("SELECT 1" + repeated("+1", 4990)).parsed);
  EXPECT_TRUE(facts("SELECT 1" + repeated(" UNION ALL SELECT 1", 2400)).parsed);
  EXPECT_TRUE(facts("SELECT * FROM t" + repeated(" CROSS JOIN t", 4900)).parsed);
  EXPECT_TRUE(facts("SELECT " + repeated("- ", 4900) + "1").parsed);
}

TEST(DeepInput, BeyondTheLimitIsReportedAsNotParsed) {
  const std::vector<std::string> deep = {
      "SELECT 1" + repeated("+1", 20000),
      "SELECT 1" + repeated("+1", 300000),
      "SELECT f(1,2)" + repeated("||f(1,2)", 100000),
      "SELECT a" + repeated("*b", 100000),
      "SELECT 1" + repeated(" UNION ALL SELECT 1", 50000),
      "SELECT " + repeated("NOT ", 100000) + "true",
      "SELECT " + repeated("(", 100000) + "1" + repeated(")", 100000),
      "SELECT " + repeated("(SELECT ", 50000) + "1" + repeated(")", 50000),
      "SELECT 1" + repeated("::int", 100000),
      "SELECT a" + repeated(" IS NULL", 100000),
      "SELECT " + repeated("CASE WHEN a THEN b ELSE ", 30000) + "1" + repeated(" END", 30000),
      "SELECT * FROM t" + repeated(" JOIN t ON true", 50000),
      "SELECT " + repeated("ARRAY[", 50000) + "1" + repeated("]", 50000),
      "ALTER TABLE t ADD CHECK (a > 1" + repeated("+1", 300000) + ")",
  };
  for (const auto& sql : deep) {
    const StatementFacts found = facts(sql);
    EXPECT_FALSE(found.parsed) << sql.substr(0, 40);
    EXPECT_FALSE(found.unparsed_why.empty()) << sql.substr(0, 40);
    EXPECT_EQ(found.transaction_safety, TransactionSafety::safe) << sql.substr(0, 40);
  }
}

TEST(DeepInput, WideStatementsAreParsed) {
  EXPECT_TRUE(facts("INSERT INTO t VALUES (1)" + repeated(",(1)", 100000)).parsed);
  EXPECT_TRUE(facts("SELECT true" + repeated(" AND a", 50000)).parsed);
  EXPECT_TRUE(facts("CREATE TABLE t (a int" + repeated(", b int", 1500) + ")").parsed);
}

TEST(DeepInput, BulkBeyondAMebibyteIsClassifiedByItsFirstWords) {
  const std::string rows = "INSERT INTO t VALUES (1)" + repeated(",(1)", 300000);
  const StatementFacts found = facts(rows);
  EXPECT_FALSE(found.parsed);
  EXPECT_EQ(found.kind, "insert");
  EXPECT_TRUE(found.is_data_change);
  EXPECT_EQ(found.transaction_safety, TransactionSafety::safe);
}

TEST(DeepInput, ABigScriptIsSplitWhole) {
  const std::size_t rows = 200000;
  const std::string script = repeated("INSERT INTO t (a, b) VALUES (1, 'it''s; -- text');\n", rows);
  const auto parts = split(script, "big.sql");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->statements.size(), rows);
  EXPECT_EQ(parts->statements.back().position, (Position{rows, 1}));
}

} // namespace
} // namespace slipway::sql
