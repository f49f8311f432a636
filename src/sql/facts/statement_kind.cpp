// Command tags as CreateCommandTag of PostgreSQL 15 makes them, in lower case.
#include "facts/statement_kind.hpp"

#include "facts/object_word.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace slipway::sql {

namespace {

struct FixedTag {
  PgQuery__Node__NodeCase node;
  const char* tag;
  bool ddl;
};

constexpr FixedTag k_fixed[] = {
    {PG_QUERY__NODE__NODE_INSERT_STMT, "insert", false},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, "update", false},
    {PG_QUERY__NODE__NODE_DELETE_STMT, "delete", false},
    {PG_QUERY__NODE__NODE_MERGE_STMT, "merge", false},
    {PG_QUERY__NODE__NODE_COPY_STMT, "copy", false},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, "truncate table", false},
    {PG_QUERY__NODE__NODE_CALL_STMT, "call", false},
    {PG_QUERY__NODE__NODE_DO_STMT, "do", false},
    {PG_QUERY__NODE__NODE_EXPLAIN_STMT, "explain", false},
    {PG_QUERY__NODE__NODE_LOCK_STMT, "lock table", false},
    {PG_QUERY__NODE__NODE_PREPARE_STMT, "prepare", false},
    {PG_QUERY__NODE__NODE_EXECUTE_STMT, "execute", false},
    {PG_QUERY__NODE__NODE_DEALLOCATE_STMT, "deallocate", false},
    {PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT, "declare cursor", false},
    {PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT, "close cursor", false},
    {PG_QUERY__NODE__NODE_NOTIFY_STMT, "notify", false},
    {PG_QUERY__NODE__NODE_LISTEN_STMT, "listen", false},
    {PG_QUERY__NODE__NODE_UNLISTEN_STMT, "unlisten", false},
    {PG_QUERY__NODE__NODE_LOAD_STMT, "load", false},
    {PG_QUERY__NODE__NODE_CLUSTER_STMT, "cluster", false},
    {PG_QUERY__NODE__NODE_REINDEX_STMT, "reindex", false},
    {PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT, "refresh materialized view", false},
    {PG_QUERY__NODE__NODE_CHECK_POINT_STMT, "checkpoint", false},
    {PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT, "set constraints", false},
    {PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT, "show", false},
    {PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT, "alter system", false},
    {PG_QUERY__NODE__NODE_CREATE_STMT, "create table", true},
    {PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT, "create foreign table", true},
    {PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT, "create schema", true},
    {PG_QUERY__NODE__NODE_CREATE_SEQ_STMT, "create sequence", true},
    {PG_QUERY__NODE__NODE_ALTER_SEQ_STMT, "alter sequence", true},
    {PG_QUERY__NODE__NODE_INDEX_STMT, "create index", true},
    {PG_QUERY__NODE__NODE_VIEW_STMT, "create view", true},
    {PG_QUERY__NODE__NODE_RULE_STMT, "create rule", true},
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, "create trigger", true},
    {PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT, "create event trigger", true},
    {PG_QUERY__NODE__NODE_ALTER_EVENT_TRIG_STMT, "alter event trigger", true},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, "create policy", true},
    {PG_QUERY__NODE__NODE_ALTER_POLICY_STMT, "alter policy", true},
    {PG_QUERY__NODE__NODE_CREATE_STATS_STMT, "create statistics", true},
    {PG_QUERY__NODE__NODE_ALTER_STATS_STMT, "alter statistics", true},
    {PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT, "create publication", true},
    {PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT, "alter publication", true},
    {PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT, "create subscription", true},
    {PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT, "alter subscription", true},
    {PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT, "drop subscription", true},
    {PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT, "create type", true},
    {PG_QUERY__NODE__NODE_CREATE_ENUM_STMT, "create type", true},
    {PG_QUERY__NODE__NODE_CREATE_RANGE_STMT, "create type", true},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, "alter type", true},
    {PG_QUERY__NODE__NODE_ALTER_TYPE_STMT, "alter type", true},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, "create domain", true},
    {PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT, "alter domain", true},
    {PG_QUERY__NODE__NODE_COMMENT_STMT, "comment", true},
    {PG_QUERY__NODE__NODE_SEC_LABEL_STMT, "security label", true},
    {PG_QUERY__NODE__NODE_CREATE_ROLE_STMT, "create role", true},
    {PG_QUERY__NODE__NODE_ALTER_ROLE_STMT, "alter role", true},
    {PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT, "alter role", true},
    {PG_QUERY__NODE__NODE_DROP_ROLE_STMT, "drop role", true},
    {PG_QUERY__NODE__NODE_DROP_OWNED_STMT, "drop owned", true},
    {PG_QUERY__NODE__NODE_REASSIGN_OWNED_STMT, "reassign owned", true},
    {PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT, "alter default privileges", true},
    {PG_QUERY__NODE__NODE_CREATEDB_STMT, "create database", true},
    {PG_QUERY__NODE__NODE_DROPDB_STMT, "drop database", true},
    {PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT, "alter database", true},
    {PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT, "alter database", true},
    {PG_QUERY__NODE__NODE_ALTER_DATABASE_REFRESH_COLL_STMT, "alter database", true},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT, "create tablespace", true},
    {PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT, "drop tablespace", true},
    {PG_QUERY__NODE__NODE_ALTER_TABLE_SPACE_OPTIONS_STMT, "alter tablespace", true},
    {PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT, "create extension", true},
    {PG_QUERY__NODE__NODE_ALTER_EXTENSION_STMT, "alter extension", true},
    {PG_QUERY__NODE__NODE_ALTER_EXTENSION_CONTENTS_STMT, "alter extension", true},
    {PG_QUERY__NODE__NODE_CREATE_FDW_STMT, "create foreign data wrapper", true},
    {PG_QUERY__NODE__NODE_ALTER_FDW_STMT, "alter foreign data wrapper", true},
    {PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT, "create server", true},
    {PG_QUERY__NODE__NODE_ALTER_FOREIGN_SERVER_STMT, "alter server", true},
    {PG_QUERY__NODE__NODE_CREATE_USER_MAPPING_STMT, "create user mapping", true},
    {PG_QUERY__NODE__NODE_ALTER_USER_MAPPING_STMT, "alter user mapping", true},
    {PG_QUERY__NODE__NODE_DROP_USER_MAPPING_STMT, "drop user mapping", true},
    {PG_QUERY__NODE__NODE_IMPORT_FOREIGN_SCHEMA_STMT, "import foreign schema", true},
    {PG_QUERY__NODE__NODE_CREATE_CAST_STMT, "create cast", true},
    {PG_QUERY__NODE__NODE_CREATE_CONVERSION_STMT, "create conversion", true},
    {PG_QUERY__NODE__NODE_CREATE_OP_CLASS_STMT, "create operator class", true},
    {PG_QUERY__NODE__NODE_CREATE_OP_FAMILY_STMT, "create operator family", true},
    {PG_QUERY__NODE__NODE_ALTER_OP_FAMILY_STMT, "alter operator family", true},
    {PG_QUERY__NODE__NODE_ALTER_OPERATOR_STMT, "alter operator", true},
    {PG_QUERY__NODE__NODE_ALTER_TSDICTIONARY_STMT, "alter text search dictionary", true},
    {PG_QUERY__NODE__NODE_ALTER_TSCONFIGURATION_STMT, "alter text search configuration", true},
    {PG_QUERY__NODE__NODE_ALTER_COLLATION_STMT, "alter collation", true},
    {PG_QUERY__NODE__NODE_CREATE_TRANSFORM_STMT, "create transform", true},
    {PG_QUERY__NODE__NODE_CREATE_AM_STMT, "create access method", true},
    {PG_QUERY__NODE__NODE_CREATE_PLANG_STMT, "create language", true},
};

