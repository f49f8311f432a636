// What is attached to tables: triggers, rules, policies, statistics, publications.
#include "facts/lower.hpp"
#include "facts/query_walker.hpp"

namespace slipway::sql {

namespace {

void attach(const char* word, const char* name, Action action, const PgQuery__RangeVar* table,
            LockMode mode, FactsBuilder& facts) {
  facts.touch(word, {{}, text_of(name)}, action);
  if (table == nullptr) return;
  facts.lock(name_of(*table), mode);
  facts.touch("table", name_of(*table), Action::alter);
}

} // namespace

void lower_trigger(const PgQuery__CreateTrigStmt& statement, FactsBuilder& facts) {
  attach("trigger", statement.trigname, Action::create, statement.relation,
         LockMode::share_row_exclusive, facts);
  if (statement.constrrel != nullptr)
    facts.lock(name_of(*statement.constrrel), LockMode::access_share);
}

void lower_rule(const PgQuery__RuleStmt& statement, FactsBuilder& facts) {
  attach("rule", statement.rulename, Action::create, statement.relation, LockMode::access_exclusive,
         facts);
  QueryWalker walker(facts, Runs::stored);
  walker.walk(statement.where_clause);
  walker.walk(nodes(statement.n_actions, statement.actions));
}

void lower_create_policy(const PgQuery__CreatePolicyStmt& statement, FactsBuilder& facts) {
  attach("policy", statement.policy_name, Action::create, statement.table,
         LockMode::access_exclusive, facts);
  QueryWalker walker(facts, Runs::stored);
  walker.walk(statement.qual);
  walker.walk(statement.with_check);
}

void lower_alter_policy(const PgQuery__AlterPolicyStmt& statement, FactsBuilder& facts) {
  attach("policy", statement.policy_name, Action::alter, statement.table,
         LockMode::access_exclusive, facts);
  QueryWalker walker(facts, Runs::stored);
  walker.walk(statement.qual);
  walker.walk(statement.with_check);
}

void lower_create_statistics(const PgQuery__CreateStatsStmt& statement, FactsBuilder& facts) {
  facts.touch("statistics", name_of(nodes(statement.n_defnames, statement.defnames)),
              Action::create);
  for (const Node* node : nodes(statement.n_relations, statement.relations)) {
    if (relation_of(node) == nullptr) continue;
    facts.lock(name_of(*relation_of(node)), LockMode::share_update_exclusive);
    facts.touch("table", name_of(*relation_of(node)), Action::alter);
  }
}

void lower_publication(Nodes objects, const char* name, Action action, FactsBuilder& facts) {
  facts.touch("publication", {{}, text_of(name)}, action);
  for (const Node* node : objects) {
    if (node->node_case != PG_QUERY__NODE__NODE_PUBLICATION_OBJ_SPEC) continue;
    const PgQuery__PublicationTable* table = node->publication_obj_spec->pubtable;
    if (table == nullptr || table->relation == nullptr) continue;
    facts.lock(name_of(*table->relation), LockMode::share_update_exclusive);
    facts.touch("table", name_of(*table->relation), Action::other);
  }
}

} // namespace slipway::sql
