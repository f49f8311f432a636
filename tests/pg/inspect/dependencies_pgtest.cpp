// Edges between what needs and what is needed, as plans are ordered by them.
#include "inspect_test.hpp"

namespace slipway::inspect {
namespace {

using Paths = std::vector<std::string>;

class DependenciesTest : public InspectTest {};

TEST_F(DependenciesTest, AreReadOnlyWhenAskedFor) {
  exec("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t");
  EXPECT_FALSE(read().has_dependencies());
  EXPECT_TRUE(read().dependencies().empty());
  Scope scope;
  scope.dependencies = true;
  EXPECT_TRUE(read(scope).has_dependencies());
}

TEST_F(DependenciesTest, AViewNeedsTheColumnsThatItReads) {
  exec("CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t; "
       "CREATE MATERIALIZED VIEW m AS SELECT a FROM v");
  EXPECT_EQ(needs_of("view public.v"), (Paths{"schema public", "column public.t.a"}));
  EXPECT_EQ(needs_of("materialized view public.m"), (Paths{"schema public", "column public.v.a"}));
}

TEST_F(DependenciesTest, AViewThatGroupsByAKeyNeedsTheKey) {
  exec("CREATE TABLE t (a int PRIMARY KEY, b int); "
       "CREATE VIEW v AS SELECT a, b FROM t GROUP BY a");
  EXPECT_EQ(needs_of("view public.v"), (Paths{"schema public", "column public.t.a",
                                              "column public.t.b", "constraint public.t.t_pkey"}));
}

TEST_F(DependenciesTest, AForeignKeyNeedsTheOtherKeyAndTheColumnsOfBothEnds) {
  exec("CREATE TABLE o (a int PRIMARY KEY); CREATE TABLE t (b int CONSTRAINT f REFERENCES o)");
  EXPECT_EQ(needs_of("constraint public.t.f"),
            (Paths{"column public.o.a", "constraint public.o.o_pkey", "column public.t.b"}));
}

TEST_F(DependenciesTest, ADefaultNeedsItsSequenceButTheSequenceNotItsColumn) {
  exec("CREATE TABLE t (a serial, i int GENERATED ALWAYS AS IDENTITY)");
  EXPECT_EQ(needs_of("column public.t.a"), Paths{"sequence public.t_a_seq"});
  EXPECT_EQ(needs_of("sequence public.t_a_seq"), Paths{"schema public"});
}

TEST_F(DependenciesTest, RowTypesStandForTheirRelationAndArraysForTheirElements) {
  exec("CREATE TABLE o (a int); CREATE TABLE t (whole o, many o[])");
  EXPECT_EQ(needs_of("column public.t.whole"), Paths{"table public.o"});
  EXPECT_EQ(needs_of("column public.t.many"), Paths{"table public.o"});
}

TEST_F(DependenciesTest, GeneratedColumnsAndPartsOfIndexesNeedTheirColumns) {
  exec("CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED, b int); "
       "CREATE INDEX i ON t (g) WHERE b > 1");
  EXPECT_EQ(needs_of("column public.t.g"), Paths{"column public.t.a"});
  EXPECT_EQ(needs_of("index public.t.i"), (Paths{"column public.t.b", "column public.t.g"}));
}

TEST_F(DependenciesTest, PoliciesRulesAndTriggersNeedWhatTheyMention) {
  exec("CREATE TABLE o (a int); CREATE TABLE t (b int); "
       "CREATE POLICY y ON t USING (EXISTS (SELECT FROM o WHERE a = b)); "
       "CREATE RULE r AS ON DELETE TO t DO ALSO INSERT INTO o VALUES (old.b); "
       "CREATE TRIGGER g BEFORE UPDATE OF b ON t FOR EACH ROW "
       "EXECUTE FUNCTION suppress_redundant_updates_trigger()");
  EXPECT_EQ(needs_of("policy public.t.y"), (Paths{"column public.o.a", "column public.t.b"}));
  EXPECT_EQ(needs_of("rule public.t.r"), (Paths{"column public.o.a", "column public.t.b"}));
  EXPECT_EQ(needs_of("trigger public.t.g"), Paths{"column public.t.b"});
}

TEST_F(DependenciesTest, PartitionsNeedTheTableAndTheirIndexesTheParentIndex) {
  exec("CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT; "
       "CREATE INDEX up ON p (a)");
  EXPECT_EQ(needs_of("table public.p1"), (Paths{"schema public", "table public.p"}));
  EXPECT_EQ(needs_of("index public.p1.p1_a_idx"),
            (Paths{"index public.p.up", "column public.p1.a"}));
}

TEST_F(DependenciesTest, StatisticsNeedTheirColumns) {
  exec("CREATE SCHEMA app; CREATE TABLE t (a int, b int); CREATE STATISTICS app.s ON a, b FROM t");
  EXPECT_EQ(needs_of("statistics app.s"),
            (Paths{"schema app", "column public.t.a", "column public.t.b"}));
}

} // namespace
} // namespace slipway::inspect
