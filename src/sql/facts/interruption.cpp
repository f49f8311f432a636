// What an interrupted statement leaves in the catalog, by its form. Only statements that can end up
// outside a transaction are of interest: of all others the server keeps all or nothing, together
// with the journal's row.
#include "facts/interruption.hpp"

namespace slipway::sql {

namespace {

Interruption repeatable() {
  Interruption found;
  found.trace = Trace::repeatable;
  return found;
}

Interruption whole(Trace trace, const char* kind, const char* name) {
  Interruption found;
  found.trace = trace;
  found.kind = kind;
  found.object = {{}, text_of(name)};
  return found;
}

void add_columns(Nodes elements, std::vector<std::string>& columns) {
  for (const Node* element : elements)
    if (element->node_case == PG_QUERY__NODE__NODE_INDEX_ELEM)
      columns.push_back(text_of(element->index_elem->name));
}

Interruption index_built(const PgQuery__IndexStmt& statement) {
  Interruption found;
  if (!statement.concurrent) return found;
  found.trace = Trace::index_built;
  found.kind = "index";
  found.table = name_of(*statement.relation);
  // An index lives in its table's schema.
  found.object = {found.table.schema, text_of(statement.idxname)};
  IndexShape shape{.unique = statement.unique != 0,
                   .partial = statement.where_clause != nullptr,
                   .method = text_of(statement.access_method)};
  add_columns(nodes(statement.n_index_params, statement.index_params), shape.columns);
  shape.keys = shape.columns.size();
  add_columns(nodes(statement.n_index_including_params, statement.index_including_params),
              shape.columns);
  found.shape = std::move(shape);
  return found;
}

Interruption index_dropped(const PgQuery__DropStmt& statement) {
  Interruption found;
  if (!statement.concurrent || statement.n_objects != 1) return found;
  found.trace = Trace::index_dropped;
  found.kind = "index";
  found.object = object_name(statement.objects[0]);
  return found;
}

const char* rebuilt_kind(PgQuery__ReindexObjectType kind) {
  switch (kind) {
  case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX:
    return "index";
  case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE:
    return "table";
  case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
    return "schema";
  default:
    return "database";
  }
}

Interruption indexes_rebuilt(const PgQuery__ReindexStmt& statement) {
  if (!option_is_on(nodes(statement.n_params, statement.params), "concurrently", false))
    return repeatable();
  Interruption found;
  found.trace = Trace::indexes_rebuilt;
  found.kind = rebuilt_kind(statement.kind);
  if (statement.relation != nullptr)
    found.object = name_of(*statement.relation);
  else if (found.kind == "schema")
    found.object = {{}, text_of(statement.name)};
  return found;
}

Interruption partition_detached(const PgQuery__AlterTableStmt& statement) {
  for (const Node* node : nodes(statement.n_cmds, statement.cmds)) {
    if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) continue;
    const PgQuery__AlterTableCmd& command = *node->alter_table_cmd;
    if (command.subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition ||
        command.def == nullptr || command.def->node_case != PG_QUERY__NODE__NODE_PARTITION_CMD ||
        !command.def->partition_cmd->concurrent || command.def->partition_cmd->name == nullptr)
      continue;
    Interruption found;
    found.trace = Trace::partition_detached;
    found.kind = "table";
    found.object = name_of(*command.def->partition_cmd->name);
    found.table = name_of(*statement.relation);
    return found;
  }
  return {};
}

Interruption subscription_altered(const PgQuery__AlterSubscriptionStmt& statement) {
  const bool adds_to_a_list =
      statement.kind == PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_ADD_PUBLICATION ||
      statement.kind == PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_DROP_PUBLICATION;
  return adds_to_a_list ? Interruption{} : repeatable();
}

Interruption prepared_transaction(const PgQuery__TransactionStmt& statement) {
  const bool ends_one =
      statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED ||
      statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED;
  return ends_one ? whole(Trace::object_dropped, "prepared transaction", statement.gid)
                  : Interruption{};
}

Interruption of_cluster_wide(const Node& node) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_CREATEDB_STMT:
    return whole(Trace::object_created, "database", node.createdb_stmt->dbname);
  case PG_QUERY__NODE__NODE_DROPDB_STMT:
    return whole(Trace::object_dropped, "database", node.dropdb_stmt->dbname);
  case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
    return whole(Trace::object_created, "tablespace", node.create_table_space_stmt->tablespacename);
  case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
    return whole(Trace::object_dropped, "tablespace", node.drop_table_space_stmt->tablespacename);
  case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
    return whole(Trace::object_created, "subscription", node.create_subscription_stmt->subname);
  case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
    return whole(Trace::object_dropped, "subscription", node.drop_subscription_stmt->subname);
  case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
    return subscription_altered(*node.alter_subscription_stmt);
  case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    return prepared_transaction(*node.transaction_stmt);
  default:
    return {};
  }
}

} // namespace

std::string_view trace_name(Trace trace) {
  switch (trace) {
  case Trace::none:
    return "none";
  case Trace::repeatable:
    return "repeatable";
  case Trace::index_built:
    return "index_built";
  case Trace::index_dropped:
    return "index_dropped";
  case Trace::indexes_rebuilt:
    return "indexes_rebuilt";
  case Trace::partition_detached:
    return "partition_detached";
  case Trace::object_created:
    return "object_created";
  case Trace::object_dropped:
    return "object_dropped";
  }
  return {};
}

Interruption interruption_of(const Node& node) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_INDEX_STMT:
    return index_built(*node.index_stmt);
  case PG_QUERY__NODE__NODE_DROP_STMT:
    return index_dropped(*node.drop_stmt);
  case PG_QUERY__NODE__NODE_REINDEX_STMT:
    return indexes_rebuilt(*node.reindex_stmt);
  case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
    return partition_detached(*node.alter_table_stmt);
  case PG_QUERY__NODE__NODE_VACUUM_STMT:
  case PG_QUERY__NODE__NODE_CLUSTER_STMT:
  case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
  case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
  case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
  case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT:
    return repeatable();
  default:
    return of_cluster_wide(node);
  }
}

} // namespace slipway::sql
