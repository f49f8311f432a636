#include "plan_test.hpp"

#include <gmock/gmock.h>

namespace slipway::test {

using diff::FindingKind;
using ::testing::HasSubstr;
using ::testing::Not;

class ConstraintRulesTest : public PlanTest {
protected:
  void expect_constraint(const std::string& table, const std::string& constraint) {
    expect_both_ways(table, table + "; ALTER TABLE t ADD CONSTRAINT c " + constraint);
    expect_both_ways("", table + "; ALTER TABLE t ADD CONSTRAINT c " + constraint);
  }
};

TEST_F(ConstraintRulesTest, EveryKindComesAndGoes) {
  const std::string table =
      "CREATE TABLE p (a int, b int, UNIQUE (a), UNIQUE (a, b)); CREATE TABLE t (a int NOT NULL, b int)";
  expect_constraint(table, "PRIMARY KEY (a)");
  expect_constraint(table, "UNIQUE (a, b)");
  expect_constraint(table, "UNIQUE (a) INCLUDE (b) WITH (fillfactor = 70)");
  expect_constraint(table, "UNIQUE (a) DEFERRABLE INITIALLY DEFERRED");
  expect_constraint(table, "CHECK (a > 0)");
  expect_constraint(table, "CHECK (a > 0) NO INHERIT");
  expect_constraint(table, "CHECK (a > 0) NOT VALID");
  expect_constraint(table, "FOREIGN KEY (a) REFERENCES p (a)");
  expect_constraint(
      table,
      "FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL");
  expect_constraint(table, "FOREIGN KEY (a) REFERENCES p (a) DEFERRABLE");
  expect_constraint(table, "FOREIGN KEY (a) REFERENCES p (a) NOT VALID");
  expect_constraint(table, "EXCLUDE USING btree (a WITH =) WHERE (b > 0)");
  if (major_version() >= 15) {
    expect_constraint(table, "UNIQUE NULLS NOT DISTINCT (b)");
    expect_constraint(table, "FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET NULL (b)");
  }
  if (major_version() >= 18) {
    expect_constraint(table, "CHECK (a > 0) NOT ENFORCED");
    expect_constraint(table, "FOREIGN KEY (a) REFERENCES p (a) NOT ENFORCED");
  }
}

TEST_F(ConstraintRulesTest, OnATableInUseNothingWaits) {
  const auto foreign = run(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p_id int)",
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p_id int CONSTRAINT f REFERENCES p(id))",
      "INSERT INTO t VALUES (NULL)");
  EXPECT_THAT(foreign.sql(), HasSubstr("NOT VALID"));
  EXPECT_THAT(foreign.sql(), HasSubstr("VALIDATE CONSTRAINT"));
  const auto key =
      run("CREATE TABLE t (id int NOT NULL)", "CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY)");
  EXPECT_THAT(key.sql(), HasSubstr("CREATE UNIQUE INDEX CONCURRENTLY"));
  EXPECT_THAT(key.sql(), HasSubstr("PRIMARY KEY USING INDEX"));
}

TEST_F(ConstraintRulesTest, RowsThatStandInTheWayAreCounted) {
  for (const auto& [from, to, rows] :
       {std::tuple("CREATE TABLE t (a int)", "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))",
                   "INSERT INTO t VALUES (-1)"),
        std::tuple("CREATE TABLE t (a int)", "CREATE TABLE t (a int, CONSTRAINT c UNIQUE (a))",
                   "INSERT INTO t VALUES (1), (1), (NULL), (NULL)"),
        std::tuple("CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int)",
                   "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p)",
                   "INSERT INTO t VALUES (5), (NULL)")}) {
    const auto planned = run(from, to, rows);
    EXPECT_NE(planned.error, "");
    ASSERT_TRUE(planned.has(FindingKind::data_dependent));
    EXPECT_EQ(planned.values(planned.plan.findings.front().count_sql), "1");
  }
}

