#include "facts/transaction_safety.hpp"

#include <fmt/format.h>

namespace slipway::sql {

namespace {

SafetyVerdict refused(std::string_view what) {
  return {TransactionSafety::unsafe, fmt::format("{} cannot run inside a transaction block", what)};
}

SafetyVerdict transaction_command(const PgQuery__TransactionStmt& statement) {
  switch (statement.kind) {
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
    return refused("COMMIT PREPARED");
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
    return refused("ROLLBACK PREPARED");
  default:
    return {TransactionSafety::control, {}};
  }
}

SafetyVerdict reindex(const PgQuery__ReindexStmt& statement) {
  switch (statement.kind) {
  case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
    return refused("REINDEX SCHEMA");
  case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
    return refused("REINDEX SYSTEM");
  case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE:
    return refused("REINDEX DATABASE");
  default:
    break;
  }
  if (option_is_on(nodes(statement.n_params, statement.params), "concurrently", false))
    return refused("REINDEX CONCURRENTLY");
  return {};
}

SafetyVerdict alter_table(const PgQuery__AlterTableStmt& statement) {
  for (const Node* node : nodes(statement.n_cmds, statement.cmds)) {
    if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) continue;
    const PgQuery__AlterTableCmd& command = *node->alter_table_cmd;
    const bool concurrent = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition &&
                            command.def != nullptr &&
                            command.def->node_case == PG_QUERY__NODE__NODE_PARTITION_CMD &&
                            command.def->partition_cmd->concurrent;
    if (concurrent) return refused("ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY");
  }
  return {};
}

SafetyVerdict create_subscription(const PgQuery__CreateSubscriptionStmt& statement) {
  const Nodes options = nodes(statement.n_options, statement.options);
  const bool connects = option_is_on(options, "connect", true);
  if (option_is_on(options, "create_slot", connects))
    return refused("CREATE SUBSCRIPTION that creates a replication slot");
  return {};
}

SafetyVerdict alter_subscription(const PgQuery__AlterSubscriptionStmt& statement) {
  const Nodes options = nodes(statement.n_options, statement.options);
  switch (statement.kind) {
  case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_REFRESH:
    return refused("ALTER SUBSCRIPTION ... REFRESH");
  case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_SET_PUBLICATION:
  case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_ADD_PUBLICATION:
  case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_DROP_PUBLICATION:
    if (option_is_on(options, "refresh", true))
      return refused("ALTER SUBSCRIPTION that refreshes its publications");
    return {};
  case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_OPTIONS:
    // Both change the slot on the publisher, from PostgreSQL 17 on.
    if (option(options, "failover") != nullptr || option(options, "two_phase") != nullptr)
      return refused("ALTER SUBSCRIPTION that changes its replication slot");
    return {};
  default:
    return {};
  }
}

SafetyVerdict do_block(const PgQuery__DoStmt& statement) {
  const PgQuery__DefElem* body = option(nodes(statement.n_args, statement.args), "as");
  if (body == nullptr || !body_ends_transactions(string_of(body->arg))) return {};
  return {TransactionSafety::unsafe,
          "the DO block commits or rolls back by itself, which fails inside a transaction block"};
}

SafetyVerdict alter_database(const PgQuery__AlterDatabaseStmt& statement) {
  if (option(nodes(statement.n_options, statement.options), "tablespace") == nullptr) return {};
  return refused("ALTER DATABASE ... SET TABLESPACE");
}

} // namespace

SafetyVerdict transaction_safety(const Node& node) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    return transaction_command(*node.transaction_stmt);
  case PG_QUERY__NODE__NODE_CREATEDB_STMT:
    return refused("CREATE DATABASE");
  case PG_QUERY__NODE__NODE_DROPDB_STMT:
    return refused("DROP DATABASE");
  case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT:
    return alter_database(*node.alter_database_stmt);
  case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
    return refused("CREATE TABLESPACE");
  case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
    return refused("DROP TABLESPACE");
  case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
    return refused("ALTER SYSTEM");
  case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
    return create_subscription(*node.create_subscription_stmt);
  case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
    return alter_subscription(*node.alter_subscription_stmt);
  case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
    return refused("DROP SUBSCRIPTION with a replication slot");
  case PG_QUERY__NODE__NODE_INDEX_STMT:
    return node.index_stmt->concurrent ? refused("CREATE INDEX CONCURRENTLY") : SafetyVerdict{};
  case PG_QUERY__NODE__NODE_DROP_STMT:
    return node.drop_stmt->concurrent ? refused("DROP INDEX CONCURRENTLY") : SafetyVerdict{};
  case PG_QUERY__NODE__NODE_REINDEX_STMT:
    return reindex(*node.reindex_stmt);
  case PG_QUERY__NODE__NODE_VACUUM_STMT:
    return node.vacuum_stmt->is_vacuumcmd ? refused("VACUUM") : SafetyVerdict{};
  case PG_QUERY__NODE__NODE_CLUSTER_STMT:
    return node.cluster_stmt->relation == nullptr ? refused("CLUSTER without a table")
                                                  : SafetyVerdict{};
  case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
    return alter_table(*node.alter_table_stmt);
  case PG_QUERY__NODE__NODE_DISCARD_STMT:
    if (node.discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL)
      return refused("DISCARD ALL");
    return {};
  case PG_QUERY__NODE__NODE_CALL_STMT:
    return {TransactionSafety::unsafe,
            "a procedure may commit by itself, which fails inside a transaction block"};
  case PG_QUERY__NODE__NODE_DO_STMT:
    return do_block(*node.do_stmt);
  default:
    return {};
  }
}

} // namespace slipway::sql
