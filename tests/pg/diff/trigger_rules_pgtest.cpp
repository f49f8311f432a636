#include "plan_test.hpp"

namespace slipway::test {

namespace {

const std::string k_table =
    "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TABLE t (id int, a int, b int);";
const std::string k_simple =
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();";
const std::string k_roles =
    "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;"
    "DO $$BEGIN CREATE ROLE \"Slip Writer\"; EXCEPTION WHEN duplicate_object THEN NULL; END$$;";

class TriggerRules : public PlanTest {};

TEST_F(TriggerRules, ComeAndGo) {
  expect_both_ways(k_table, k_table + k_simple +
                                "COMMENT ON TRIGGER tr ON t IS 'x';"
                                "ALTER TABLE t ENABLE ALWAYS TRIGGER tr;");
}

TEST_F(TriggerRules, OtherEventsReplaceIt) {
  const auto to = k_table + "CREATE TRIGGER tr BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW "
                            "WHEN (new.a > 0) EXECUTE FUNCTION tf('x', 'it''s');";
  expect_both_ways(k_table + k_simple + "COMMENT ON TRIGGER tr ON t IS 'x';", to);
  expect_both_ways(k_table + k_simple + "ALTER TABLE t DISABLE TRIGGER tr;",
                   to + "ALTER TABLE t DISABLE TRIGGER tr;");
  expect_both_ways(k_table + k_simple + "ALTER TABLE t DISABLE TRIGGER tr;", to);
}

TEST_F(TriggerRules, States) {
  expect_both_ways(k_table + k_simple, k_table + k_simple + "ALTER TABLE t DISABLE TRIGGER tr");
  expect_both_ways(k_table + k_simple + "ALTER TABLE t ENABLE REPLICA TRIGGER tr",
                   k_table + k_simple + "ALTER TABLE t ENABLE ALWAYS TRIGGER tr");
}

TEST_F(TriggerRules, TransitionTables) {
  expect_both_ways(k_table + "CREATE TRIGGER tr AFTER UPDATE ON t EXECUTE FUNCTION tf();",
                   k_table + "CREATE TRIGGER tr AFTER UPDATE ON t REFERENCING OLD TABLE AS o "
                             "NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION tf();");
}

TEST_F(TriggerRules, AConstraintTriggerIsMadeAnewInOneTransaction) {
  const std::string make = "CREATE CONSTRAINT TRIGGER tr AFTER INSERT ON t ";
  const std::string end = "FOR EACH ROW EXECUTE FUNCTION tf(); COMMENT ON TRIGGER tr ON t IS 'c';";
  const auto from = k_table + make + end;
  const auto to = k_table + make + "DEFERRABLE INITIALLY DEFERRED " + end;
  expect_both_ways(from, to);
  expect_both_ways(k_table + k_simple, to);
  const auto planned = run(from, to);
  ASSERT_GE(planned.plan.statements.size(), 2U);
  EXPECT_TRUE(planned.plan.statements[1].with_previous);
}

TEST_F(TriggerRules, ItsFunctionIsReplacedByAnother) {
  const std::string other =
      "CREATE FUNCTION tf2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TABLE t (id int, a int, b int);"
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf2();";
  expect_both_ways(k_table + k_simple, other);
}

TEST_F(TriggerRules, OfPartitionsHaveAStateOfTheirOwn) {
  const std::string parts =
      "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TABLE t (id int) PARTITION BY LIST (id);"
      "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);"
      "CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);";
  const std::string make =
      "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();";
  expect_both_ways(parts, parts + make + "ALTER TABLE t1 DISABLE TRIGGER tr");
  expect_both_ways(parts + make, parts + make + "ALTER TABLE t1 DISABLE TRIGGER tr");
  expect_both_ways(parts + make, parts + make + "ALTER TABLE t2 ENABLE ALWAYS TRIGGER tr");
}

TEST_F(TriggerRules, OfEvents) {
  const std::string function =
      "CREATE FUNCTION ef() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';";
  const std::string make = "CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION ef();";
  expect_both_ways(
      function, function + "CREATE EVENT TRIGGER et ON ddl_command_start WHEN TAG IN "
                           "('CREATE SEQUENCE', 'CREATE VIEW') EXECUTE FUNCTION ef();"
                           "ALTER EVENT TRIGGER et DISABLE; COMMENT ON EVENT TRIGGER et IS 'x';");
  expect_both_ways(function + make, function + make + "ALTER EVENT TRIGGER et ENABLE ALWAYS");
  expect_both_ways(function + make + "ALTER EVENT TRIGGER et ENABLE REPLICA",
                   function + "CREATE EVENT TRIGGER et ON sql_drop EXECUTE FUNCTION ef();");
}

TEST_F(TriggerRules, Policies) {
  const auto table = k_roles + k_table + "ALTER TABLE t ENABLE ROW LEVEL SECURITY;";
  expect_both_ways(table, table + "CREATE POLICY p ON t FOR SELECT TO slip_reader, \"Slip Writer\" "
                                  "USING (a > 1 OR b < 2); COMMENT ON POLICY p ON t IS 'x';");
  const auto before = table + "CREATE POLICY p ON t FOR UPDATE USING (a = 1);";
  const auto after = table +
                     "CREATE POLICY p ON t FOR UPDATE TO slip_reader USING ((a = 1) OR (b = 2)) "
                     "WITH CHECK (b IS NULL);";
  expect_both_ways(before + "COMMENT ON POLICY p ON t IS 'y';",
                   after + "COMMENT ON POLICY p ON t IS 'y';");
  const auto planned = run(before, after);
  EXPECT_NE(planned.sql().find("ALTER POLICY"), std::string::npos) << planned.sql();
}

TEST_F(TriggerRules, APolicyOfAnotherKindIsMadeAnewInOneTransaction) {
  const auto table = k_roles + k_table;
  const auto from = table + "CREATE POLICY p ON t FOR SELECT USING (true)";
  const auto to = table + "CREATE POLICY p ON t AS RESTRICTIVE FOR DELETE USING (true)";
  expect_both_ways(from, to);
  const auto planned = run(from, to);
  ASSERT_EQ(planned.plan.statements.size(), 2U);
  EXPECT_TRUE(planned.plan.statements[1].with_previous);
}

} // namespace

} // namespace slipway::test
