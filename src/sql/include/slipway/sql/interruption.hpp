#pragma once

#include "slipway/base/sql_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sql {

/// What the catalog can tell of a statement that was sent outside a transaction and whose end
/// nobody has heard of.
enum class Trace {
  none,               ///< nothing: CALL, DO, and whatever is not understood
  repeatable,         ///< running it again gives the same: VACUUM, ANALYZE, ALTER SYSTEM ...
  index_built,        ///< CREATE INDEX CONCURRENTLY: the index is there and valid, or it is not
  index_dropped,      ///< DROP INDEX CONCURRENTLY
  indexes_rebuilt,    ///< REINDEX ... CONCURRENTLY: repeatable, once its leftovers are gone
  partition_detached, ///< ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY
  object_created,     ///< CREATE DATABASE and its kin: there or not
  object_dropped,     ///< DROP DATABASE and its kin
};

/// The stable name of a trace, for tests and messages: "index_built".
std::string_view trace_name(Trace trace);

/// What an index is, as far as the text says: enough to tell the one whose name the server chose.
struct IndexShape {
  bool unique = false;
  bool partial = false;
  std::string method;
  std::size_t keys = 0;
  /// The keys, then the INCLUDE columns; an expression is an empty text.
  std::vector<std::string> columns;
  bool operator==(const IndexShape&) const = default;
};

/// How to look for the trace of a statement.
struct Interruption {
  Trace trace = Trace::none;
  /// What `object` is: "index", "table", "schema", "database", "tablespace", "subscription",
  /// "prepared transaction". For indexes_rebuilt what is rebuilt.
  std::string kind;
  QualifiedName object; ///< an empty name: the server chooses it, or the whole database is meant
  QualifiedName table;  ///< of an index that is built, or the parent of a partition
  std::optional<IndexShape> shape; ///< of an index that is built, if the parser read it
};

} // namespace slipway::sql
