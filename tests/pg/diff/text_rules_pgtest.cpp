#include "plan_test.hpp"

namespace slipway::test {

namespace {

class TextRules : public PlanTest {};

TEST_F(TextRules, Collations) {
  expect_both_ways(
      "",
      "CREATE COLLATION plain (provider = libc, locale = 'C'); COMMENT ON COLLATION plain IS 'x';"
      "CREATE COLLATION split (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');"
      "CREATE DOMAIN d AS text COLLATE plain;");
  expect_both_ways("CREATE COLLATION c (locale = 'C')",
                   "CREATE COLLATION c (lc_collate = 'C', lc_ctype = 'POSIX')");
}

TEST_F(TextRules, CollationsOfIcu) {
  auto session = connect(TestServer::instance().fresh_database());
  const bool available =
      session.execute(SqlText("CREATE COLLATION i (provider = icu, locale = 'de')"), long_wait())
          .has_value();
  const std::string other =
      available
          ? "CREATE COLLATION de_ci (provider = icu, locale = 'de-u-ks-level2', deterministic = false)"
          : "CREATE COLLATION de_ci (locale = 'C')";
  expect_both_ways("", other);
}

TEST_F(TextRules, ACollationInUseIsNotMadeAnew) {
  const std::string use = "CREATE TABLE t (a text COLLATE c)";
  EXPECT_FALSE(run("CREATE COLLATION c (locale = 'C');" + use,
                   "CREATE COLLATION c (locale = 'POSIX');" + use)
                   .plan.refusals.empty());
}

TEST_F(TextRules, Conversions) {
  expect_both_ways(
      "",
      "CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; COMMENT ON CONVERSION conv IS 'x';");
  expect_both_ways("CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;",
                   "CREATE DEFAULT CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;");
}

TEST_F(TextRules, ParsersAndTemplates) {
  expect_both_ways(
      "",
      "CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,"
      " LEXTYPES = prsd_lextype, HEADLINE = prsd_headline); COMMENT ON TEXT SEARCH PARSER p IS 'x';"
      "CREATE TEXT SEARCH TEMPLATE tm (INIT = dsimple_init, LEXIZE = dsimple_lexize);"
      "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = tm, accept = false);"
      "CREATE TEXT SEARCH CONFIGURATION c (PARSER = p);");
}

TEST_F(TextRules, Dictionaries) {
  const std::string make = "CREATE TEXT SEARCH DICTIONARY d ";
  expect_both_ways(make + "(TEMPLATE = simple, accept = false)",
                   make + "(TEMPLATE = simple, accept = true)");
  expect_both_ways(make + "(TEMPLATE = simple)", make + "(TEMPLATE = simple, accept = false)");
  expect_both_ways(make + "(TEMPLATE = simple)", make + "(TEMPLATE = snowball, language = german)");
}

TEST_F(TextRules, Configurations) {
  const std::string d = "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);";
  const std::string copy = "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);";
  expect_both_ways(
      "", d + copy +
              "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR asciiword WITH d, simple;"
              "COMMENT ON TEXT SEARCH CONFIGURATION c IS 'x';");
  expect_both_ways(
      copy,
      d + copy +
          "ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR url, host;"
          "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR asciiword, word WITH d, simple;");
}

} // namespace

} // namespace slipway::test
