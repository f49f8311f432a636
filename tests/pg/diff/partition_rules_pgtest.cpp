#include "plan_test.hpp"

#include <gmock/gmock.h>

namespace slipway::test {

using diff::FindingKind;
using ::testing::HasSubstr;
using ::testing::Not;

class PartitionRulesTest : public PlanTest {
protected:
  static std::string parent(const std::string& rest = {}) {
    return "CREATE TABLE m (id int NOT NULL, at date NOT NULL, v text" + rest +
           ") PARTITION BY RANGE (at);"
           "CREATE TABLE m_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');";
  }
  static std::string alone(const std::string& rest = {}) {
    return "CREATE TABLE m_25 (id int NOT NULL, at date NOT NULL, v text" + rest + ");";
  }
  const std::string attached_ =
      "ALTER TABLE m ATTACH PARTITION m_25 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');";
  const std::string made_ =
      "CREATE TABLE m_25 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');";
};

TEST_F(PartitionRulesTest, APartitionedTableIsMadeWithAllThatItHas) {
  expect_both_ways("", parent() + made_);
  expect_both_ways("", parent(", PRIMARY KEY (id, at), UNIQUE (at), CHECK (id > 0)") + made_ +
                           "CREATE INDEX i ON m (v); CREATE TABLE m_def PARTITION OF m DEFAULT");
  expect_both_ways("", "CREATE TABLE p (id int PRIMARY KEY);" +
                           parent(", p_id int REFERENCES p (id)") + made_);
  expect_both_ways(
      "", "CREATE TABLE m (r text NOT NULL, at date NOT NULL) PARTITION BY LIST (r);"
          "CREATE TABLE m_eu PARTITION OF m FOR VALUES IN ('eu') PARTITION BY RANGE (at);"
          "CREATE TABLE m_eu_24 PARTITION OF m_eu FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
          "CREATE INDEX i ON m (at)");
  expect_both_ways("", "CREATE TABLE h (a int, b int) PARTITION BY HASH (a, b);"
                       "CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0)");
  expect_both_ways(
      "", parent(", CONSTRAINT k UNIQUE (id, at)") +
              "CREATE TABLE d (id int, at date, FOREIGN KEY (id, at) REFERENCES m (id, at))");
}

TEST_F(PartitionRulesTest, APartitionComesWithoutStoppingTheOthers) {
  const auto planned =
      run(parent(", PRIMARY KEY (id, at)"), parent(", PRIMARY KEY (id, at)") + made_,
          "INSERT INTO m VALUES (1, '2024-05-05', 'x')");
  EXPECT_EQ(planned.error, "");
  EXPECT_TRUE(planned.left.empty()) << planned.left.front();
  EXPECT_THAT(planned.sql(), HasSubstr("ATTACH PARTITION"));
  EXPECT_EQ(planned.values("SELECT count(*) FROM m"), "1");
  expect_both_ways(parent(), parent() + made_);
}

TEST_F(PartitionRulesTest, ATableIsAttachedAndDetachedWithItsRows) {
  for (const std::string& rest : {std::string(), std::string(", UNIQUE (id, at)"),
                                  std::string(", CONSTRAINT c CHECK (id > 0)")}) {
    const auto from = parent(rest) + alone(rest);
    const auto to = parent(rest) + alone(rest) + attached_;
    const auto in = run(from, to, "INSERT INTO m_25 VALUES (1, '2025-05-05', 'x')");
    EXPECT_EQ(in.error, "") << in.sql();
    EXPECT_TRUE(in.left.empty()) << in.left.front() << in.sql();
    EXPECT_EQ(in.rounds, 1);
    EXPECT_EQ(in.values("SELECT count(*) FROM m"), "1");
    EXPECT_THAT(in.sql(), HasSubstr("VALIDATE CONSTRAINT"));
    const auto out = run(to, from, "INSERT INTO m VALUES (1, '2025-05-05', 'x')");
    EXPECT_EQ(out.error, "") << out.sql();
    EXPECT_TRUE(out.left.empty()) << out.left.front() << out.sql();
    EXPECT_EQ(out.rounds, 1);
    EXPECT_EQ(out.values("SELECT count(*) FROM m_25"), "1");
    EXPECT_THAT(out.sql() + in.sql(), Not(HasSubstr("DROP TABLE")));
    if (major_version() >= 14) {
      EXPECT_THAT(out.sql(), HasSubstr("CONCURRENTLY"));
    }
  }
}

TEST_F(PartitionRulesTest, ABoundChangesWithoutLosingRows) {
  const auto to =
      parent() +
      "CREATE TABLE m_25 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2027-01-01')";
  expect_both_ways(parent() + made_, to);
  const auto planned = run(parent() + made_, to, "INSERT INTO m VALUES (1, '2025-05-05', 'x')");
  EXPECT_EQ(planned.values("SELECT count(*) FROM m"), "1");
  EXPECT_THAT(planned.sql(), Not(HasSubstr("DROP TABLE")));
}

TEST_F(PartitionRulesTest, BoundsChangePlaces) {
  const auto of = [](const std::string& name, const std::string& bound) {
    return "CREATE TABLE " + name + " PARTITION OF m " + bound + ";";
  };
  const auto range = [&](const std::string& name, const std::string& low, const std::string& high) {
    return of(name, "FOR VALUES FROM (" + low + ") TO (" + high + ")");
  };
  const std::string m =
      "CREATE TABLE m (id int NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);";
  const auto from = m + range("p1", "1", "10") + range("p2", "10", "20");
  // Each grows into what another has, all at once or one that goes.
  expect_both_ways(from, m + range("p1", "1", "15") + range("p2", "15", "20"));
  expect_both_ways(from, m + range("p1", "10", "20") + range("p2", "1", "10"));
  expect_both_ways(from, m + range("p1", "1", "MAXVALUE"));
  expect_both_ways(from,
                   m + range("p1", "1", "5") + range("p3", "5", "10") + range("p2", "10", "20"));
  diff::Options options;
  options.not_renamed = {{schema::Kind::table, "public", "p1", {}}};
  const auto replaced =
      run(from, m + range("p3", "1", "10") + range("p2", "10", "20"), {}, options);
  EXPECT_EQ(replaced.error, "") << replaced.sql();
  EXPECT_TRUE(replaced.left.empty()) << replaced.sql();
  expect_both_ways(from, m + of("p1", "DEFAULT") + range("p2", "-5", "10"));
  expect_both_ways(from, m + of("p3", "DEFAULT") +
                             "CREATE TABLE p1 (id int NOT NULL PRIMARY KEY);" +
                             range("p2", "1", "20"));
  const std::string l = "CREATE TABLE m (r text) PARTITION BY LIST (r);";
  expect_both_ways(l + of("p1", "FOR VALUES IN ('a,b', 'c')") + of("p2", "FOR VALUES IN ('d')"),
                   l + of("p1", "FOR VALUES IN ('a,b')") + of("p2", "FOR VALUES IN ('c', 'd')"));
  const std::string h = "CREATE TABLE m (r text) PARTITION BY HASH (r);";
  expect_both_ways(h + of("p1", "FOR VALUES WITH (MODULUS 2, REMAINDER 0)"),
                   h + of("p1", "FOR VALUES WITH (MODULUS 4, REMAINDER 0)") +
                       of("p2", "FOR VALUES WITH (MODULUS 4, REMAINDER 2)"));
}

TEST_F(PartitionRulesTest, WhatSurelyDoesNotOverlapIsNotWaitedFor) {
  const auto from =
      parent() +
      "CREATE TABLE m_23 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');";
  diff::Options options;
  options.not_renamed = {{schema::Kind::table, "public", "m_23", {}}};
  const auto planned = run(from, parent() + made_, {}, options);
  EXPECT_EQ(planned.error, "");
  EXPECT_LT(planned.sql().find("ATTACH PARTITION"), planned.sql().find("DROP TABLE"));
}

TEST_F(PartitionRulesTest, APartitionThatIsAttachedAgainGetsPartsThatItLacked) {
  const std::string from = parent() + "CREATE INDEX i ON ONLY m (id);";
  const std::string again =
      "ALTER TABLE m DETACH PARTITION m_24; ALTER TABLE m ATTACH PARTITION m_24 "
      "FOR VALUES FROM ('2024-01-01') TO ('2026-01-01');";
  expect_arrives(from, from + again);
  expect_arrives(from + "CREATE INDEX mine ON m_24 (id);",
                 from + "CREATE INDEX mine ON m_24 (id);" + again);
  expect_arrives(from, from + again + "CREATE INDEX j ON m (v);");
  // Of an index that the partition is to have no part of.
  const auto to =
      "CREATE TABLE m (id int NOT NULL, at date NOT NULL, v text) PARTITION BY RANGE (at);"
      "CREATE TABLE m_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2026-01-01');"
      "CREATE INDEX i ON ONLY m (id);";
  const auto planned = run(from, to);
  ASSERT_EQ(planned.plan.refusals.size(), 1U);
  EXPECT_THAT(planned.plan.refusals.front().message, HasSubstr("a part of the index"));
}

TEST_F(PartitionRulesTest, WhatLeavesIsNotReachedByItsOldParentAnyMore) {
  const std::string m = "CREATE TABLE m (id int NOT NULL, a int) PARTITION BY RANGE (id);"
                        "CREATE TABLE p PARTITION OF m FOR VALUES FROM (0) TO (10);"
                        "CREATE TABLE q PARTITION OF m FOR VALUES FROM (10) TO (20)"
                        " PARTITION BY LIST (a);";
  const std::string out = "ALTER TABLE m DETACH PARTITION q;";
  expect_both_ways(m, m + out + "ALTER TABLE m ALTER COLUMN a SET NOT NULL");
  expect_both_ways(m, m + out + "ALTER TABLE m ADD COLUMN extra text");
  expect_both_ways(m, m + "ALTER TABLE m ADD COLUMN extra text;" + out);
}

TEST_F(PartitionRulesTest, ADefaultPartitionComesAndGoes) {
  expect_both_ways(parent(), parent() + "CREATE TABLE m_def PARTITION OF m DEFAULT");
  expect_both_ways(parent() + "CREATE TABLE m_def PARTITION OF m DEFAULT;" + alone(),
                   parent() + "CREATE TABLE m_def PARTITION OF m DEFAULT;" + alone() + attached_);
}

TEST_F(PartitionRulesTest, AnIndexIsBuiltOnEachPartitionAlone) {
  const auto planned = run(parent() + made_, parent() + made_ + "CREATE INDEX i ON m (v)",
                           "INSERT INTO m VALUES (1, '2024-05-05', 'x')");
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_TRUE(planned.left.empty()) << planned.left.front();
  EXPECT_EQ(planned.rounds, 1);
  EXPECT_THAT(planned.sql(), HasSubstr("ON ONLY"));
  EXPECT_THAT(planned.sql(), HasSubstr("CONCURRENTLY"));
  expect_both_ways(parent() + made_, parent() + made_ + "CREATE INDEX i ON m (v)");
  expect_both_ways(parent() + "CREATE INDEX i ON m (v)", parent() + "CREATE INDEX i ON m (v DESC)");
  expect_both_ways(parent(), parent() + "CREATE INDEX i ON m_24 (v)");
}

TEST_F(PartitionRulesTest, RulesOfThePartitionedTableReachThePartitions) {
  expect_both_ways(parent() + made_, parent(", PRIMARY KEY (id, at)") + made_);
  expect_both_ways(parent(), parent(", CONSTRAINT c CHECK (id > 0)"));
  expect_both_ways(parent(", CONSTRAINT c CHECK (id > 0)"),
                   parent(", CONSTRAINT c CHECK (id > 1)"));
  const std::string p = "CREATE TABLE p (id int PRIMARY KEY);";
  expect_both_ways(p + parent(), p + parent(", CONSTRAINT f FOREIGN KEY (id) REFERENCES p (id)"));
  expect_both_ways(
      p + parent(", CONSTRAINT f FOREIGN KEY (id) REFERENCES p (id)"),
      p + parent(", CONSTRAINT f FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE"));
  expect_both_ways(parent(", CONSTRAINT k PRIMARY KEY (id, at)"),
                   parent(", CONSTRAINT k PRIMARY KEY (at, id)"));
  expect_both_ways(parent(), parent() + "ALTER TABLE m_24 ADD CONSTRAINT c CHECK (id > 0)");
}

TEST_F(PartitionRulesTest, ColumnsOfThePartitionedTableReachThePartitions) {
  expect_both_ways(parent() + made_, parent(", extra int DEFAULT 7 NOT NULL") + made_);
  expect_both_ways(
      parent(),
      "CREATE TABLE m (id bigint NOT NULL, at date NOT NULL, v varchar(10) NOT NULL DEFAULT 'x')"
      " PARTITION BY RANGE (at);"
      "CREATE TABLE m_24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')");
  expect_both_ways(parent(), parent() + "ALTER TABLE m_24 ALTER v SET DEFAULT 'y'");
  expect_both_ways(parent(), parent() + "ALTER TABLE m ALTER v SET STATISTICS 50");
}

} // namespace slipway::test
