// ALTER TABLE, ALTER INDEX, ALTER VIEW and the rest that the grammar reads as ALTER TABLE.
#include "facts/lower.hpp"
#include "facts/object_word.hpp"
#include "facts/query_walker.hpp"

#include <algorithm>
#include <array>

namespace slipway::sql {

namespace {

// Storage parameters whose change needs no more than SHARE UPDATE EXCLUSIVE (reloptions.c); all
// autovacuum_* too.
constexpr std::array<std::string_view, 7> k_weak_options = {
    "fillfactor", "toast_tuple_target",   "parallel_workers",           "vacuum_truncate",
    "n_distinct", "vacuum_index_cleanup", "log_autovacuum_min_duration"};

bool is_weak_option(const std::string& name) {
  return name.starts_with("autovacuum_") || name == "n_distinct_inherited" ||
         name == "deduplicate_items" ||
         std::find(k_weak_options.begin(), k_weak_options.end(), name) != k_weak_options.end();
}

LockMode options_lock(const Node* options) {
  for (const Node* item : items_of(options)) {
    if (item->node_case != PG_QUERY__NODE__NODE_DEF_ELEM ||
        !is_weak_option(text_of(item->def_elem->defname)))
      return LockMode::access_exclusive;
  }
  return LockMode::share_update_exclusive;
}

LockMode constraint_lock(const Node* definition) {
  const bool foreign_key = definition != nullptr &&
                           definition->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
                           definition->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN;
  return foreign_key ? LockMode::share_row_exclusive : LockMode::access_exclusive;
}

bool detaches_concurrently(const PgQuery__AlterTableCmd& command) {
  return command.def != nullptr && command.def->node_case == PG_QUERY__NODE__NODE_PARTITION_CMD &&
         command.def->partition_cmd->concurrent;
}

// AlterTableGetLockLevel of PostgreSQL 15.
LockMode command_lock(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
  case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize:
    return LockMode::share_update_exclusive;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
    return detaches_concurrently(command) ? LockMode::share_update_exclusive
                                          : LockMode::access_exclusive;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigAll:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigAll:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigUser:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigUser:
    return LockMode::share_row_exclusive;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
    return constraint_lock(command.def);
  case PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions:
    return options_lock(command.def);
  default:
    return LockMode::access_exclusive;
  }
}

// What happens to foreign keys of the table locks their other ends (tablecmds.c of PostgreSQL 15).
void partners(const PgQuery__AlterTableCmd& command, FactsBuilder& facts) {
  switch (command.subtype) {
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
    facts.partner_lock(LockMode::access_exclusive);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
    facts.partner_lock(LockMode::share_row_exclusive);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
    facts.partner_lock(LockMode::row_share);
    break;
  default:
    break;
  }
}

bool is_about_one_table(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DropInherit:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRowSecurity:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRowSecurity:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ForceRowSecurity:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_NoForceRowSecurity:
    return true;
  default:
    return false;
  }
}

void constraint(const PgQuery__Constraint& added, const QualifiedName& table, FactsBuilder& facts) {
  if (added.contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN && added.pktable != nullptr) {
    facts.lock(name_of(*added.pktable), LockMode::share_row_exclusive);
    facts.touch("table", name_of(*added.pktable), Action::other);
  }
  if (text_of(added.indexname).empty()) return;
  // USING INDEX: the index takes the constraint's name, and renaming it is what locks it more than
  // reading does.
  const QualifiedName index{table.schema, text_of(added.indexname)};
  const std::string name = text_of(added.conname);
  const bool renamed = !name.empty() && name != index.name;
  facts.lock(index, renamed ? LockMode::share_update_exclusive : LockMode::access_share);
  facts.touch("index", index, Action::alter);
}

void added_column(const PgQuery__ColumnDef& column, const QualifiedName& table,
                  FactsBuilder& facts) {
  for (const Node* node : nodes(column.n_constraints, column.constraints)) {
    if (node->node_case != PG_QUERY__NODE__NODE_CONSTRAINT) continue;
    constraint(*node->constraint, table, facts);
    // A volatile default is evaluated for every row there is.
    if (node->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT)
      walk_expression(facts, Runs::now, node->constraint->raw_expr);
  }
}

void partition(const PgQuery__AlterTableCmd& command, const char* word, FactsBuilder& facts) {
  const PgQuery__PartitionCmd& part = *command.def->partition_cmd;
  if (part.name == nullptr) return;
  facts.lock(name_of(*part.name), LockMode::access_exclusive);
  facts.touch(word, name_of(*part.name), Action::alter);
}

void other_relation(const PgQuery__RangeVar* relation, LockMode mode, FactsBuilder& facts) {
  if (relation == nullptr) return;
  facts.lock(name_of(*relation), mode);
  facts.touch("table", name_of(*relation), Action::other);
}

void own_index(const char* name, const QualifiedName& table, LockMode mode, FactsBuilder& facts) {
  facts.lock({table.schema, text_of(name)}, mode);
  facts.touch("index", {table.schema, text_of(name)}, Action::other);
}

void command_details(const PgQuery__AlterTableCmd& command, const QualifiedName& table,
                     const char* word, FactsBuilder& facts) {
  const Node* definition = command.def;
  const auto is = [&](PgQuery__Node__NodeCase kind) {
    return definition != nullptr && definition->node_case == kind;
  };
  switch (command.subtype) {
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
    if (is(PG_QUERY__NODE__NODE_COLUMN_DEF)) added_column(*definition->column_def, table, facts);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
    walk_expression(facts, Runs::stored, definition);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
    if (is(PG_QUERY__NODE__NODE_CONSTRAINT)) constraint(*definition->constraint, table, facts);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize:
    if (is(PG_QUERY__NODE__NODE_PARTITION_CMD)) partition(command, word, facts);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
    other_relation(relation_of(definition), LockMode::share_update_exclusive, facts);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_DropInherit:
    other_relation(relation_of(definition), LockMode::access_share, facts);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_AddOf:
    if (is(PG_QUERY__NODE__NODE_TYPE_NAME))
      facts.lock(name_of(*definition->type_name), LockMode::access_share);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn:
    own_index(command.name, table, LockMode::share_update_exclusive, facts);
    break;
  case PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity:
    if (is(PG_QUERY__NODE__NODE_REPLICA_IDENTITY_STMT) &&
        !text_of(definition->replica_identity_stmt->name).empty())
      own_index(definition->replica_identity_stmt->name, table, LockMode::share, facts);
    break;
  default:
    break;
  }
}

} // namespace

void lower_alter_table(const PgQuery__AlterTableStmt& statement, FactsBuilder& facts) {
  const QualifiedName table = name_of(*statement.relation);
  const std::string word = object_word(statement.objtype);
  facts.touch(word, table, Action::alter);
  bool one_table = true;
  for (const Node* node : nodes(statement.n_cmds, statement.cmds)) {
    if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) continue;
    one_table = one_table && is_about_one_table(*node->alter_table_cmd);
    partners(*node->alter_table_cmd, facts);
    facts.lock(table, command_lock(*node->alter_table_cmd));
    command_details(*node->alter_table_cmd, table, word.c_str(), facts);
  }
  if (one_table || !statement.relation->inh) facts.spare_descendants();
}

} // namespace slipway::sql
