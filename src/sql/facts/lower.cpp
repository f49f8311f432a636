#include "facts/lower.hpp"

#include "facts/query_walker.hpp"

namespace slipway::sql {

namespace {

bool lower_tables(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_CREATE_STMT:
    lower_create_table(*node.create_stmt, "table", facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
    lower_create_table(*node.create_foreign_table_stmt->base_stmt, "foreign table", facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
    lower_create_schema(*node.create_schema_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
    lower_alter_table(*node.alter_table_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT: {
    const PgQuery__CreateSeqStmt& create = *node.create_seq_stmt;
    lower_sequence(create.sequence, nodes(create.n_options, create.options), true, facts);
    return true;
  }
  case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT: {
    const PgQuery__AlterSeqStmt& alter = *node.alter_seq_stmt;
    lower_sequence(alter.sequence, nodes(alter.n_options, alter.options), false, facts);
    return true;
  }
  case PG_QUERY__NODE__NODE_INDEX_STMT:
    lower_create_index(*node.index_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_REINDEX_STMT:
    lower_reindex(*node.reindex_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CLUSTER_STMT:
    lower_cluster(*node.cluster_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_VACUUM_STMT:
    lower_vacuum(*node.vacuum_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
    lower_truncate(*node.truncate_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_VIEW_STMT:
    lower_view(*node.view_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    lower_create_table_as(*node.create_table_as_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
    lower_refresh(*node.refresh_mat_view_stmt, facts);
    return true;
  default:
    return false;
  }
}

bool lower_any_object(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_DROP_STMT:
    lower_drop(*node.drop_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_RENAME_STMT:
    lower_rename(*node.rename_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
    lower_set_schema(*node.alter_object_schema_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_OBJECT_DEPENDS_STMT:
    lower_depends(*node.alter_object_depends_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT:
    lower_owner(*node.alter_owner_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_COMMENT_STMT:
    lower_remark(node.comment_stmt->objtype, node.comment_stmt->object, facts);
    return true;
  case PG_QUERY__NODE__NODE_SEC_LABEL_STMT:
    lower_remark(node.sec_label_stmt->objtype, node.sec_label_stmt->object, facts);
    return true;
  case PG_QUERY__NODE__NODE_GRANT_STMT:
    lower_grant(*node.grant_stmt, facts);
    return true;
  default:
    return false;
  }
}

bool lower_attached(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
    lower_trigger(*node.create_trig_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_RULE_STMT:
    lower_rule(*node.rule_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
    lower_create_policy(*node.create_policy_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
    lower_alter_policy(*node.alter_policy_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
    lower_create_statistics(*node.create_stats_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT: {
    const PgQuery__CreatePublicationStmt& create = *node.create_publication_stmt;
    lower_publication(nodes(create.n_pubobjects, create.pubobjects), create.pubname, Action::create,
                      facts);
    return true;
  }
  case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT: {
    const PgQuery__AlterPublicationStmt& alter = *node.alter_publication_stmt;
    lower_publication(nodes(alter.n_pubobjects, alter.pubobjects), alter.pubname, Action::alter,
                      facts);
    return true;
  }
  default:
    return false;
  }
}

bool lower_queries(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_SELECT_STMT:
  case PG_QUERY__NODE__NODE_INSERT_STMT:
  case PG_QUERY__NODE__NODE_UPDATE_STMT:
  case PG_QUERY__NODE__NODE_DELETE_STMT:
  case PG_QUERY__NODE__NODE_MERGE_STMT:
  case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
    QueryWalker(facts, Runs::now).walk(&node);
    return true;
  case PG_QUERY__NODE__NODE_PREPARE_STMT:
    QueryWalker(facts, Runs::later).walk(node.prepare_stmt->query);
    return true;
  case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
    lower_explain(*node.explain_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_COPY_STMT:
    lower_copy(*node.copy_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_LOCK_STMT:
    lower_lock_table(*node.lock_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_CALL_STMT:
    if (node.call_stmt->funccall != nullptr) {
      const PgQuery__FuncCall& call = *node.call_stmt->funccall;
      facts.touch("procedure", name_of(nodes(call.n_funcname, call.funcname)), Action::other);
      for (const Node* argument : nodes(call.n_args, call.args))
        walk_expression(facts, Runs::now, argument);
    }
    return true;
  default:
    return false;
  }
}

} // namespace

void lower_statement(const Node& statement, FactsBuilder& facts) {
  const bool done = lower_tables(statement, facts) || lower_any_object(statement, facts) ||
                    lower_attached(statement, facts) || lower_queries(statement, facts);
  if (!done) lower_other_object(statement, facts);
}

} // namespace slipway::sql
