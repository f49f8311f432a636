// What happened to rows, on a real server.
#include "slipway/rehearse/kept_values.hpp"

#include "slipway/test/test_server.hpp"

namespace slipway::rehearse {
namespace {

using Texts = std::vector<std::string>;

class KeptValuesTest : public test::ServerTest {
protected:
  /// Remembers what `before` makes, runs `change`, and yields the losses as "object: message".
  Texts losses(const std::string& before, const std::string& change) {
    Texts found;
    for (const auto& one : looked_at(before, change, &KeptValues::losses))
      found.push_back(one.finding.message);
    return found;
  }
  Texts rewrites(const std::string& before, const std::string& change) {
    Texts found;
    for (const auto& one : looked_at(before, change, &KeptValues::rewrites))
      found.push_back(one.object);
    return found;
  }

private:
  template<class Seen>
  std::vector<Seen> looked_at(const std::string& before, const std::string& change,
                              Result<std::vector<Seen>> (KeptValues::*look)(const Wait&)) {
    exec(before);
    auto memory = connect();
    auto kept = KeptValues::remember(memory, test::long_wait());
    if (!kept) throw std::runtime_error(kept.error().message);
    exec(change);
    auto found = ((*kept).*look)(test::long_wait());
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }
};

TEST_F(KeptValuesTest, WhatStaysTheSameOrGrowsIsNoLoss) {
  EXPECT_EQ(losses("CREATE TABLE t (id int, v varchar(10), f real, c char(4), n numeric(5,2),"
                   " at timestamp, e text);"
                   "INSERT INTO t VALUES (1, 'a', 1.5, 'x', 1.50, '2026-01-01 12:00', 'p'),"
                   " (2, NULL, NULL, NULL, NULL, NULL, NULL)",
                   "CREATE TYPE pq AS ENUM ('p', 'q');"
                   "ALTER TABLE t ALTER id TYPE bigint, ALTER v TYPE text, ALTER f TYPE float8,"
                   " ALTER c TYPE text, ALTER n TYPE numeric(7,4), ALTER at TYPE timestamptz,"
                   " ALTER e TYPE pq USING e::pq, ADD extra int DEFAULT 1;"
                   "UPDATE t SET v = 'was null' WHERE v IS NULL; INSERT INTO t VALUES (3)"),
            Texts{});
}

TEST_F(KeptValuesTest, ValuesThatAreCutAreALoss) {
  EXPECT_EQ(
      losses("CREATE TABLE t (v text, n numeric); INSERT INTO t VALUES ('abc', 1.25), ('d', 2)",
             "ALTER TABLE t ALTER v TYPE varchar(2) USING v::varchar(2),"
             " ALTER n TYPE numeric(5,1)"),
      (Texts{"1 of 2 values of column public.t.v are others now when its type became "
             "character varying(2), not text",
             "1 of 2 values of column public.t.n are others now when its type became "
             "numeric(5,1), not numeric"}));
}

TEST_F(KeptValuesTest, ColumnsAndTablesThatGo) {
  EXPECT_EQ(
      losses(
          "CREATE TABLE t (a int, b int, c int); INSERT INTO t VALUES (1, 2, NULL), (3, 4, NULL);"
          "CREATE TABLE u (x int); INSERT INTO u VALUES (1); CREATE TABLE empty (x int)",
          "ALTER TABLE t DROP b, DROP c; DROP TABLE u, empty"),
      (Texts{"column public.t.b is gone with 2 values", "table public.u is gone with 1 rows"}));
}

TEST_F(KeptValuesTest, DroppedAndMadeAgainIsALoss) {
  EXPECT_EQ(
      losses("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2), (3, 4);"
             "CREATE TABLE u (x int); INSERT INTO u VALUES (1)",
             "ALTER TABLE t DROP b; ALTER TABLE t ADD b int; DROP TABLE u; CREATE TABLE u (x int)"),
      (Texts{"2 of 2 values of column public.t.b are others now",
             "table public.u lost 1 of 1 rows"}));
}

TEST_F(KeptValuesTest, ANewTableWithTheOldRowsIsTheSameTable) {
  EXPECT_EQ(losses("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2), (3, 4)",
                   "CREATE TABLE n (b bigint, a bigint); INSERT INTO n SELECT b, a FROM t;"
                   "DROP TABLE t; ALTER TABLE n RENAME TO t"),
            Texts{});
}

TEST_F(KeptValuesTest, WhatIsRenamedKeepsItsRows) {
  EXPECT_EQ(losses("CREATE SCHEMA s; CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2);"
                   "CREATE TABLE u (a int); INSERT INTO u VALUES (7)",
                   "ALTER TABLE t RENAME a TO tmp; ALTER TABLE t RENAME b TO a;"
                   "ALTER TABLE t RENAME tmp TO b; ALTER TABLE t SET SCHEMA s;"
                   "ALTER TABLE u RENAME TO t"),
            Texts{});
}

TEST_F(KeptValuesTest, RowsMayMoveWithinAPartitionTreeAndOutOfIt) {
  const std::string tree =
      "CREATE TABLE m (id int, at date) PARTITION BY RANGE (at);"
      "CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
      "CREATE TABLE m_d PARTITION OF m DEFAULT;"
      "INSERT INTO m VALUES (1, '2024-05-05'), (2, '2026-05-05')";
  EXPECT_EQ(losses(tree, "ALTER TABLE m DETACH PARTITION m_1; ALTER TABLE m DETACH PARTITION m_d;"
                         "CREATE TABLE m_2 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO "
                         "('2027-01-01'); INSERT INTO m SELECT * FROM m_d; DROP TABLE m_d"),
            Texts{});
}

TEST_F(KeptValuesTest, APartitionThatGoesTakesItsRows) {
  EXPECT_EQ(
      losses("CREATE TABLE m (id int, at date) PARTITION BY RANGE (at);"
             "CREATE TABLE m_d PARTITION OF m DEFAULT; INSERT INTO m VALUES (2, '2026-05-05')",
             "DROP TABLE m_d"),
      (Texts{"table public.m is gone with 1 rows"}));
}

TEST_F(KeptValuesTest, ColumnsThatAreComputedAreNotLookedAt) {
  EXPECT_EQ(
      losses("CREATE TABLE t (p int, g int GENERATED ALWAYS AS (p * 2) STORED,"
             " h int GENERATED ALWAYS AS (p * 3) STORED); INSERT INTO t VALUES (5)",
             "ALTER TABLE t DROP g; ALTER TABLE t ADD g int GENERATED ALWAYS AS (p * 4) STORED;"
             "ALTER TABLE t ALTER h DROP EXPRESSION"),
      Texts{});
}

TEST_F(KeptValuesTest, AnEventTriggerOfTheUsersIsNotInTheWay) {
  EXPECT_EQ(losses("CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS"
                   " 'BEGIN RAISE EXCEPTION ''no''; END';"
                   "CREATE TABLE t (\"A b\" int, \"row\" text); INSERT INTO t VALUES (1, '%s');"
                   "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION no()",
                   "SELECT 1"),
            Texts{});
}

TEST_F(KeptValuesTest, ACastOfTheUsersDoesNotHideAValue) {
  EXPECT_EQ(losses("CREATE TYPE pair AS (a int, b int);"
                   "CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql AS 'SELECT ''same''';"
                   "CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair);"
                   "CREATE TABLE t (p pair); INSERT INTO t VALUES ('(1,2)'), ('(,)')",
                   "UPDATE t SET p = '(9,9)' WHERE p = '(1,2)'::pair"),
            (Texts{"1 of 2 values of column public.t.p are others now"}));
}

TEST_F(KeptValuesTest, AnAttributeMayComeButNotGo) {
  EXPECT_EQ(losses("CREATE TYPE addr AS (street text, n int); CREATE TABLE t (a addr);"
                   "INSERT INTO t VALUES (ROW('s', 1)), (NULL)",
                   "ALTER TYPE addr ADD ATTRIBUTE zip text; ALTER TYPE addr RENAME TO address"),
            Texts{});
  EXPECT_EQ(losses("CREATE TYPE pair AS (x text, y int); CREATE TABLE u (a pair);"
                   "INSERT INTO u VALUES (ROW('s', 1))",
                   "ALTER TYPE pair DROP ATTRIBUTE y"),
            (Texts{"1 of 1 values of column public.u.a are others now"}));
}

TEST_F(KeptValuesTest, ATableInAnotherFileWasWrittenAnew) {
  EXPECT_EQ(
      rewrites("CREATE TABLE a (x int); CREATE TABLE b (x varchar(5)); CREATE TABLE c (x int)",
               "ALTER TABLE a ALTER x TYPE bigint; ALTER TABLE b ALTER x TYPE varchar(9);"
               "ALTER TABLE c RENAME TO d; ALTER TABLE d SET UNLOGGED"),
      (Texts{"table public.a", "table public.d"}));
}

TEST(IsAnnounced, ByTheSameObjectOrTheTableOfTheColumn) {
  const auto finding = [](diff::FindingKind kind, const std::string& object) {
    return diff::Finding{kind, object, "", ""};
  };
  const auto loss = finding(diff::FindingKind::data_loss, "column public.t.a");
  const Lost lost{loss, {}};
  EXPECT_TRUE(is_announced(lost, {loss}));
  EXPECT_TRUE(is_announced(lost, {finding(diff::FindingKind::data_loss, "table public.t")}));
  EXPECT_FALSE(is_announced(lost, {finding(diff::FindingKind::data_loss, "table public.tt")}));
  EXPECT_FALSE(is_announced(lost, {finding(diff::FindingKind::data_loss, "column public.t.ab")}));
  EXPECT_FALSE(is_announced(lost, {finding(diff::FindingKind::rewrite, "column public.t.a")}));
  const auto table = finding(diff::FindingKind::data_loss, "table public.t");
  EXPECT_FALSE(is_announced({table, {}}, {loss}));
}

TEST(IsAnnounced, OfATreeByAllPartitionsThatAreGone) {
  const auto finding = [](const std::string& object) {
    return diff::Finding{diff::FindingKind::data_loss, object, "", ""};
  };
  const Lost tree{finding("table public.m"), {"table public.m_1", "table public.m_2"}};
  EXPECT_TRUE(is_announced(tree, {finding("table public.m")}));
  EXPECT_FALSE(is_announced(tree, {finding("table public.m_1")}));
  EXPECT_TRUE(is_announced(tree, {finding("table public.m_1"), finding("table public.m_2")}));
}

} // namespace
} // namespace slipway::rehearse
