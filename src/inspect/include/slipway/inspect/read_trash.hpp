#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::inspect {

/// A table or a column that a soft drop has put aside.
struct TrashItem {
  std::uint32_t relation = 0; ///< OID of the table, or of the table that the column is in
  int column = 0;             ///< its number; 0: the whole table
  QualifiedName table;        ///< where it is now
  std::string column_name;    ///< as it is called now
  std::int64_t bytes = 0;     ///< of the table; of a column nobody can tell: 0

  /// The name that says to whom it belongs: of the schema, or of the column.
  const std::string& trash_name() const { return column == 0 ? table.schema : column_name; }
  /// For people: "table public.users", "column public.users.email".
  std::string was() const;
  /// "ALTER TABLE public.users DROP COLUMN slipway_trash_...".
  std::string drop_sql() const;
};

struct Trash {
  std::vector<TrashItem> items;     ///< tables first
  std::vector<std::string> schemas; ///< of the trash; also those that are empty by now
};

/// What is in the trash. Errors: sql, connection, cancelled.
Result<Trash> read_trash(pg::Session& session, const Wait& wait);

} // namespace slipway::inspect
