// What is made of a query: views, tables from queries, refreshes; and statements that wrap a query.
#include "facts/lower.hpp"
#include "facts/object_word.hpp"
#include "facts/query_walker.hpp"

namespace slipway::sql {

void lower_view(const PgQuery__ViewStmt& statement, FactsBuilder& facts) {
  const QualifiedName view = name_of(*statement.view);
  if (statement.replace) facts.lock(view, LockMode::access_exclusive);
  facts.touch("view", view, Action::create);
  if (text_of(statement.view->relpersistence) == "t") facts.session_change();
  QueryWalker(facts, Runs::stored).walk(statement.query);
}

void lower_create_table_as(const PgQuery__CreateTableAsStmt& statement, FactsBuilder& facts) {
  if (statement.into != nullptr && statement.into->rel != nullptr) {
    facts.touch(object_word(statement.objtype), name_of(*statement.into->rel), Action::create);
    if (text_of(statement.into->rel->relpersistence) == "t") facts.session_change();
  }
  QueryWalker(facts, Runs::now).walk(statement.query);
}

void lower_refresh(const PgQuery__RefreshMatViewStmt& statement, FactsBuilder& facts) {
  facts.lock(name_of(*statement.relation),
             statement.concurrent ? LockMode::exclusive : LockMode::access_exclusive);
  facts.touch("materialized view", name_of(*statement.relation), Action::write);
}

void lower_copy(const PgQuery__CopyStmt& statement, FactsBuilder& facts) {
  if (statement.query != nullptr) QueryWalker(facts, Runs::now).walk(statement.query);
  if (statement.relation == nullptr) return;
  facts.lock(name_of(*statement.relation),
             statement.is_from ? LockMode::row_exclusive : LockMode::access_share);
  facts.touch("table", name_of(*statement.relation),
              statement.is_from ? Action::write : Action::read);
  if (statement.is_from) facts.data_change();
}

void lower_lock_table(const PgQuery__LockStmt& statement, FactsBuilder& facts) {
  // The tree has the server's lock numbers, which begin with 1.
  if (statement.mode < 1 || statement.mode > 8) return;
  for (const Node* node : nodes(statement.n_relations, statement.relations)) {
    if (relation_of(node) == nullptr) continue;
    facts.lock(name_of(*relation_of(node)), static_cast<LockMode>(statement.mode - 1));
    facts.touch("table", name_of(*relation_of(node)), Action::other);
  }
}

void lower_explain(const PgQuery__ExplainStmt& statement, FactsBuilder& facts) {
  const bool runs = option_is_on(nodes(statement.n_options, statement.options), "analyze", false);
  if (statement.query == nullptr) return;
  if (runs)
    lower_statement(*statement.query, facts);
  else
    QueryWalker(facts, Runs::later).walk(statement.query);
}

} // namespace slipway::sql
