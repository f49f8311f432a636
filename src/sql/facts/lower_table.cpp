// CREATE TABLE and its kin, CREATE SCHEMA with what it holds, sequences.
#include "facts/lower.hpp"
#include "facts/query_walker.hpp"

#include <set>

namespace slipway::sql {

namespace {

void referenced_table(const PgQuery__Constraint& constraint, const QualifiedName& table,
                      FactsBuilder& facts) {
  if (constraint.contype != PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN || constraint.pktable == nullptr)
    return;
  const QualifiedName referenced = name_of(*constraint.pktable);
  if (referenced == table) return;
  facts.lock(referenced, LockMode::share_row_exclusive);
  facts.touch("table", referenced, Action::other);
}

void table_constraints(Nodes constraints, const QualifiedName& table, FactsBuilder& facts) {
  for (const Node* node : constraints) {
    if (node->node_case != PG_QUERY__NODE__NODE_CONSTRAINT) continue;
    referenced_table(*node->constraint, table, facts);
    if (node->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT)
      walk_expression(facts, Runs::stored, node->constraint->raw_expr);
  }
}

void table_element(const Node& element, const QualifiedName& table, FactsBuilder& facts) {
  switch (element.node_case) {
  case PG_QUERY__NODE__NODE_CONSTRAINT:
    referenced_table(*element.constraint, table, facts);
    break;
  case PG_QUERY__NODE__NODE_COLUMN_DEF:
    table_constraints(nodes(element.column_def->n_constraints, element.column_def->constraints),
                      table, facts);
    break;
  case PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE:
    facts.lock(name_of(*element.table_like_clause->relation), LockMode::access_share);
    facts.touch("table", name_of(*element.table_like_clause->relation), Action::read);
    break;
  default:
    break;
  }
}

} // namespace

void lower_create_table(const PgQuery__CreateStmt& statement, const char* word,
                        FactsBuilder& facts) {
  const QualifiedName table = name_of(*statement.relation);
  facts.touch(word, table, Action::create);
  if (text_of(statement.relation->relpersistence) == "t") facts.session_change();
  for (const Node* parent : nodes(statement.n_inh_relations, statement.inh_relations)) {
    if (relation_of(parent) == nullptr) continue;
    const bool partition = statement.partbound != nullptr;
    if (partition) facts.spare_descendants();
    facts.lock(name_of(*relation_of(parent)),
               partition ? LockMode::access_exclusive : LockMode::share_update_exclusive);
    facts.touch("table", name_of(*relation_of(parent)), Action::alter);
  }
  for (const Node* element : nodes(statement.n_table_elts, statement.table_elts))
    table_element(*element, table, facts);
  table_constraints(nodes(statement.n_constraints, statement.constraints), table, facts);
  if (statement.of_typename != nullptr) {
    facts.lock(name_of(*statement.of_typename), LockMode::access_share);
    facts.touch("type", name_of(*statement.of_typename), Action::read);
  }
}

// What is created inside CREATE SCHEMA belongs to that schema.
void lower_create_schema(const PgQuery__CreateSchemaStmt& statement, FactsBuilder& facts) {
  std::string schema = text_of(statement.schemaname);
  if (schema.empty() && statement.authrole != nullptr)
    schema = text_of(statement.authrole->rolename);
  facts.touch("schema", {{}, schema}, Action::create);
  std::set<QualifiedName> created;
  for (const Node* element : nodes(statement.n_schema_elts, statement.schema_elts)) {
    FactsBuilder inner;
    lower_statement(*element, inner);
    const StatementFacts found = std::move(inner).finish();
    for (const ObjectTouched& object : found.objects) {
      QualifiedName name = object.name;
      if (object.action == Action::create) {
        created.insert(name);
        if (name.schema.empty()) name.schema = schema;
      }
      facts.touch(object.kind, name, object.action);
    }
    for (const RelationLock& lock : found.locks)
      if (!created.contains(lock.relation)) facts.lock(lock.relation, lock.mode);
  }
}

void lower_sequence(const PgQuery__RangeVar* sequence, Nodes options, bool creates,
                    FactsBuilder& facts) {
  if (sequence == nullptr) return;
  facts.touch("sequence", name_of(*sequence), creates ? Action::create : Action::alter);
  if (!creates) facts.lock(name_of(*sequence), LockMode::share_row_exclusive);
  if (creates && text_of(sequence->relpersistence) == "t") facts.session_change();
  const PgQuery__DefElem* owner = option(options, "owned_by");
  if (owner == nullptr) return;
  // OWNED BY table.column; OWNED BY NONE is a single word.
  const Nodes column = items_of(owner->arg);
  if (column.size() < 2) return;
  const QualifiedName table = name_of(column.first(column.size() - 1));
  facts.lock(table, LockMode::access_share);
  facts.touch("table", table, Action::other);
}

} // namespace slipway::sql
