#pragma once

#include "slipway/sql/facts.hpp"

#include <map>
#include <string>

namespace slipway::sql {

/// Gathers the facts of one statement. Every lowering writes to it; nothing reads it but `finish`.
class FactsBuilder {
public:
  void kind(std::string tag) { facts_.kind = std::move(tag); }
  void schema_change() { facts_.is_schema_change = true; }
  void data_change() { facts_.is_data_change = true; }
  void session_change() { facts_.changes_session = true; }
  void concurrent_index() { facts_.is_concurrent_index = true; }
  void index(QualifiedName name) { facts_.index = std::move(name); }
  void safety(TransactionSafety safety, std::string why = {}) {
    facts_.transaction_safety = safety;
    facts_.unsafe_why = std::move(why);
  }
  /// Keeps the strongest mode.
  void partner_lock(LockMode mode);
  void spare_descendants() { facts_.spares_descendants = true; }
  /// Names the same object and action once.
  void touch(const std::string& object_kind, const QualifiedName& name, Action action);
  /// Keeps the strongest mode per relation.
  void lock(const QualifiedName& relation, LockMode mode);
  StatementFacts finish() &&;

private:
  StatementFacts facts_;
  std::map<QualifiedName, LockMode> locks_;
};

} // namespace slipway::sql
