#include "facts/session_change.hpp"

#include "lex/lexer.hpp"
#include "lex/words.hpp"

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

} // namespace slipway::sql
