#include "plan_test.hpp"

#include <gmock/gmock.h>

namespace slipway::test {

using diff::FindingKind;
using ::testing::HasSubstr;
using ::testing::Not;

class IndexRulesTest : public PlanTest {
protected:
  static std::string with(const std::string& index) {
    return "CREATE TABLE t (a int, b text, j jsonb, at timestamptz); " + index;
  }
};

TEST_F(IndexRulesTest, EveryPropertyIsMadeAndChanged) {
  const auto plain = with("CREATE INDEX i ON t (a)");
  for (const auto* index :
       {"CREATE UNIQUE INDEX i ON t (a)", "CREATE INDEX i ON t (a, b)",
        "CREATE INDEX i ON t (a) INCLUDE (b)", "CREATE INDEX i ON t (a DESC NULLS LAST)",
        "CREATE INDEX i ON t (a) WHERE (b = 'x')", "CREATE INDEX i ON t (lower(b))",
        "CREATE INDEX i ON t (b text_pattern_ops)", "CREATE INDEX i ON t (b COLLATE \"C\")",
        "CREATE INDEX i ON t USING hash (a)",
        "CREATE INDEX i ON t USING gin (j jsonb_path_ops) WITH (fastupdate = off)",
        "CREATE INDEX i ON t USING brin (at) WITH (pages_per_range = 32, autosummarize = on)",
        "CREATE INDEX i ON t (a) WITH (fillfactor = 50)",
        "CREATE INDEX i ON t ((a + 1)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 500"}) {
    expect_both_ways(plain, with(index));
    expect_both_ways(with(""), with(index));
  }
  expect_both_ways(with("CREATE INDEX i ON t USING brin (at) WITH (pages_per_range = 32)"),
                   with("CREATE INDEX i ON t USING brin (at) WITH (pages_per_range = 64)"));
  if (major_version() >= 15)
    expect_both_ways(with("CREATE UNIQUE INDEX i ON t (a)"),
                     with("CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT"));
}

TEST_F(IndexRulesTest, AChangedIndexIsThereBeforeTheOldOneGoes) {
  const auto planned = run(
      with("CREATE INDEX i ON t (a); COMMENT ON INDEX i IS 'why'; ALTER TABLE t CLUSTER ON i"),
      with("CREATE INDEX i ON t (a, b); COMMENT ON INDEX i IS 'why'; ALTER TABLE t CLUSTER ON i"));
  EXPECT_EQ(planned.error, "");
  EXPECT_TRUE(planned.left.empty()) << planned.left.front();
  EXPECT_EQ(planned.rounds, 1);
  EXPECT_LT(planned.sql().find("CREATE INDEX CONCURRENTLY"),
            planned.sql().find("DROP INDEX CONCURRENTLY"));
}

TEST_F(IndexRulesTest, ADroppedIndexIsSaid) {
  const auto planned = run(with("CREATE INDEX i ON t (a)"), with(""));
  EXPECT_TRUE(planned.has(FindingKind::index_dropped));
  EXPECT_THAT(planned.sql(), HasSubstr("DROP INDEX CONCURRENTLY"));
}

TEST_F(IndexRulesTest, AnInvalidIndexIsBuiltAgain) {
  const auto good = with("CREATE INDEX i ON t (a)");
  const auto planned =
      run(good + "; UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass", good);
  EXPECT_THAT(planned.sql(), HasSubstr("REINDEX INDEX CONCURRENTLY"));
  EXPECT_TRUE(planned.left.empty()) << planned.left.front();
}

TEST_F(IndexRulesTest, AUniqueIndexBecomesAConstraintAndNamesChange) {
  const auto planned = run(with("CREATE UNIQUE INDEX u ON t (a)"),
                           with("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)"));
  EXPECT_THAT(planned.sql(), HasSubstr("UNIQUE USING INDEX"));
  EXPECT_THAT(planned.sql(), Not(HasSubstr("DROP INDEX")));
  EXPECT_TRUE(planned.left.empty());
  expect_both_ways(with("CREATE UNIQUE INDEX u ON t (a)"),
                   with("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)"));
  EXPECT_THAT(run(with("CREATE INDEX i ON t (a)"), with("CREATE INDEX k ON t (a)")).sql(),
              HasSubstr("RENAME TO"));
}

TEST_F(IndexRulesTest, AForeignKeyOverAUniqueIndexThatChanges) {
  const std::string rest = "CREATE TABLE d (a int REFERENCES t (a))";
  expect_both_ways(with("CREATE UNIQUE INDEX i ON t (a);" + rest),
                   with("CREATE UNIQUE INDEX i ON t (a) INCLUDE (b);" + rest));
}

TEST_F(IndexRulesTest, StatisticsComeChangeAndGo) {
  const auto one = with("CREATE STATISTICS s (ndistinct) ON a, b FROM t");
  expect_both_ways(with(""), one);
  expect_both_ways(one, with("CREATE STATISTICS s (ndistinct, mcv) ON a, b FROM t"));
  expect_both_ways(one, one + "; ALTER STATISTICS s SET STATISTICS 300");
}

} // namespace slipway::test