// Seen to fail when the new one is not validated, or the old key goes before the new index is
// there.
TEST_F(ConstraintRulesTest, AChangedRuleIsThereBeforeTheOldOneGoes) {
  const std::string p = "CREATE TABLE p (id int PRIMARY KEY);";
  const auto before = [](const std::string& sql, const std::string& first,
                         const std::string& second) {
    return sql.find(first) != std::string::npos && sql.find(first) < sql.find(second);
  };
  for (
      const auto& [from, to] :
      {std::pair(
           "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0)); COMMENT ON CONSTRAINT c ON t IS 'why'",
           "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 1)); COMMENT ON CONSTRAINT c ON t IS 'why'"),
       std::pair(
           "CREATE TABLE t (a int, CONSTRAINT c FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE t (a int, CONSTRAINT c FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE)")}) {
    expect_both_ways(p + from, p + to);
    const auto sql = run(p + from, p + to).sql();
    EXPECT_TRUE(before(sql, "NOT VALID", "DROP CONSTRAINT")) << sql;
    EXPECT_TRUE(before(sql, "VALIDATE CONSTRAINT", "DROP CONSTRAINT")) << sql;
    EXPECT_THAT(sql, HasSubstr("RENAME CONSTRAINT"));
  }
  const std::string from =
      "CREATE TABLE t (a int, b int, CONSTRAINT c UNIQUE (a)); COMMENT ON INDEX c IS 'why'";
  const std::string to =
      "CREATE TABLE t (a int, b int, CONSTRAINT c UNIQUE (a) INCLUDE (b)); COMMENT ON INDEX c IS 'why'";
  expect_both_ways(from, to);
  EXPECT_TRUE(before(run(from, to).sql(), "CREATE UNIQUE INDEX CONCURRENTLY", "DROP CONSTRAINT"));
}

TEST_F(ConstraintRulesTest, WhatTheCatalogCanChangeAloneIsLeftInPlace) {
  const std::string p = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int);";
  const auto foreign = [&](const std::string& rest) {
    return p + "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p (id) " + rest;
  };
  expect_both_ways(foreign(""), foreign("DEFERRABLE INITIALLY DEFERRED"));
  EXPECT_THAT(run(foreign(""), foreign("DEFERRABLE")).sql(), Not(HasSubstr("DROP CONSTRAINT")));
  expect_both_ways(foreign("NOT VALID"), foreign(""));
  EXPECT_THAT(run(foreign("NOT VALID"), foreign("")).sql(), Not(HasSubstr("ADD CONSTRAINT")));
  const std::string check = "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)";
  expect_both_ways(check + " NOT VALID", check);
  EXPECT_THAT(run(check + " NOT VALID", check).sql(), Not(HasSubstr("DROP CONSTRAINT")));
  EXPECT_THAT(run("CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))",
                  "CREATE TABLE t (a int, CONSTRAINT d CHECK (a > 0))")
                  .sql(),
              HasSubstr("RENAME CONSTRAINT"));
}

// Seen to fail when the foreign key goes before the new key is there.
TEST_F(ConstraintRulesTest, AForeignKeyMovesFromAUniqueConstraintToThePrimaryKey) {
  const std::string d =
      "CREATE TABLE d (c_id int, CONSTRAINT d_fk FOREIGN KEY (c_id) REFERENCES t (id))";
  const std::string from = "CREATE TABLE t (id int NOT NULL, CONSTRAINT t_id_key UNIQUE (id));" + d;
  const std::string to =
      "CREATE TABLE t (id int NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id));" + d;
  expect_both_ways(from, to);
  const auto sql = run(from, to).sql();
  EXPECT_LT(sql.find("CONCURRENTLY"), sql.find("DROP CONSTRAINT d_fk")) << sql;
}

TEST_F(ConstraintRulesTest, AKeyThatOthersRestOnChanges) {
  const std::string d =
      "CREATE TABLE d (c_id int, CONSTRAINT d_fk FOREIGN KEY (c_id) REFERENCES t (id));"
      "CREATE VIEW v AS SELECT id, b FROM t GROUP BY id";
  expect_both_ways("CREATE TABLE t (id int, b int, CONSTRAINT k PRIMARY KEY (id));" + d,
                   "CREATE TABLE t (id int, b int, CONSTRAINT k PRIMARY KEY (id) INCLUDE (b));" +
                       d);
}

TEST_F(ConstraintRulesTest, KeysOverPeriodsOf18) {
  if (major_version() < 18) return;
  const std::string table = "CREATE TABLE t (a int4range NOT NULL, at daterange NOT NULL)";
  expect_both_ways(table,
                   table + "; ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY (a, at WITHOUT OVERLAPS)");
}

} // namespace slipway::test
