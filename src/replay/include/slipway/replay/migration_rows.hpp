#pragma once

#include "slipway/base/sql_text.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace slipway::replay {

/// Rows of the old schema that the migration itself wrote or removed: a replay does not carry what
/// it did, so they may differ.
struct MigrationRows {
  std::map<QualifiedName, std::set<std::string>> keys; ///< in one form
  std::set<QualifiedName> emptied;                     ///< by TRUNCATE

  /// `key` is JSON, in any form.
  void add(const QualifiedName& table, std::string_view key);
  void add(const MigrationRows& more);
  bool has(const QualifiedName& table, std::string_view key) const;
};

} // namespace slipway::replay
