#pragma once

#include "facts/builder.hpp"
#include "facts/tree.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::sql {

/// What becomes of a query that stands in a statement.
enum class Runs {
  now,    ///< it runs with the statement
  later,  ///< it is analysed only, as under EXPLAIN
  stored, ///< it is kept in the catalog with what it depends on, as a view's
};

/// Finds what queries read and write, with the locks that analysing and running them takes.
class QueryWalker {
public:
  QueryWalker(FactsBuilder& facts, Runs runs) : facts_(facts), runs_(runs) {}

  /// Any part of the tree; null is no part.
  void walk(const Node* node);
  void walk(Nodes list);
  void walk(const ProtobufCMessage& message);

private:
  void children(const ProtobufCMessage& message, const void* skip1 = nullptr,
                const void* skip2 = nullptr);
  void select(const PgQuery__SelectStmt& query);
  void with_clause(const PgQuery__WithClause* with);
  void write(const PgQuery__RangeVar* target);
  void lock_rows(const PgQuery__SelectStmt& query);
  void lock_rows_of(const Node* from_item, const std::vector<std::string>& names);
  void read(const PgQuery__RangeVar& relation);
  void function(const PgQuery__FuncCall& call);
  bool is_cte(const PgQuery__RangeVar& relation) const;

  FactsBuilder& facts_;
  Runs runs_;
  std::vector<std::string> ctes_; // names in scope, inner last
};

/// The sequences that nextval and its kin lock, and the session state that some functions set, in
/// an expression.
void walk_expression(FactsBuilder& facts, Runs runs, const Node* expression);

} // namespace slipway::sql
