#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

namespace slipway::sql {
namespace {

StatementFacts facts(std::string_view sql) {
  StatementFacts found = analyse({sql}).at(0);
  EXPECT_TRUE(found.parsed) << sql << ": " << found.unparsed_why;
  return found;
}

std::vector<RelationLock> locks(std::string_view sql) {
  return facts(sql).locks;
}

bool touches(const StatementFacts& found, const std::string& kind, const QualifiedName& name,
             Action action) {
  return std::any_of(found.objects.begin(), found.objects.end(), [&](const ObjectTouched& object) {
    return object.kind == kind && object.name == name && object.action == action;
  });
}

struct SafetyCase {
  std::string sql;
  TransactionSafety safety;
};

class Safety : public testing::TestWithParam<SafetyCase> {};

TEST_P(Safety, IsWhatTheServerDoesInsideABlock) {
  const StatementFacts found = facts(GetParam().sql);
  EXPECT_EQ(found.transaction_safety, GetParam().safety) << GetParam().sql;
  EXPECT_EQ(found.unsafe_why.empty(), GetParam().safety != TransactionSafety::unsafe)
      << GetParam().sql;
}

constexpr auto k_unsafe = TransactionSafety::unsafe;
constexpr auto k_safe = TransactionSafety::safe;
constexpr auto k_control = TransactionSafety::control;

// Each was run inside BEGIN on PostgreSQL 15: the unsafe ones gave 25001, or 2D000 where they
// commit by themselves.
const std::vector<SafetyCase> k_safety = {
    {"create database zz", k_unsafe},
    {"drop database if exists zz", k_unsafe},
    {"create tablespace zz location '/nope'", k_unsafe},
    {"drop tablespace if exists zz", k_unsafe},
    {"alter database x set tablespace pg_default", k_unsafe},
    {"alter database x set work_mem = '4MB'", k_safe},
    {"alter database x connection limit 5", k_safe},
    {"alter system set work_mem = '8MB'", k_unsafe},
    {"alter system reset all", k_unsafe},
    {"create subscription s connection 'x' publication p", k_unsafe},
    {"create subscription s connection 'x' publication p with (create_slot = false)", k_safe},
    {"create subscription s connection 'x' publication p with (connect = false)", k_safe},
    {"drop subscription s", k_unsafe},
    {"alter subscription s refresh publication", k_unsafe},
    {"alter subscription s set publication p", k_unsafe},
    {"alter subscription s add publication p", k_unsafe},
    {"alter subscription s drop publication p", k_unsafe},
    {"alter subscription s set publication p with (refresh = false)", k_safe},
    {"alter subscription s set (failover = true)", k_unsafe},
    {"alter subscription s disable", k_safe},
    {"vacuum", k_unsafe},
    {"vacuum (analyze) t", k_unsafe},
    {"vacuum full t", k_unsafe},
    {"analyze t", k_safe},
    {"cluster", k_unsafe},
    {"cluster verbose", k_unsafe},
    {"cluster t using i", k_safe},
    {"create index concurrently on t(a)", k_unsafe},
    {"create unique index concurrently if not exists i on t(a)", k_unsafe},
    {"create index i on t(a)", k_safe},
    {"drop index concurrently i", k_unsafe},
    {"drop index i", k_safe},
    {"reindex index concurrently i", k_unsafe},
    {"reindex table concurrently t", k_unsafe},
    {"reindex (concurrently) table t", k_unsafe},
    {"reindex (verbose, concurrently) index i", k_unsafe},
    {"reindex (concurrently off) table t", k_safe},
    {"reindex table t", k_safe},
    {"reindex schema public", k_unsafe},
    {"reindex database x", k_unsafe},
    {"reindex system x", k_unsafe},
    {"alter table p detach partition q concurrently", k_unsafe},
    {"alter table p detach partition q", k_safe},
    {"alter table p detach partition q finalize", k_safe},
    {"discard all", k_unsafe},
    {"discard plans", k_safe},
    {"call p(1)", k_unsafe},
    {"do $$ begin commit; end $$", k_unsafe},
    {"do $$ begin if true then rollback and chain; end if; end $$", k_unsafe},
    {"do $$ begin perform 'commit;'; /* commit; */ update t set commit = 1; end $$", k_safe},
    {"do language plpython3u $$ plpy.commit() $$", k_unsafe},
    {"alter type color add value 'x'", k_safe},
    {"refresh materialized view concurrently mv", k_safe},
    {"lock table t", k_safe},
    {"checkpoint", k_safe},
    {"copy t from stdin", k_safe},
    {"begin", k_control},
    {"start transaction read only", k_control},
    {"commit", k_control},
    {"end", k_control},
    {"rollback", k_control},
    {"abort", k_control},
    {"savepoint a", k_control},
    {"release a", k_control},
    {"rollback to a", k_control},
    {"prepare transaction 'x'", k_control},
    {"commit prepared 'x'", k_unsafe},
    {"rollback prepared 'x'", k_unsafe},
};
INSTANTIATE_TEST_SUITE_P(Statements, Safety, testing::ValuesIn(k_safety));

TEST(Facts, NameTheKindAsTheCommandTagDoes) {
  const std::vector<std::pair<std::string, std::string>> tags = {
      {"alter table t add column a int", "alter table"},
      {"alter table t rename column a to b", "alter table"},
      {"alter index i rename to j", "alter index"},
      {"alter view v alter column a set default 1", "alter view"},
      {"alter type c add attribute a int", "alter type"},
      {"alter type c rename attribute a to b", "alter type"},
      {"create table t as select 1", "create table as"},
      {"select 1 into t", "select into"},
      {"create materialized view v as select 1", "create materialized view"},
      {"create type c as enum ('a')", "create type"},
      {"create aggregate a (int) (sfunc = f, stype = int)", "create aggregate"},
      {"create or replace procedure p() language sql as ''", "create procedure"},
      {"drop materialized view v", "drop materialized view"},
      {"drop foreign data wrapper w", "drop foreign data wrapper"},
      {"create unique index i on t(a)", "create index"},
      {"with a as (select 1) insert into t select * from a", "insert"},
      {"values (1)", "select"},
      {"truncate t", "truncate table"},
      {"analyze t", "analyze"},
      {"end", "commit"},
      {"reset all", "reset"},
      {"revoke all on t from public", "revoke"},
      {"grant a to b", "grant role"},
      {"do $$ begin end $$", "do"},
      {"comment on table t is 'x'", "comment"},
      {"alter domain d set not null", "alter domain"},
      {"create text search dictionary d (template = simple)", "create text search dictionary"},
  };
  for (const auto& [sql, tag] : tags) EXPECT_EQ(facts(sql).kind, tag) << sql;
}

TEST(Facts, TellSchemaChangesFromDataChanges) {
  for (const char* sql : {"create table t(a int)", "alter table t drop a", "drop view v",
                          "comment on table t is ''", "grant select on t to public",
                          "create schema s", "select 1 into t", "alter role r login"}) {
    EXPECT_TRUE(facts(sql).is_schema_change) << sql;
    EXPECT_FALSE(facts(sql).is_data_change) << sql;
  }
  for (const char* sql :
       {"insert into t values (1)", "update t set a = 1", "delete from t", "truncate t",
        "copy t from stdin", "with a as (delete from t returning 1) select * from a",
        "merge into t using u on t.a = u.a when matched then delete",
        "copy (insert into t values (1) returning a) to stdout",
        "explain analyze update t set a = 1"}) {
    EXPECT_TRUE(facts(sql).is_data_change) << sql;
    EXPECT_FALSE(facts(sql).is_schema_change) << sql;
  }
  for (const char* sql :
       {"select 1", "explain delete from t", "copy t to stdout", "prepare p as delete from t",
        "vacuum", "set a.b = 1", "refresh materialized view v"}) {
    EXPECT_FALSE(facts(sql).is_data_change) << sql;
    EXPECT_FALSE(facts(sql).is_schema_change) << sql;
  }
  EXPECT_FALSE(facts("create rule r as on insert to t do also delete from u").is_data_change);
}

TEST(Facts, TellWhatStaysChangedInTheSession) {
  for (const char* sql : {"set work_mem = '1MB'",
                          "set session role r",
                          "set role none",
                          "set time zone 'UTC'",
                          "set session authorization default",
                          "reset all",
                          "discard temp",
                          "prepare p as select 1",
                          "deallocate p",
                          "listen c",
                          "unlisten *",
                          "load 'x'",
                          "create temp table t(a int)",
                          "select set_config('a.b', 'c', false)",
                          "select pg_catalog.set_config('a.b', 'c', 'f')",
                          "select pg_advisory_lock(1)",
                          "declare c cursor with hold for select 1",
                          "set session characteristics as transaction read only",
                          "do $$ begin perform set_config('search_path', '', false); end $$",
                          "select 1 into temp t"})
    EXPECT_TRUE(facts(sql).changes_session) << sql;
  for (const char* sql :
       {"set local work_mem = '1MB'", "set transaction read only", "set constraints all deferred",
        "select set_config('a.b', 'c', true)", "select pg_advisory_xact_lock(1)",
        "declare c cursor for select 1", "create table t(a int)", "select 'set_config'"})
    EXPECT_FALSE(facts(sql).changes_session) << sql;
}

TEST(Facts, NameTheIndexThatAFailedConcurrentBuildLeavesBehind) {
  const StatementFacts named = facts("create index concurrently \"My i\" on s.t(a)");
  EXPECT_TRUE(named.is_concurrent_index);
  EXPECT_EQ(named.index, (QualifiedName{"s", "My i"}));
  EXPECT_FALSE(facts("create index concurrently on t(a)").index);
  EXPECT_FALSE(facts("create index i on t(a)").is_concurrent_index);
  EXPECT_TRUE(facts("drop index concurrently i").is_concurrent_index);
  EXPECT_TRUE(facts("reindex (concurrently) table t").is_concurrent_index);
}

TEST(Facts, ListWhatIsTouched) {
  const StatementFacts key = facts("alter table s.child add foreign key (a) references parent(id)");
  EXPECT_TRUE(touches(key, "table", {"s", "child"}, Action::alter));
  EXPECT_TRUE(touches(key, "table", {"", "parent"}, Action::other));
  const StatementFacts drop = facts("drop table a, s.b");
  EXPECT_TRUE(touches(drop, "table", {"", "a"}, Action::drop));
  EXPECT_TRUE(touches(drop, "table", {"s", "b"}, Action::drop));
  EXPECT_TRUE(touches(facts("drop function s.f(int)"), "function", {"s", "f"}, Action::drop));
  EXPECT_TRUE(touches(facts("drop type s.c"), "type", {"s", "c"}, Action::drop));
  EXPECT_TRUE(touches(facts("drop trigger tr on s.t"), "trigger", {"", "tr"}, Action::drop));
  const StatementFacts view = facts("create view v as select * from s.t join u using (a)");
  EXPECT_TRUE(touches(view, "view", {"", "v"}, Action::create));
  EXPECT_TRUE(touches(view, "table", {"s", "t"}, Action::read));
  EXPECT_TRUE(touches(view, "table", {"", "u"}, Action::read));
  const StatementFacts schema =
      facts("create schema s create table t(a int) create view v as select a from t");
  EXPECT_TRUE(touches(schema, "table", {"s", "t"}, Action::create));
  EXPECT_TRUE(touches(schema, "view", {"s", "v"}, Action::create));
}

TEST(FactsLocks, SkipNamesOfCommonTableExpressions) {
  EXPECT_EQ(locks("with w as (select * from t) select * from w"),
            (std::vector<RelationLock>{{{"", "t"}, LockMode::access_share}}));
  EXPECT_EQ(locks("with t as (select * from t) select * from t"),
            (std::vector<RelationLock>{{{"", "t"}, LockMode::access_share}}));
  EXPECT_TRUE(
      locks("with recursive t as (select 1 union all select * from t) select * from t").empty());
  EXPECT_EQ(locks("with t as (select 1) select * from public.t"),
            (std::vector<RelationLock>{{{"public", "t"}, LockMode::access_share}}));
  EXPECT_EQ(locks("select (with w as (select 1) select 1 from w) from w"),
            (std::vector<RelationLock>{{{"", "w"}, LockMode::access_share}}));
}

TEST(FactsLocks, TakeRowShareForTheRelationsMeantByForUpdate) {
  EXPECT_EQ(locks("select * from t a, u for share of a"),
            (std::vector<RelationLock>{{{"", "t"}, LockMode::row_share},
                                       {{"", "u"}, LockMode::access_share}}));
  EXPECT_EQ(locks("select * from (select * from t) s left join u on true for update"),
            (std::vector<RelationLock>{{{"", "t"}, LockMode::row_share},
                                       {{"", "u"}, LockMode::row_share}}));
}

// As seen on PostgreSQL 15 by hand, beyond the cases of locks.jsonl.
TEST(FactsLocks, AreAsSeenOnTheServer) {
  struct Case {
    std::string sql;
    std::vector<RelationLock> locks;
  };
  const QualifiedName nofk{"", "nofk"};
  const QualifiedName other{"", "other"};
  const QualifiedName parent{"", "parent"};
  const QualifiedName sequence{"", "sq"};
  const QualifiedName t{"", "t"};
  const std::vector<Case> cases = {
      {"create rule z as on update to nofk do also (insert into other select id, 1 from parent; delete from t)",
       {{nofk, LockMode::access_exclusive},
        {other, LockMode::row_exclusive},
        {parent, LockMode::access_share},
        {t, LockMode::row_exclusive}}},
      {"create policy z on nofk using (exists (select 1 from other))",
       {{nofk, LockMode::access_exclusive}, {other, LockMode::access_share}}},
      {"prepare p as insert into other select id from parent",
       {{other, LockMode::row_exclusive}, {parent, LockMode::access_share}}},
      {"explain update other set k = 1 from parent",
       {{other, LockMode::row_exclusive}, {parent, LockMode::access_share}}},
      {"create function z() returns void begin atomic insert into other select id, 1 from parent; end",
       {{other, LockMode::row_exclusive}, {parent, LockMode::access_share}}},
      {"declare c cursor for select * from t for update", {{t, LockMode::row_share}}},
      {"create view z as select 1 where exists (select 1 from t for update)",
       {{t, LockMode::row_share}}},
      {"select nextval('sq')", {{sequence, LockMode::row_exclusive}}},
      {"create table z(a int default nextval('sq'))", {{sequence, LockMode::access_share}}},
      {"create view z as select nextval('sq')", {{sequence, LockMode::access_share}}},
      {"prepare p as select nextval('sq')", {}},
      {"alter table nofk alter v set default nextval('sq'::regclass)",
       {{nofk, LockMode::access_exclusive}, {sequence, LockMode::access_share}}},
      {"comment on policy p1 on nofk is 'x'", {{nofk, LockMode::access_share}}},
      {"comment on rule r1 on nofk is 'x'", {{nofk, LockMode::access_share}}},
      {"merge into other using parent on other.id = parent.id when matched then delete",
       {{other, LockMode::row_exclusive}, {parent, LockMode::access_share}}},
      {"alter table t set (fillfactor = 70, user_catalog_table = true)",
       {{t, LockMode::access_exclusive}}},
      {"alter table t set (toast.autovacuum_enabled = false)",
       {{t, LockMode::share_update_exclusive}}},
      {"alter trigger t_trg on t depends on extension plpgsql", {{t, LockMode::access_share}}},
      {"alter extension plpgsql add table t", {{t, LockMode::share_update_exclusive}}},
      {"alter table other detach partition t concurrently",
       {{other, LockMode::share_update_exclusive}, {t, LockMode::access_exclusive}}},
      {"lock table only t, other in exclusive mode",
       {{other, LockMode::exclusive}, {t, LockMode::exclusive}}},
      {"vacuum full t", {{t, LockMode::access_exclusive}}},
      {"vacuum (full off) t", {{t, LockMode::share_update_exclusive}}},
      {"create index concurrently on t(a)", {{t, LockMode::share_update_exclusive}}},
      {"drop index concurrently t", {{t, LockMode::share_update_exclusive}}},
      {"grant select on t to public", {}},
      {"create table z(a int references z(a), b int references parent)",
       {{parent, LockMode::share_row_exclusive}}},
  };
  for (const Case& entry : cases) EXPECT_EQ(locks(entry.sql), entry.locks) << entry.sql;
}

struct UnknownCase {
  std::string sql;
  std::string kind;
  TransactionSafety safety;
};

class NewerSyntax : public testing::TestWithParam<UnknownCase> {};

TEST_P(NewerSyntax, IsReportedAsNotParsedAndGuessedByItsWords) {
  const StatementFacts found = analyse({GetParam().sql}).at(0);
  EXPECT_FALSE(found.parsed);
  EXPECT_FALSE(found.unparsed_why.empty());
  EXPECT_EQ(found.kind, GetParam().kind);
  EXPECT_EQ(found.transaction_safety, GetParam().safety);
  EXPECT_TRUE(found.locks.empty());
}

const std::vector<UnknownCase> k_newer = {
    {"ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (a * 2) VIRTUAL", "alter table", k_safe},
    {"ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID", "alter table", k_safe},
    {"CREATE UNLOGGED TABLE t (a text STORAGE EXTERNAL)", "create table", k_safe},
    {"REINDEX DATABASE CONCURRENTLY", "reindex", k_unsafe},
    {"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a) SOMETHING NEW", "create index", k_unsafe},
    {"DROP INDEX CONCURRENTLY i SOMETHING NEW", "drop index", k_unsafe},
    {"VACUUM t SOMETHING NEW", "vacuum", k_unsafe},
    {"ALTER SYSTEM SOMETHING NEW", "alter system", k_unsafe},
    {"ALTER TABLE p DETACH PARTITION q CONCURRENTLY SOMETHING NEW", "alter table", k_unsafe},
    {"INSERT INTO t VALUES (1_000) RETURNING WITH (OLD AS o) a", "insert", k_safe},
    {"WITH w AS (SELECT 1) MERGE INTO t USING w ON true WHEN MATCHED THEN DELETE RETURNING 1",
     "merge", k_safe},
    {"CREATE MATERIALIZED VIEW IF NOT EXISTS v SOMETHING NEW", "create materialized view", k_safe},
    {"CALL p(SOMETHING NEW)", "call", k_unsafe},
    {"COMMIT SOMETHING NEW", "commit", k_control},
    {"FROBNICATE TABLE t", "frobnicate", TransactionSafety::unknown},
};
INSTANTIATE_TEST_SUITE_P(Statements, NewerSyntax, testing::ValuesIn(k_newer));

TEST(Facts, OfUnparsedStatementsStillTellWhatTheyChange) {
  EXPECT_TRUE(
      analyse({"WITH w AS (DELETE FROM t RETURNING 1_0) SELECT 1 FROM w"})[0].is_data_change);
  EXPECT_TRUE(analyse({"COPY t FROM STDIN SOMETHING NEW"})[0].is_data_change);
  EXPECT_FALSE(analyse({"COPY t TO STDOUT SOMETHING NEW"})[0].is_data_change);
  EXPECT_TRUE(analyse({"ALTER TABLE t SOMETHING NEW"})[0].is_schema_change);
  EXPECT_TRUE(analyse({"SET a TO SOMETHING NEW"})[0].changes_session);
  const StatementFacts index =
      analyse({"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t (a) NEW THING"})[0];
  EXPECT_TRUE(index.is_concurrent_index);
  EXPECT_EQ(index.index, (QualifiedName{"s", "i"}));
}

TEST(Facts, OfSomethingElseThanOneStatementAreNotGuessedAtAsParsed) {
  EXPECT_FALSE(analyse({"select 1; drop table t"})[0].parsed);
  EXPECT_FALSE(analyse({""})[0].parsed);
  EXPECT_FALSE(analyse({std::string_view("select 1\0; drop table t", 23)})[0].parsed);
}

TEST(Facts, ComeInTheOrderOfTheStatementsFromAnyThread) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(8);
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([i, &wrong] {
      const std::string table = "t" + std::to_string(i);
      const std::string drop = "drop table " + table;
      for (int k = 0; k < 200; ++k) {
        const auto found = analyse({drop, "select 1"});
        wrong[i] += found.size() == 2 && found[0].locks.at(0).relation.name == table &&
                            found[1].locks.empty()
                        ? 0
                        : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8, 0));
}

} // namespace
} // namespace slipway::sql
