// The trash as the catalog has it.
#include "slipway/inspect/read_trash.hpp"

#include "slipway/schema/trash.hpp"

#include <algorithm>

namespace slipway::inspect {

namespace {

constexpr const char* k_items = R"sql(
SELECT c.oid::bigint, 0, n.nspname, c.relname, ''::pg_catalog.name, pg_catalog.pg_total_relation_size(c.oid)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname OPERATOR(pg_catalog.~) '^slipway_trash_[0-9]{14}_'
UNION ALL
SELECT c.oid::bigint, a.attnum, n.nspname, c.relname, a.attname, 0
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind IN ('r', 'p') AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
  AND a.attname OPERATOR(pg_catalog.~) '^slipway_trash_[0-9]{14}_'
  AND n.nspname OPERATOR(pg_catalog.!~) '^slipway_trash_[0-9]{14}_'
ORDER BY 2, 3, 4
)sql";

constexpr const char* k_schemas =
    "SELECT n.nspname FROM pg_catalog.pg_namespace AS n "
    "WHERE n.nspname OPERATOR(pg_catalog.~) '^slipway_trash_[0-9]{14}_' ORDER BY 1";

} // namespace

std::string TrashItem::was() const {
  const auto origin = std::string(schema::trash_origin(trash_name()));
  if (column == 0) return "table " + origin + "." + table.name;
  return "column " + table.schema + "." + table.name + "." + origin;
}

std::string TrashItem::drop_sql() const {
  if (column == 0) return "DROP TABLE " + table.quoted();
  return "ALTER TABLE " + table.quoted() + " DROP COLUMN " + quote_identifier(column_name);
}

Result<Trash> read_trash(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_items), {}, wait));
  Trash trash;
  for (std::size_t row = 0; row < rows.size(); ++row)
    trash.items.push_back(
        {.relation = static_cast<std::uint32_t>(rows.integer(row, 0)),
         .column = static_cast<int>(rows.integer(row, 1)),
         .table = {std::string(rows.text(row, 2)), std::string(rows.text(row, 3))},
         .column_name = std::string(rows.text(row, 4)),
         .bytes = rows.integer(row, 5)});
  SLIPWAY_ASSIGN(const auto schemas, session.query(SqlText(k_schemas), {}, wait));
  for (std::size_t row = 0; row < schemas.size(); ++row)
    trash.schemas.emplace_back(schemas.text(row, 0));
  return trash;
}

} // namespace slipway::inspect
