#include "plan_test.hpp"

namespace slipway::test {

namespace {

const std::string k_table = "CREATE TABLE t (a int, b int, c int);";
const std::string k_role =
    "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;";

class ViewRules : public PlanTest {};

TEST_F(ViewRules, ComeAndGo) {
  expect_both_ways(k_table, k_table + "CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t;"
                                      "CREATE VIEW w AS SELECT a FROM v;");
}

TEST_F(ViewRules, NewColumnsAtTheEndReplaceIt) {
  const auto planned = run(k_table + "CREATE VIEW v AS SELECT a FROM t",
                           k_table + "CREATE VIEW v AS SELECT a, b FROM t");
  EXPECT_EQ(planned.left, std::vector<std::string>());
  EXPECT_EQ(planned.sql().find("DROP"), std::string::npos) << planned.sql();
}

TEST_F(ViewRules, OtherColumnsMakeItAnewWithAllThatHangsOnIt) {
  const std::string rest =
      "GRANT SELECT ON v TO slip_reader; GRANT UPDATE (b) ON v TO slip_reader;"
      "COMMENT ON VIEW v IS 'all'; COMMENT ON COLUMN v.a IS 'one';"
      "ALTER VIEW v ALTER COLUMN a SET DEFAULT 5;"
      "CREATE VIEW w AS SELECT a FROM v; GRANT SELECT ON w TO slip_reader;"
      "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TRIGGER tr INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION tf();"
      "CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING;";
  expect_both_ways(k_role + k_table + "CREATE VIEW v AS SELECT a, b FROM t;" + rest,
                   k_role + k_table + "CREATE VIEW v AS SELECT b, a FROM t;" + rest);
}

TEST_F(ViewRules, OptionsAreSetAndTakenOff) {
  expect_both_ways(
      k_table + "CREATE VIEW v AS SELECT a FROM t WHERE a > 0",
      k_table +
          "CREATE VIEW v WITH (security_barrier=true, check_option=local) AS SELECT a FROM t WHERE a > 0");
  const auto planned = run(k_table + "CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t",
                           k_table + "CREATE VIEW v AS SELECT a FROM t");
  EXPECT_NE(planned.sql().find("RESET (security_barrier)"), std::string::npos) << planned.sql();
}

TEST_F(ViewRules, ReplacingKeepsJustTheOptionsThatAreWanted) {
  expect_both_ways(k_table + "CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t WHERE a > 0",
                   k_table +
                       "CREATE VIEW v WITH (check_option=cascaded) AS SELECT a FROM t WHERE a > 1");
}

TEST_F(ViewRules, DefaultsOfColumns) {
  expect_both_ways(k_table + "CREATE VIEW v AS SELECT a, b FROM t",
                   k_table + "CREATE VIEW v AS SELECT a, b FROM t;"
                             "ALTER VIEW v ALTER COLUMN b SET DEFAULT 7;");
}

TEST_F(ViewRules, AFunctionOfTheRowTypeOfOneAndAViewOfTheFunction) {
  expect_both_ways(k_table, k_table + "CREATE VIEW actor AS SELECT 1 AS id;"
                                      "CREATE FUNCTION actors() RETURNS SETOF actor LANGUAGE sql "
                                      "AS 'SELECT * FROM public.actor';"
                                      "CREATE VIEW all_actors AS SELECT * FROM actors();");
}

TEST_F(ViewRules, MaterializedViews) {
  expect_both_ways(
      k_table, k_table + "CREATE MATERIALIZED VIEW m WITH (fillfactor=70) AS SELECT a, b FROM t;"
                         "ALTER MATERIALIZED VIEW m ALTER COLUMN a SET STATISTICS 50;"
                         "CREATE MATERIALIZED VIEW n AS SELECT a FROM m WITH NO DATA;");
}

TEST_F(ViewRules, AMaterializedViewIsMadeAnewForAnotherQuery) {
  const std::string rest =
      "COMMENT ON MATERIALIZED VIEW m IS 'x'; GRANT SELECT ON m TO slip_reader;"
      "CREATE VIEW v AS SELECT a FROM m;";
  const auto from = k_role + k_table + "CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;" + rest;
  const auto to = k_role + k_table + "CREATE MATERIALIZED VIEW m AS SELECT a, c FROM t;" + rest;
  expect_both_ways(from, to);
  EXPECT_TRUE(run(from, to).has(diff::FindingKind::access_exclusive));
}

TEST_F(ViewRules, IndexesOfMaterializedViewsComeBackWithTheirMark) {
  const std::string rest = "CREATE UNIQUE INDEX i ON m (a); CREATE INDEX j ON m (b) WHERE a > 0;"
                           "COMMENT ON INDEX j IS 'x';";
  const auto plain = k_table + "CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;" + rest;
  const auto marked = "ALTER MATERIALIZED VIEW m CLUSTER ON i;";
  expect_both_ways(k_table, plain + marked);
  expect_both_ways(plain, plain + marked);
  expect_both_ways(plain + marked,
                   k_table + "CREATE MATERIALIZED VIEW m AS SELECT b, a FROM t;" + rest + marked);
}

TEST_F(ViewRules, WhatAMaterializedViewHoldsAndHow) {
  expect_both_ways(
      k_table + "CREATE MATERIALIZED VIEW m AS SELECT a FROM t",
      k_table +
          "CREATE MATERIALIZED VIEW m WITH (fillfactor=50, toast.autovacuum_enabled=off) AS "
          "SELECT a FROM t WITH NO DATA; ALTER MATERIALIZED VIEW m ALTER COLUMN a SET STATISTICS 9;"
          "ALTER MATERIALIZED VIEW m ALTER COLUMN a SET (n_distinct=5);");
}

TEST_F(ViewRules, RewriteRules) {
  const std::string make = "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;";
  expect_both_ways(k_table, k_table + make + "COMMENT ON RULE r ON t IS 'none go';");
  expect_both_ways(k_table + make, k_table + make + "ALTER TABLE t DISABLE RULE r");
  expect_both_ways(k_table + make + "ALTER TABLE t ENABLE REPLICA RULE r",
                   k_table + make + "ALTER TABLE t ENABLE ALWAYS RULE r");
  expect_both_ways(
      k_table + make + "ALTER TABLE t DISABLE RULE r",
      k_table + "CREATE RULE r AS ON UPDATE TO t WHERE new.a > 3 DO ALSO DELETE FROM t WHERE b = 9;"
                "ALTER TABLE t DISABLE RULE r");
}

} // namespace

} // namespace slipway::test
