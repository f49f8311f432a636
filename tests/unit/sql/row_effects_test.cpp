#include "slipway/sql/row_effects.hpp"

#include <gtest/gtest.h>

namespace slipway::sql {
namespace {

std::string kinds(const std::string& sql) {
  std::string text;
  const auto found = row_effects({sql});
  for (const RowEffect& one : found.at(0)) {
    if (!text.empty()) text += ", ";
    switch (one.kind) {
    case RowEffectKind::creates_table:
      text += "creates " + one.table.name;
      break;
    case RowEffectKind::adds_column:
      text += "adds " + one.table.name + "." + one.column;
      break;
    case RowEffectKind::drops_table:
      text += "drops " + one.table.name;
      break;
    case RowEffectKind::drops_column:
      text += "drops " + one.table.name + "." + one.column;
      break;
    case RowEffectKind::retypes:
      text += "retypes " + one.table.name + "." + one.column;
      break;
    case RowEffectKind::writes:
      text += "writes " + one.table.name;
      break;
    case RowEffectKind::renames:
      text += "renames " + one.table.name + " " + one.column + ">" + one.other_name;
      break;
    case RowEffectKind::arms:
      text += "arms";
      break;
    case RowEffectKind::anything:
      text += "anything";
      break;
    }
  }
  return text;
}

TEST(RowEffects, WhatOnlyAddsLeavesRowsAlone) {
  EXPECT_EQ(kinds("CREATE INDEX CONCURRENTLY i ON t (a)"), "");
  EXPECT_EQ(kinds("ALTER TABLE t ADD CONSTRAINT c CHECK (length(a) > 1) NOT VALID"), "");
  EXPECT_EQ(kinds("ALTER TABLE t ALTER COLUMN a SET NOT NULL, VALIDATE CONSTRAINT c"), "");
  EXPECT_EQ(kinds("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM t; SELECT 1'"), "");
  EXPECT_EQ(kinds("SET lock_timeout = '2s'"), "");
  EXPECT_EQ(kinds("ALTER TYPE mood ADD VALUE 'x'"), "");
  EXPECT_EQ(kinds("CREATE EXTENSION IF NOT EXISTS pg_trgm"), "");
  EXPECT_EQ(kinds("DROP VIEW v CASCADE"), "");
  EXPECT_EQ(kinds("SELECT setval('s', 5)"), "");
  EXPECT_EQ(kinds("ALTER TABLE t ADD COLUMN a int DEFAULT 0"), "adds t.a");
  EXPECT_EQ(kinds("CREATE TABLE n (id int, at timestamptz DEFAULT now())"), "creates n");
}

TEST(RowEffects, WhatTakesAwayNamesItsTable) {
  EXPECT_EQ(kinds("ALTER TABLE s.t DROP COLUMN a, DROP COLUMN b"), "drops t.a, drops t.b");
  EXPECT_EQ(kinds("ALTER TABLE t ALTER COLUMN a TYPE bigint USING a::bigint"), "retypes t.a");
  EXPECT_EQ(kinds("DROP TABLE IF EXISTS a, b"), "drops a, drops b");
  EXPECT_EQ(kinds("TRUNCATE a, b"), "writes a, writes b");
  EXPECT_EQ(kinds("UPDATE t SET a = lower(a) WHERE b > 1"), "writes t");
  EXPECT_EQ(kinds("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone"),
            "writes b, writes a");
  EXPECT_EQ(kinds("CREATE TABLE n AS WITH g AS (DELETE FROM a RETURNING *) SELECT * FROM g"),
            "writes a, creates n");
  EXPECT_EQ(kinds("COPY t FROM STDIN"), "writes t");
  EXPECT_EQ(kinds("ALTER TABLE a RENAME TO b"), "renames a >b");
  EXPECT_EQ(kinds("ALTER TABLE a RENAME COLUMN x TO y"), "renames a x>y");
}

// Each of these could do what its text does not say. Fails when one is taken for harmless.
TEST(RowEffects, WhatIsOpaqueMayDoAnything) {
  for (const char* sql : {"DO $$ BEGIN DELETE FROM t; END $$",
                          "CALL p()",
                          "SELECT f()",
                          "EXECUTE q",
                          "UPDATE t SET a = app.lower(a)",
                          "UPDATE t SET a = my_function(a)",
                          "ALTER TABLE t ADD COLUMN a int DEFAULT my_function()",
                          "ALTER TABLE t ALTER COLUMN a TYPE int USING my_function(a)",
                          "SET search_path = other",
                          "SELECT set_config('search_path', 'x', false)",
                          "TRUNCATE t CASCADE",
                          "ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM (1) TO (2)",
                          "DROP SCHEMA s CASCADE",
                          "DROP TYPE m CASCADE",
                          "DROP EXTENSION e",
                          "CREATE EXTENSION unheard_of",
                          "REFRESH MATERIALIZED VIEW m",
                          "COPY t FROM PROGRAM 'cat'",
                          "EXPLAIN ANALYZE DELETE FROM t",
                          "ALTER SCHEMA a RENAME TO b",
                          "NOT SQL AT ALL",
                          "CREATE TABLE n AS EXECUTE q",
                          "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
                          "CREATE SCHEMA s CREATE TABLE t (a int)",
                          "SET ROLE other"})
    EXPECT_NE(kinds(sql).find("anything"), std::string::npos) << sql << ": " << kinds(sql);
}

TEST(RowEffects, WhatLaterWritesSetOffIsTold) {
  EXPECT_EQ(kinds("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"), "arms");
  EXPECT_EQ(kinds("CREATE TABLE n (id int DEFAULT my_function())"), "creates n, arms");
  EXPECT_EQ(kinds("CREATE TABLE p PARTITION OF t FOR VALUES IN (1)"), "creates p, arms");
  EXPECT_EQ(kinds("ALTER TABLE t ENABLE TRIGGER g"), "arms");
}

} // namespace
} // namespace slipway::sql
