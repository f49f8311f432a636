// Renames, moves, owners, comments and grants: statements that change what is said of an object of
// any kind.
#include "facts/lower.hpp"
#include "facts/object_word.hpp"

namespace slipway::sql {

namespace {

void alter_relation(const PgQuery__RangeVar& relation, const std::string& word, LockMode mode,
                    FactsBuilder& facts) {
  facts.lock(name_of(relation), mode);
  facts.touch(word, name_of(relation), Action::alter);
}

} // namespace

void lower_rename(const PgQuery__RenameStmt& statement, FactsBuilder& facts) {
  const PgQuery__ObjectType type = statement.rename_type;
  if (statement.relation == nullptr) {
    facts.touch(altered_word(type), object_name(statement.object), Action::alter);
    return;
  }
  const bool part = type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN ||
                    type == PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE;
  const bool index = type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;
  const std::string word = part                ? object_word(statement.relation_type)
                           : is_relation(type) ? object_word(type)
                                               : std::string("table");
  if (lives_on_relation(type))
    facts.touch(object_word(type), {{}, text_of(statement.subname)}, Action::alter);
  if (!part) facts.spare_descendants();
  alter_relation(*statement.relation, word,
                 index ? LockMode::share_update_exclusive : LockMode::access_exclusive, facts);
}

void lower_set_schema(const PgQuery__AlterObjectSchemaStmt& statement, FactsBuilder& facts) {
  const std::string word = object_word(statement.object_type);
  facts.spare_descendants();
  if (statement.relation != nullptr)
    alter_relation(*statement.relation, word, LockMode::access_exclusive, facts);
  else
    facts.touch(word, object_name(statement.object), Action::alter);
}

void lower_depends(const PgQuery__AlterObjectDependsStmt& statement, FactsBuilder& facts) {
  const std::string word = object_word(statement.object_type);
  if (statement.relation == nullptr || lives_on_relation(statement.object_type))
    facts.touch(word, object_name(statement.object), Action::alter);
  if (statement.relation == nullptr) return;
  if (lives_on_relation(statement.object_type))
    facts.lock(name_of(*statement.relation), LockMode::access_share);
  else
    alter_relation(*statement.relation, word, LockMode::access_exclusive, facts);
}

void lower_owner(const PgQuery__AlterOwnerStmt& statement, FactsBuilder& facts) {
  facts.touch(object_word(statement.object_type), object_name(statement.object), Action::alter);
}

void lower_remark(PgQuery__ObjectType type, const Node* object, FactsBuilder& facts) {
  const Nodes parts = items_of(object);
  const bool constraint = type == PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT;
  if (type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT) {
    if (!parts.empty()) facts.touch("domain", object_name(parts[0]), Action::alter);
  } else if (is_relation(type)) {
    facts.lock(object_name(object), LockMode::share_update_exclusive);
    facts.touch(object_word(type), object_name(object), Action::alter);
  } else if (parts.size() > 1 && type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN) {
    facts.lock(name_of(parts.first(parts.size() - 1)), LockMode::share_update_exclusive);
    facts.touch("table", name_of(parts.first(parts.size() - 1)), Action::alter);
  } else if (parts.size() > 1 && (constraint || lives_on_relation(type))) {
    facts.lock(name_of(parts.first(parts.size() - 1)), LockMode::access_share);
    facts.touch(object_word(type), {{}, string_of(parts.back())}, Action::alter);
  } else {
    facts.touch(object_word(type), object_name(object), Action::alter);
  }
}

void lower_grant(const PgQuery__GrantStmt& statement, FactsBuilder& facts) {
  if (statement.targtype != PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT) return;
  for (const Node* object : nodes(statement.n_objects, statement.objects))
    facts.touch(object_word(statement.objtype), object_name(object), Action::alter);
}

} // namespace slipway::sql
