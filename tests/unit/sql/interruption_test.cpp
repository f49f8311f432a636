#include "slipway/sql/facts.hpp"

#include <gtest/gtest.h>

namespace slipway::sql {
namespace {

Interruption of(std::string_view sql) {
  return analyse({sql}).at(0).interruption;
}

struct Case {
  std::string sql;
  Trace trace;
  std::string kind;
  QualifiedName object;
};

class Interrupted : public testing::TestWithParam<Case> {};

TEST_P(Interrupted, IsLookedForWhereItLeavesATrace) {
  const auto found = of(GetParam().sql);
  EXPECT_EQ(trace_name(found.trace), trace_name(GetParam().trace)) << GetParam().sql;
  EXPECT_EQ(found.kind, GetParam().kind) << GetParam().sql;
  EXPECT_EQ(found.object, GetParam().object) << GetParam().sql;
}

const std::vector<Case> k_cases = {
    {"create index concurrently i on s.t (a)", Trace::index_built, "index", {"s", "i"}},
    {"create index concurrently on t (a)", Trace::index_built, "index", {}},
    {"create index i on t (a)", Trace::none, "", {}},
    {"drop index concurrently if exists s.\"My i\"", Trace::index_dropped, "index", {"s", "My i"}},
    {"drop index i", Trace::none, "", {}},
    {"drop table t", Trace::none, "", {}},
    {"reindex index concurrently s.i", Trace::indexes_rebuilt, "index", {"s", "i"}},
    {"reindex (concurrently, verbose) table t", Trace::indexes_rebuilt, "table", {"", "t"}},
    {"reindex schema concurrently s", Trace::indexes_rebuilt, "schema", {"", "s"}},
    {"reindex database concurrently d", Trace::indexes_rebuilt, "database", {}},
    {"reindex table t", Trace::repeatable, "", {}},
    {"alter table s.p detach partition s.c concurrently",
     Trace::partition_detached,
     "table",
     {"s", "c"}},
    {"alter table p detach partition c", Trace::none, "", {}},
    {"vacuum", Trace::repeatable, "", {}},
    {"analyze t", Trace::repeatable, "", {}},
    {"cluster", Trace::repeatable, "", {}},
    {"alter system set work_mem = '8MB'", Trace::repeatable, "", {}},
    {"alter database d set tablespace t", Trace::repeatable, "", {}},
    {"refresh materialized view concurrently v", Trace::repeatable, "", {}},
    {"create database d", Trace::object_created, "database", {"", "d"}},
    {"drop database if exists d", Trace::object_dropped, "database", {"", "d"}},
    {"create tablespace t location '/x'", Trace::object_created, "tablespace", {"", "t"}},
    {"drop tablespace t", Trace::object_dropped, "tablespace", {"", "t"}},
    {"create subscription s connection 'x' publication p",
     Trace::object_created,
     "subscription",
     {"", "s"}},
    {"drop subscription s", Trace::object_dropped, "subscription", {"", "s"}},
    {"alter subscription s refresh publication", Trace::repeatable, "", {}},
    {"alter subscription s set publication p", Trace::repeatable, "", {}},
    {"alter subscription s add publication p", Trace::none, "", {}},
    {"commit prepared 'g'", Trace::object_dropped, "prepared transaction", {"", "g"}},
    {"call p()", Trace::none, "", {}},
    {"do $$ begin commit; end $$", Trace::none, "", {}},
    {"insert into t values (1)", Trace::none, "", {}},
    {"CREATE INDEX CONCURRENTLY i ON s.t (a) SOMETHING NEW",
     Trace::index_built,
     "index",
     {"s", "i"}},
    {"VACUUM SOMETHING NEW t", Trace::repeatable, "", {}},
    {"ALTER TABLE t SOMETHING NEW", Trace::none, "", {}},
    {"REINDEX TABLE CONCURRENTLY t SOMETHING NEW", Trace::none, "", {}},
};

INSTANTIATE_TEST_SUITE_P(Statements, Interrupted, testing::ValuesIn(k_cases));

TEST(Interruption, KnowsTheTableAndTheShapeOfAnIndex) {
  const auto found = of("create unique index concurrently on s.t using btree (a desc, lower(b)) "
                        "include (c) where d");
  EXPECT_EQ(found.table, (QualifiedName{"s", "t"}));
  ASSERT_TRUE(found.shape);
  EXPECT_EQ(*found.shape, (IndexShape{.unique = true,
                                      .partial = true,
                                      .method = "btree",
                                      .keys = 2,
                                      .columns = {"a", "", "c"}}));
  EXPECT_EQ(of("create index concurrently on t (a)").shape->method, "btree");
  const auto unread = of("CREATE INDEX CONCURRENTLY i ON \"T\" (a) SOMETHING NEW");
  EXPECT_EQ(unread.table, (QualifiedName{"", "T"}));
  EXPECT_FALSE(unread.shape);
}

TEST(Interruption, KnowsTheParentOfAPartition) {
  EXPECT_EQ(of("alter table s.p detach partition c concurrently").table, (QualifiedName{"s", "p"}));
}

TEST(OnlyChangesSession, IsWhatAResumedRunMayDoAgain) {
  for (const char* sql :
       {"set search_path = x", "reset all", "set role r", "prepare q as select 1", "load 'x'",
        "select pg_catalog.set_config('search_path', '', false)", "listen a"})
    EXPECT_TRUE(analyse({sql})[0].only_changes_session) << sql;
  for (const char* sql :
       {"set local work_mem = '1MB'", "select set_config('a.b', f()::text, false)",
        "select set_config('a.b', 'c', false), nextval('s')",
        "select set_config('a.b', x, false) from t", "select pg_advisory_lock(1)",
        "create temp table t (a int)", "do $$ begin perform set_config('a.b', '', false); end $$",
        "select 1"})
    EXPECT_FALSE(analyse({sql})[0].only_changes_session) << sql;
}

} // namespace
} // namespace slipway::sql
