#include "facts/session_change.hpp"

#include "lex/lexer.hpp"
#include "lex/words.hpp"

#include <algorithm>

namespace slipway::sql {

namespace {

bool setting(const PgQuery__VariableSetStmt& statement) {
  if (statement.is_local) return false;
  // SET TRANSACTION ends with the transaction; SET SESSION CHARACTERISTICS does not.
  const std::string name = text_of(statement.name);
  return name != "TRANSACTION" && name != "TRANSACTION SNAPSHOT";
}

// The bit of WITH HOLD among a cursor's options (CURSOR_OPT_HOLD of parsenodes.h).
constexpr int k_cursor_hold = 0x0020;

bool do_block(const PgQuery__DoStmt& statement) {
  const PgQuery__DefElem* body = option(nodes(statement.n_args, statement.args), "as");
  if (body == nullptr) return false;
  const std::string text = string_of(body->arg);
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next())
    if (token.kind == TokenKind::word && same_word(token.text(text), "set_config")) return true;
  return false;
}

bool is_set_config(const Node& target) {
  if (target.node_case != PG_QUERY__NODE__NODE_RES_TARGET || target.res_target->val == nullptr ||
      target.res_target->val->node_case != PG_QUERY__NODE__NODE_FUNC_CALL)
    return false;
  const PgQuery__FuncCall& call = *target.res_target->val->func_call;
  if (name_of(nodes(call.n_funcname, call.funcname)).name != "set_config") return false;
  const Nodes arguments = nodes(call.n_args, call.args);
  return std::all_of(arguments.begin(), arguments.end(), [](const Node* argument) {
    if (argument->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) argument = argument->type_cast->arg;
    return argument != nullptr && argument->node_case == PG_QUERY__NODE__NODE_A_CONST;
  });
}

// Nothing but set_config() of constants: any other call may do more than once what it does.
bool selects_settings(const PgQuery__SelectStmt& statement) {
  const Nodes targets = nodes(statement.n_target_list, statement.target_list);
  return !targets.empty() && statement.n_from_clause == 0 && statement.where_clause == nullptr &&
         statement.with_clause == nullptr && statement.into_clause == nullptr &&
         std::all_of(targets.begin(), targets.end(),
                     [](const Node* target) { return is_set_config(*target); });
}

} // namespace

bool changes_session(const Node& node) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
    return setting(*node.variable_set_stmt);
  case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
    return (node.declare_cursor_stmt->options & k_cursor_hold) != 0;
  case PG_QUERY__NODE__NODE_DO_STMT:
    return do_block(*node.do_stmt);
  case PG_QUERY__NODE__NODE_DISCARD_STMT:
  case PG_QUERY__NODE__NODE_PREPARE_STMT:
  case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
  case PG_QUERY__NODE__NODE_LISTEN_STMT:
  case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
  case PG_QUERY__NODE__NODE_LOAD_STMT:
    return true;
  default:
    return false;
  }
}

bool only_changes_session(const Node& node) {
  switch (node.node_case) {
  case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
    return setting(*node.variable_set_stmt);
  case PG_QUERY__NODE__NODE_SELECT_STMT:
    return selects_settings(*node.select_stmt);
  case PG_QUERY__NODE__NODE_PREPARE_STMT:
  case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
  case PG_QUERY__NODE__NODE_LISTEN_STMT:
  case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
  case PG_QUERY__NODE__NODE_LOAD_STMT:
    return true;
  default:
    return false;
  }
}

} // namespace slipway::sql
