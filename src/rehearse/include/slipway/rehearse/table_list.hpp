#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace slipway::rehearse {

using ObjectNumber = std::int64_t;

struct TableColumn {
  std::int64_t number = 0; ///< attnum
  std::string name;
  std::string type; ///< with its modifiers
  bool generated = false;
  std::vector<std::string> attributes; ///< of a composite type
};

/// A table that can hold rows itself.
struct TableFacts {
  ObjectNumber id = 0;
  QualifiedName name;
  ObjectNumber file = 0; ///< changes when the table is written anew
  ObjectNumber root = 0; ///< of a partition: the topmost table, else 0
  bool has_pages = false;
  std::vector<TableColumn> columns;

  std::string path() const; ///< "table public.users"
  std::string column_path(const std::string& column) const;
  const TableColumn* column_of_number(std::int64_t number) const;
  const TableColumn* column_named(const std::string& name) const;
};

/// All tables of a database as one moment has them, but for system, temporary and extensions' ones.
struct TableList {
  std::map<ObjectNumber, TableFacts> tables;
  std::map<ObjectNumber, QualifiedName> roots; ///< of partition trees

  const TableFacts* named(const QualifiedName& name) const;
  /// The leaves below a root.
  std::vector<const TableFacts*> leaves_of(ObjectNumber root) const;
  /// The root of that name, or 0.
  ObjectNumber root_named(const QualifiedName& name) const;
};

/// Errors: as pg::Session. The session's search_path should be empty, so that types have their
/// schema.
Result<TableList> read_tables(pg::Session& session, const Wait& wait);

} // namespace slipway::rehearse
