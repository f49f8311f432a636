// DROP of anything, and TRUNCATE.
#include "facts/lower.hpp"
#include "facts/object_word.hpp"

namespace slipway::sql {

namespace {

QualifiedName dropped_name(PgQuery__ObjectType type, const Node* object) {
  Nodes parts = items_of(object);
  switch (type) {
  case PG_QUERY__OBJECT_TYPE__OBJECT_OPCLASS:
  case PG_QUERY__OBJECT_TYPE__OBJECT_OPFAMILY:
    return parts.empty() ? QualifiedName{} : name_of(parts.subspan(1));
  case PG_QUERY__OBJECT_TYPE__OBJECT_CAST:
    return parts.size() < 2
               ? QualifiedName{}
               : QualifiedName{{},
                               object_name(parts[0]).name + " as " + object_name(parts[1]).name};
  case PG_QUERY__OBJECT_TYPE__OBJECT_TRANSFORM:
    return parts.size() < 2
               ? QualifiedName{}
               : QualifiedName{{}, object_name(parts[0]).name + " for " + string_of(parts[1])};
  default:
    return object_name(object);
  }
}

} // namespace

void lower_drop(const PgQuery__DropStmt& statement, FactsBuilder& facts) {
  const std::string word = object_word(statement.remove_type);
  if (statement.concurrent) facts.concurrent_index();
  if (statement.remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE ||
      statement.remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA)
    facts.partner_lock(LockMode::access_exclusive);
  for (const Node* object : nodes(statement.n_objects, statement.objects)) {
    if (lives_on_relation(statement.remove_type)) {
      const Nodes parts = items_of(object);
      if (parts.size() < 2) continue;
      const QualifiedName relation = name_of(parts.first(parts.size() - 1));
      facts.lock(relation, LockMode::access_exclusive);
      facts.touch(word, {{}, string_of(parts.back())}, Action::drop);
      facts.touch("table", relation, Action::alter);
      continue;
    }
    const QualifiedName name = dropped_name(statement.remove_type, object);
    facts.touch(word, name, Action::drop);
    if (is_relation(statement.remove_type))
      facts.lock(name, statement.concurrent ? LockMode::share_update_exclusive
                                            : LockMode::access_exclusive);
  }
}

void lower_truncate(const PgQuery__TruncateStmt& statement, FactsBuilder& facts) {
  facts.data_change();
  if (statement.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
    facts.partner_lock(LockMode::access_exclusive);
  for (const Node* node : nodes(statement.n_relations, statement.relations)) {
    if (relation_of(node) == nullptr) continue;
    facts.lock(name_of(*relation_of(node)), LockMode::access_exclusive);
    facts.touch("table", name_of(*relation_of(node)), Action::write);
  }
}

} // namespace slipway::sql
