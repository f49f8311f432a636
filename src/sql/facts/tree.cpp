#include "facts/tree.hpp"

#include "lex/words.hpp"

#include <vector>

namespace slipway::sql {

std::string string_of(const Node* node) {
  if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_STRING) return {};
  return text_of(node->string->sval);
}

const PgQuery__RangeVar* relation_of(const Node* node) {
  if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_RANGE_VAR) return nullptr;
  return node->range_var;
}

QualifiedName name_of(const PgQuery__RangeVar& relation) {
  return {text_of(relation.schemaname), text_of(relation.relname)};
}

QualifiedName name_of(Nodes parts) {
  if (parts.empty()) return {};
  return {parts.size() > 1 ? string_of(parts[parts.size() - 2]) : std::string(),
          string_of(parts.back())};
}

QualifiedName name_of(const PgQuery__TypeName& type) {
  return name_of(nodes(type.n_names, type.names));
}

QualifiedName object_name(const Node* node) {
  if (node == nullptr) return {};
  switch (node->node_case) {
  case PG_QUERY__NODE__NODE_STRING:
    return {{}, string_of(node)};
  case PG_QUERY__NODE__NODE_LIST:
    return name_of(items_of(node));
  case PG_QUERY__NODE__NODE_TYPE_NAME:
    return name_of(*node->type_name);
  case PG_QUERY__NODE__NODE_RANGE_VAR:
    return name_of(*node->range_var);
  case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
    return name_of(nodes(node->object_with_args->n_objname, node->object_with_args->objname));
  case PG_QUERY__NODE__NODE_ROLE_SPEC:
    return {{}, text_of(node->role_spec->rolename)};
  default:
    return {};
  }
}

Nodes items_of(const Node* node) {
  if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_LIST) return {};
  return nodes(node->list->n_items, node->list->items);
}

const PgQuery__DefElem* option(Nodes options, std::string_view name) {
  for (const Node* node : options) {
    if (node->node_case == PG_QUERY__NODE__NODE_DEF_ELEM &&
        text_of(node->def_elem->defname) == name)
      return node->def_elem;
  }
  return nullptr;
}

bool option_is_on(Nodes options, std::string_view name, bool absent) {
  const PgQuery__DefElem* found = option(options, name);
  if (found == nullptr) return absent;
  if (found->arg == nullptr) return true;
  if (found->arg->node_case == PG_QUERY__NODE__NODE_INTEGER) return found->arg->integer->ival != 0;
  if (found->arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN)
    return found->arg->boolean->boolval != 0;
  const std::string value = string_of(found->arg);
  return !same_word(value, "false") && !same_word(value, "off") && value != "0";
}

std::string string_constant(const Node* node) {
  while (node != nullptr && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
    node = node->type_cast->arg;
  if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_A_CONST) return {};
  return node->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL
             ? text_of(node->a_const->sval->sval)
             : std::string();
}

QualifiedName name_in_literal(std::string_view literal) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    const char c = literal[i];
    if (c == '"' && quoted && i + 1 < literal.size() && literal[i + 1] == '"') {
      parts.back() += literal[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else if (c != ' ' || quoted) {
      parts.back() += quoted ? c : lower_ascii(c);
    }
  }
  const std::size_t n = parts.size();
  return {n > 1 ? parts[n - 2] : std::string(), parts[n - 1]};
}

} // namespace slipway::sql
