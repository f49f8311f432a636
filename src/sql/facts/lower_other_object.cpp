// Statements about objects that are no relations. Only the names: but for members of extensions
// none of them locks a relation it names.
#include "facts/lower.hpp"
#include "facts/object_word.hpp"
#include "facts/query_walker.hpp"

namespace slipway::sql {

namespace {

void named(FactsBuilder& facts, const char* word, const char* name, Action action) {
  facts.touch(word, {{}, text_of(name)}, action);
}

void routine(const PgQuery__CreateFunctionStmt& statement, FactsBuilder& facts) {
  facts.touch(statement.is_procedure ? "procedure" : "function",
              name_of(nodes(statement.n_funcname, statement.funcname)), Action::create);
  QueryWalker(facts, Runs::stored).walk(statement.sql_body);
}

bool types_and_routines(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
    routine(*node.create_function_stmt, facts);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
    facts.touch(object_word(node.alter_function_stmt->objtype),
                name_of(nodes(node.alter_function_stmt->func->n_objname,
                              node.alter_function_stmt->func->objname)),
                Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_DEFINE_STMT:
    facts.touch(object_word(node.define_stmt->kind),
                name_of(nodes(node.define_stmt->n_defnames, node.define_stmt->defnames)),
                Action::create);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
    facts.touch(
        "type",
        name_of(nodes(node.create_enum_stmt->n_type_name, node.create_enum_stmt->type_name)),
        Action::create);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
    facts.touch("type",
                name_of(nodes(node.alter_enum_stmt->n_type_name, node.alter_enum_stmt->type_name)),
                Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
    facts.touch(
        "type",
        name_of(nodes(node.create_range_stmt->n_type_name, node.create_range_stmt->type_name)),
        Action::create);
    return true;
  case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
    facts.touch("type", name_of(*node.composite_type_stmt->typevar), Action::create);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_TYPE_STMT:
    facts.touch("type",
                name_of(nodes(node.alter_type_stmt->n_type_name, node.alter_type_stmt->type_name)),
                Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
    facts.touch(
        "domain",
        name_of(nodes(node.create_domain_stmt->n_domainname, node.create_domain_stmt->domainname)),
        Action::create);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
    facts.touch(
        "domain",
        name_of(nodes(node.alter_domain_stmt->n_type_name, node.alter_domain_stmt->type_name)),
        Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_STATS_STMT:
    facts.touch("statistics",
                name_of(nodes(node.alter_stats_stmt->n_defnames, node.alter_stats_stmt->defnames)),
                Action::alter);
    return true;
  default:
    return false;
  }
}

bool cluster_wide(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_CREATEDB_STMT:
    named(facts, "database", node.createdb_stmt->dbname, Action::create);
    return true;
  case PG_QUERY__NODE__NODE_DROPDB_STMT:
    named(facts, "database", node.dropdb_stmt->dbname, Action::drop);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT:
    named(facts, "database", node.alter_database_stmt->dbname, Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT:
    named(facts, "database", node.alter_database_set_stmt->dbname, Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
    named(facts, "tablespace", node.create_table_space_stmt->tablespacename, Action::create);
    return true;
  case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
    named(facts, "tablespace", node.drop_table_space_stmt->tablespacename, Action::drop);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
    named(facts, "role", node.create_role_stmt->role, Action::create);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_ROLE_STMT:
    if (node.alter_role_stmt->role != nullptr)
      named(facts, "role", node.alter_role_stmt->role->rolename, Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
    if (node.alter_role_set_stmt->role != nullptr)
      named(facts, "role", node.alter_role_set_stmt->role->rolename, Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
    for (const Node* role : nodes(node.drop_role_stmt->n_roles, node.drop_role_stmt->roles))
      facts.touch("role", object_name(role), Action::drop);
    return true;
  case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
    named(facts, "subscription", node.create_subscription_stmt->subname, Action::create);
    return true;
  case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
    named(facts, "subscription", node.alter_subscription_stmt->subname, Action::alter);
    return true;
  case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
    named(facts, "subscription", node.drop_subscription_stmt->subname, Action::drop);
    return true;
  default:
    return false;
  }
}

void extensions(const Node& node, FactsBuilder& facts) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
    named(facts, "extension", node.create_extension_stmt->extname, Action::create);
    break;
  case PG_QUERY__NODE__NODE_ALTER_EXTENSION_STMT:
    named(facts, "extension", node.alter_extension_stmt->extname, Action::alter);
    break;
  case PG_QUERY__NODE__NODE_ALTER_EXTENSION_CONTENTS_STMT:
    named(facts, "extension", node.alter_extension_contents_stmt->extname, Action::alter);
    if (is_relation(node.alter_extension_contents_stmt->objtype))
      facts.lock(object_name(node.alter_extension_contents_stmt->object),
                 LockMode::share_update_exclusive);
    break;
  case PG_QUERY__NODE__NODE_CREATE_FDW_STMT:
    named(facts, "foreign data wrapper", node.create_fdw_stmt->fdwname, Action::create);
    break;
  case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
    named(facts, "server", node.create_foreign_server_stmt->servername, Action::create);
    break;
  case PG_QUERY__NODE__NODE_ALTER_FOREIGN_SERVER_STMT:
    named(facts, "server", node.alter_foreign_server_stmt->servername, Action::alter);
    break;
  case PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT:
    named(facts, "event trigger", node.create_event_trig_stmt->trigname, Action::create);
    break;
  case PG_QUERY__NODE__NODE_ALTER_EVENT_TRIG_STMT:
    named(facts, "event trigger", node.alter_event_trig_stmt->trigname, Action::alter);
    break;
  case PG_QUERY__NODE__NODE_CREATE_PLANG_STMT:
    named(facts, "language", node.create_plang_stmt->plname, Action::create);
    break;
  default:
    break;
  }
}

} // namespace

void lower_other_object(const Node& statement, FactsBuilder& facts) {
  if (!types_and_routines(statement, facts) && !cluster_wide(statement, facts))
    extensions(statement, facts);
}

} // namespace slipway::sql