std::string transaction_tag(PgQuery__TransactionStmtKind kind) {
  switch (kind) {
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    return "begin";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
    return "start transaction";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    return "commit";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
    return "savepoint";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
    return "release";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
    return "prepare transaction";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
    return "commit prepared";
  case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
    return "rollback prepared";
  default:
    return "rollback";
  }
}

std::string discard_tag(PgQuery__DiscardMode mode) {
  switch (mode) {
  case PG_QUERY__DISCARD_MODE__DISCARD_PLANS:
    return "discard plans";
  case PG_QUERY__DISCARD_MODE__DISCARD_SEQUENCES:
    return "discard sequences";
  case PG_QUERY__DISCARD_MODE__DISCARD_TEMP:
    return "discard temp";
  default:
    return "discard all";
  }
}

std::string rename_tag(const PgQuery__RenameStmt& rename) {
  const bool of_part = rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN ||
                       rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE;
  return "alter " + altered_word(of_part ? rename.relation_type : rename.rename_type);
}

StatementKind created_from_query(const PgQuery__CreateTableAsStmt& create) {
  const bool matview = create.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
  return {matview ? "create materialized view" : "create table as", true};
}

StatementKind variable_tag(const Node& node) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_SELECT_STMT:
    if (node.select_stmt->into_clause != nullptr) return {"select into", true};
    return {"select", false};
  case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    return {transaction_tag(node.transaction_stmt->kind), false};
  case PG_QUERY__NODE__NODE_DISCARD_STMT:
    return {discard_tag(node.discard_stmt->target), false};
  case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT: {
    const auto kind = node.variable_set_stmt->kind;
    const bool reset = kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                       kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL;
    return {reset ? "reset" : "set", false};
  }
  case PG_QUERY__NODE__NODE_FETCH_STMT:
    return {node.fetch_stmt->ismove ? "move" : "fetch", false};
  case PG_QUERY__NODE__NODE_VACUUM_STMT:
    return {node.vacuum_stmt->is_vacuumcmd ? "vacuum" : "analyze", false};
  case PG_QUERY__NODE__NODE_GRANT_STMT:
    return {node.grant_stmt->is_grant ? "grant" : "revoke", true};
  case PG_QUERY__NODE__NODE_GRANT_ROLE_STMT:
    return {node.grant_role_stmt->is_grant ? "grant role" : "revoke role", true};
  case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    return created_from_query(*node.create_table_as_stmt);
  case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
    return {node.create_function_stmt->is_procedure ? "create procedure" : "create function", true};
  case PG_QUERY__NODE__NODE_DEFINE_STMT:
    return {"create " + object_word(node.define_stmt->kind), true};
  case PG_QUERY__NODE__NODE_DROP_STMT:
    return {"drop " + object_word(node.drop_stmt->remove_type), true};
  case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
    return {"alter " + object_word(node.alter_table_stmt->objtype), true};
  case PG_QUERY__NODE__NODE_ALTER_TABLE_MOVE_ALL_STMT:
    return {"alter " + object_word(node.alter_table_move_all_stmt->objtype), true};
  case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
    return {"alter " + object_word(node.alter_function_stmt->objtype), true};
  case PG_QUERY__NODE__NODE_RENAME_STMT:
    return {rename_tag(*node.rename_stmt), true};
  case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
    return {"alter " + altered_word(node.alter_object_schema_stmt->object_type), true};
  case PG_QUERY__NODE__NODE_ALTER_OBJECT_DEPENDS_STMT:
    return {"alter " + altered_word(node.alter_object_depends_stmt->object_type), true};
  case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT:
    return {"alter " + altered_word(node.alter_owner_stmt->object_type), true};
  default:
    return {};
  }
}

} // namespace

StatementKind kind_of(const Node& statement) {
  const auto fixed =
      std::find_if(std::begin(k_fixed), std::end(k_fixed),
                   [&](const FixedTag& entry) { return entry.node == statement.node_case; });
  if (fixed != std::end(k_fixed)) return {fixed->tag, fixed->ddl};
  return variable_tag(statement);
}

} // namespace slipway::sql
