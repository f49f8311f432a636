#pragma once

#include "slipway/base/sql_text.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app::drill {

struct Reference {
  QualifiedName table;
  std::string column;
};

/// What has to be known of a column to make up a value for it.
struct Column {
  std::int64_t number = 0;
  std::string name;
  std::string type; ///< as the server writes it, with its length
  std::string base; ///< name of the type below a domain
  std::string kind; ///< its typtype: "b", "e", "r" ...; "A" for an array
  std::int64_t modifier = -1;
  bool not_null = false;
  bool has_default = false; ///< or an identity
  bool is_generated = false;
  bool in_key = false;
  bool is_bound = false;             ///< by a unique index, a check or a foreign key
  std::vector<std::string> literals; ///< texts in the checks on it: one of them is likely allowed
  std::optional<Reference> reference;
};

struct Table {
  std::int64_t oid = 0;
  QualifiedName name;
  bool is_referenced = false;
  std::vector<Column> columns;
  bool has_key() const;
  /// A text column that nothing restricts; null when there is none.
  const Column* free_text() const;
};

/// Ordinary and partitioned tables that are no partitions, without those of extensions and of the
/// history. Errors: sql.
Result<std::vector<Table>> read_tables(pg::Session& session, const std::string& history_schema,
                                       const Wait& wait);

/// How values are made up: what one table refuses another one takes.
struct Recipe {
  bool small_values = false;
  bool needed_only = false; ///< nothing for columns that may be NULL
};
const std::vector<Recipe>& recipes();

/// What tables and columns were called before the migration, by their numbers: what is written is
/// remembered under those names.
class OldNames {
public:
  OldNames() = default;
  explicit OldNames(const std::vector<Table>& tables);
  /// Null for a table that was not there. After the swap of databases all numbers are new, and the
  /// names are the old ones again.
  const QualifiedName* table(const Table& table) const;
  std::string column(const Table& table, const Column& column) const;
  bool has_column(const Table& table, const Column& column) const;

private:
  struct Known {
    QualifiedName name;
    std::map<std::int64_t, std::string> columns;
  };
  const Known* known(const Table& table) const;
  std::map<std::int64_t, Known> by_number_;
};

/// jsonb of the key's old names and its values as text. Precondition: table.has_key().
std::string key_expression(const Table& table, const OldNames& names);

/// INSERT of one row that is made up of the number $1; nothing where a column that must have a
/// value is of a type for which none is known. It returns the key where there is one.
std::optional<std::string> insert_text(const Table& table, const Recipe& recipe,
                                       const OldNames& names);

} // namespace slipway::app::drill
