#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::replay {

/// A column that is there; dropped ones are left out.
struct Column {
  int number = 0; ///< attnum
  std::string name;
  std::string type; ///< with schema and modifiers, as a cast may name it
  /// A type of the system's whose values compare without a collation, so that its text can be read
  /// in any database of the same server.
  bool plain = false;
  bool computed = false; ///< GENERATED ALWAYS AS (expression)
  std::string identity;  ///< "", "a" (ALWAYS) or "d" (BY DEFAULT)
  std::string fallback;  ///< the default as an expression; empty: none
  bool operator==(const Column&) const = default;
};

/// A table, a partition or the root of partitions.
struct Relation {
  std::uint32_t id = 0; ///< OID
  QualifiedName name;
  bool partitioned = false;
  bool partition = false; ///< of another one, so its rows are read through the root
  bool unlogged = false;
  std::string replica_identity; ///< "d", "n", "f" or "i"
  std::vector<Column> columns;
  /// The numbers of the columns of each unique index that can tell rows apart: no NULLs, no
  /// expression, no predicate. The primary key first, then the narrowest.
  std::vector<std::vector<int>> keys;

  const Column* column(int number) const;
  const Column* column(std::string_view column_name) const;
  bool operator==(const Relation&) const = default;
};

/// The tables of a database by their numbers, which renaming leaves alone: what tells later which
/// table and column is which. Members of extensions and temporary tables are left out.
struct RelationMap {
  std::vector<Relation> relations; ///< by id

  const Relation* relation(std::uint32_t id) const;
  const Relation* relation(const QualifiedName& name) const;
  bool operator==(const RelationMap&) const = default;
};

/// Reads it. Inside a transaction it sees what that did so far, and leaves its settings as they
/// were. Errors: sql, connection, cancelled; unsupported when a name is no UTF-8.
Result<RelationMap> read_relation_map(pg::Session& session, const Wait& wait);

/// One line of JSON.
std::string to_json(const RelationMap& map);
/// What to_json wrote. Errors: source.
Result<RelationMap> relation_map_from_json(std::string_view json);

} // namespace slipway::replay
