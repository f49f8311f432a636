// CREATE INDEX and the maintenance of tables and indexes.
#include "facts/lower.hpp"

namespace slipway::sql {

namespace {

void maintain(const PgQuery__RangeVar* relation, const char* word, LockMode mode,
              FactsBuilder& facts) {
  if (relation == nullptr) return;
  facts.lock(name_of(*relation), mode);
  facts.touch(word, name_of(*relation), Action::other);
}

} // namespace

void lower_create_index(const PgQuery__IndexStmt& statement, FactsBuilder& facts) {
  const QualifiedName table = name_of(*statement.relation);
  // An index lives in its table's schema.
  const QualifiedName index{table.schema, text_of(statement.idxname)};
  facts.touch("index", index, Action::create);
  facts.touch("table", table, Action::alter);
  facts.lock(table, statement.concurrent ? LockMode::share_update_exclusive : LockMode::share);
  if (!statement.concurrent) return;
  facts.concurrent_index();
  if (!index.name.empty()) facts.index(index);
}

void lower_reindex(const PgQuery__ReindexStmt& statement, FactsBuilder& facts) {
  const bool concurrent =
      option_is_on(nodes(statement.n_params, statement.params), "concurrently", false);
  const bool one_index = statement.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX;
  if (concurrent) facts.concurrent_index();
  const LockMode plain = one_index ? LockMode::access_exclusive : LockMode::share;
  maintain(statement.relation, one_index ? "index" : "table",
           concurrent ? LockMode::share_update_exclusive : plain, facts);
}

void lower_cluster(const PgQuery__ClusterStmt& statement, FactsBuilder& facts) {
  if (statement.relation == nullptr) return;
  maintain(statement.relation, "table", LockMode::access_exclusive, facts);
  const QualifiedName index{text_of(statement.relation->schemaname), text_of(statement.indexname)};
  facts.lock(index, LockMode::access_exclusive);
  facts.touch("index", index, Action::other);
}

void lower_vacuum(const PgQuery__VacuumStmt& statement, FactsBuilder& facts) {
  const bool full = option_is_on(nodes(statement.n_options, statement.options), "full", false);
  for (const Node* node : nodes(statement.n_rels, statement.rels)) {
    if (node->node_case == PG_QUERY__NODE__NODE_VACUUM_RELATION)
      maintain(node->vacuum_relation->relation, "table",
               full ? LockMode::access_exclusive : LockMode::share_update_exclusive, facts);
  }
}

} // namespace slipway::sql
