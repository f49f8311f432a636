#include "facts/query_walker.hpp"

#include <algorithm>
#include <array>

namespace slipway::sql {

namespace {

// Each opens its sequence with ROW EXCLUSIVE when called.
constexpr std::array<std::string_view, 3> k_sequence_functions = {"nextval", "setval", "currval"};

// Hold a lock that outlives the transaction.
constexpr std::array<std::string_view, 4> k_session_lock_functions = {
    "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared"};

template<std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_true_constant(const Node* node) {
  while (node != nullptr && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
    node = node->type_cast->arg;
  if (node == nullptr || node->node_case != PG_QUERY__NODE__NODE_A_CONST) return false;
  const PgQuery__AConst& constant = *node->a_const;
  if (constant.val_case == PG_QUERY__A__CONST__VAL_BOOLVAL) return constant.boolval->boolval != 0;
  return constant.val_case == PG_QUERY__A__CONST__VAL_SVAL &&
         text_of(constant.sval->sval).starts_with("t");
}

} // namespace

void QueryWalker::walk(const Node* node) {
  if (node != nullptr) walk(node->base);
}

void QueryWalker::walk(Nodes list) {
  for (const Node* node : list) walk(node);
}

void QueryWalker::children(const ProtobufCMessage& message, const void* skip1, const void* skip2) {
  for_each_child(message, [&](const ProtobufCMessage& child) {
    if (&child != skip1 && &child != skip2) walk(child);
  });
}

void QueryWalker::walk(const ProtobufCMessage& message) {
  const ProtobufCMessageDescriptor* type = message.descriptor;
  const std::size_t scope = ctes_.size();
  if (type == &pg_query__select_stmt__descriptor) {
    select(reinterpret_cast<const PgQuery__SelectStmt&>(message));
  } else if (type == &pg_query__insert_stmt__descriptor) {
    const auto& insert = reinterpret_cast<const PgQuery__InsertStmt&>(message);
    with_clause(insert.with_clause);
    write(insert.relation);
    children(message, insert.with_clause, insert.relation);
  } else if (type == &pg_query__update_stmt__descriptor) {
    const auto& update = reinterpret_cast<const PgQuery__UpdateStmt&>(message);
    with_clause(update.with_clause);
    write(update.relation);
    children(message, update.with_clause, update.relation);
  } else if (type == &pg_query__delete_stmt__descriptor) {
    const auto& remove = reinterpret_cast<const PgQuery__DeleteStmt&>(message);
    with_clause(remove.with_clause);
    write(remove.relation);
    children(message, remove.with_clause, remove.relation);
  } else if (type == &pg_query__merge_stmt__descriptor) {
    const auto& merge = reinterpret_cast<const PgQuery__MergeStmt&>(message);
    with_clause(merge.with_clause);
    write(merge.relation);
    children(message, merge.with_clause, merge.relation);
  } else if (type == &pg_query__range_var__descriptor) {
    read(reinterpret_cast<const PgQuery__RangeVar&>(message));
  } else if (type == &pg_query__func_call__descriptor) {
    function(reinterpret_cast<const PgQuery__FuncCall&>(message));
    children(message);
  } else if (type != &pg_query__locking_clause__descriptor) {
    children(message);
  }
  ctes_.resize(scope);
}

void QueryWalker::with_clause(const PgQuery__WithClause* with) {
  if (with == nullptr) return;
  const Nodes list = nodes(with->n_ctes, with->ctes);
  // Without RECURSIVE a query sees the ones before it only: WITH t AS (SELECT FROM t) reads the
  // table t.
  if (with->recursive)
    for (const Node* cte : list) ctes_.push_back(text_of(cte->common_table_expr->ctename));
  for (const Node* cte : list) {
    walk(cte->common_table_expr->ctequery);
    if (!with->recursive) ctes_.push_back(text_of(cte->common_table_expr->ctename));
  }
}

void QueryWalker::select(const PgQuery__SelectStmt& query) {
  with_clause(query.with_clause);
  if (query.into_clause != nullptr && query.into_clause->rel != nullptr) {
    facts_.touch("table", name_of(*query.into_clause->rel), Action::create);
    facts_.schema_change();
    if (text_of(query.into_clause->rel->relpersistence) == "t") facts_.session_change();
  }
  children(query.base, query.with_clause, query.into_clause);
  lock_rows(query);
}

void QueryWalker::write(const PgQuery__RangeVar* target) {
  if (target == nullptr) return;
  facts_.lock(name_of(*target), LockMode::row_exclusive);
  facts_.touch("table", name_of(*target), Action::write);
  if (runs_ == Runs::now) facts_.data_change();
}

void QueryWalker::lock_rows(const PgQuery__SelectStmt& query) {
  for (const Node* clause : nodes(query.n_locking_clause, query.locking_clause)) {
    if (clause->node_case != PG_QUERY__NODE__NODE_LOCKING_CLAUSE) continue;
    std::vector<std::string> names;
    for (const Node* name :
         nodes(clause->locking_clause->n_locked_rels, clause->locking_clause->locked_rels))
      if (relation_of(name) != nullptr) names.push_back(text_of(relation_of(name)->relname));
    for (const Node* item : nodes(query.n_from_clause, query.from_clause))
      lock_rows_of(item, names);
  }
}

// Without names FOR UPDATE is for all that FROM brings in, sub-queries too.
void QueryWalker::lock_rows_of(const Node* from_item, const std::vector<std::string>& names) {
  if (from_item == nullptr) return;
  const auto meant = [&](const PgQuery__Alias* alias, const std::string& name) {
    const std::string known_as = alias == nullptr ? name : text_of(alias->aliasname);
    return names.empty() || std::find(names.begin(), names.end(), known_as) != names.end();
  };
  if (const PgQuery__RangeVar* relation = relation_of(from_item)) {
    if (!is_cte(*relation) && meant(relation->alias, text_of(relation->relname)))
      facts_.lock(name_of(*relation), LockMode::row_share);
  } else if (from_item->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
    lock_rows_of(from_item->join_expr->larg, names);
    lock_rows_of(from_item->join_expr->rarg, names);
  } else if (from_item->node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT) {
    const PgQuery__RangeSubselect& sub = *from_item->range_subselect;
    if (!meant(sub.alias, {}) || sub.subquery == nullptr) return;
    if (sub.subquery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) return;
    const PgQuery__SelectStmt& query = *sub.subquery->select_stmt;
    for (const Node* item : nodes(query.n_from_clause, query.from_clause)) lock_rows_of(item, {});
  }
}

bool QueryWalker::is_cte(const PgQuery__RangeVar& relation) const {
  return text_of(relation.schemaname).empty() &&
         std::find(ctes_.begin(), ctes_.end(), text_of(relation.relname)) != ctes_.end();
}

void QueryWalker::read(const PgQuery__RangeVar& relation) {
  if (is_cte(relation)) return;
  facts_.lock(name_of(relation), LockMode::access_share);
  facts_.touch("table", name_of(relation), Action::read);
}

void QueryWalker::function(const PgQuery__FuncCall& call) {
  const std::string name = name_of(nodes(call.n_funcname, call.funcname)).name;
  const Nodes arguments = nodes(call.n_args, call.args);
  if (runs_ != Runs::later && is_one_of(k_sequence_functions, name) && !arguments.empty()) {
    // Calling locks the sequence; storing the call locks it while the dependency is recorded.
    const QualifiedName sequence = name_in_literal(string_constant(arguments[0]));
    const bool called = runs_ == Runs::now;
    facts_.lock(sequence, called ? LockMode::row_exclusive : LockMode::access_share);
    facts_.touch("sequence", sequence, called ? Action::write : Action::read);
  }
  if (runs_ != Runs::now) return;
  const bool until_commit = arguments.size() > 2 && is_true_constant(arguments[2]);
  if ((name == "set_config" && !until_commit) || is_one_of(k_session_lock_functions, name))
    facts_.session_change();
}

void walk_expression(FactsBuilder& facts, Runs runs, const Node* expression) {
  QueryWalker(facts, runs).walk(expression);
}

} // namespace slipway::sql
