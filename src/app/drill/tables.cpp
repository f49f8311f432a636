// What there is to be written to.
#include "tables.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::app::drill {

namespace {

constexpr const char* k_columns = R"(
SELECT c.oid, n.nspname, c.relname,
       EXISTS (SELECT FROM pg_catalog.pg_constraint AS f WHERE f.contype = 'f' AND f.confrelid = c.oid) AS referenced,
       a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       COALESCE(b.typname, t.typname) AS base,
       CASE WHEN COALESCE(b.typcategory, t.typcategory) = 'A' THEN 'A' ELSE COALESCE(b.typtype, t.typtype)::text END AS kind,
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier,
       a.attnotnull OR t.typnotnull AS not_null,
       a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default,
       a.attgenerated <> '' AS is_generated,
       EXISTS (SELECT FROM pg_catalog.pg_index AS i
                WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS in_key,
       EXISTS (SELECT FROM pg_catalog.pg_index AS i
                WHERE i.indrelid = c.oid AND (i.indisunique OR i.indexprs IS NOT NULL) AND a.attnum = ANY (i.indkey))
         OR EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
                     WHERE k.conrelid = c.oid AND a.attnum = ANY (k.conkey)) AS is_bound,
       (SELECT pg_catalog.json_agg(m[1])
          FROM pg_catalog.pg_constraint AS k,
               LATERAL pg_catalog.regexp_matches(pg_catalog.pg_get_constraintdef(k.oid), '''([^'']*)''::', 'g') AS m
         WHERE k.contype = 'c'
           AND ((k.conrelid = c.oid AND a.attnum = ANY (k.conkey)) OR (k.contypid = a.atttypid AND k.contypid <> 0))) AS literals,
       rn.nspname AS to_schema, rc.relname AS to_table, ra.attname AS to_column
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype AND t.typtype = 'd'
  LEFT JOIN LATERAL (SELECT f.confrelid, f.confkey[pg_catalog.array_position(f.conkey, a.attnum)] AS number
                       FROM pg_catalog.pg_constraint AS f
                      WHERE f.contype = 'f' AND f.conrelid = c.oid AND a.attnum = ANY (f.conkey)
                      ORDER BY f.oid LIMIT 1) AS f ON true
  LEFT JOIN pg_catalog.pg_class AS rc ON rc.oid = f.confrelid
  LEFT JOIN pg_catalog.pg_namespace AS rn ON rn.oid = rc.relnamespace
  LEFT JOIN pg_catalog.pg_attribute AS ra ON ra.attrelid = f.confrelid AND ra.attnum = f.number
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND n.nspname <> ALL (ARRAY['pg_catalog', 'information_schema', $1]::name[]) AND n.nspname !~ '^pg_t'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.oid, a.attnum)";

std::vector<std::string> texts_in(std::string_view json) {
  std::vector<std::string> texts;
  if (json.empty()) return texts;
  for (const auto& one : nlohmann::json::parse(json))
    if (one.is_string()) texts.push_back(one);
  return texts;
}

Column column_from(const pg::Rows& rows, std::size_t row) {
  Column one;
  one.number = rows.integer(row, 4);
  one.name = rows.text(row, 5);
  one.type = rows.text(row, 6);
  one.base = rows.text(row, 7);
  one.kind = rows.text(row, 8);
  one.modifier = rows.integer(row, 9);
  one.not_null = rows.boolean(row, 10);
  one.has_default = rows.boolean(row, 11);
  one.is_generated = rows.boolean(row, 12);
  one.in_key = rows.boolean(row, 13);
  one.is_bound = rows.boolean(row, 14);
  one.literals = texts_in(rows.text(row, 15));
  if (!rows.is_null(row, 17))
    one.reference =
        Reference{.table = {std::string(rows.text(row, 16)), std::string(rows.text(row, 17))},
                  .column = std::string(rows.text(row, 18))};
  return one;
}

} // namespace

bool Table::has_key() const {
  return std::any_of(columns.begin(), columns.end(), [](const auto& one) { return one.in_key; });
}

const Column* Table::free_text() const {
  const auto found = std::find_if(columns.begin(), columns.end(), [](const Column& one) {
    return (one.type == "text" || one.type == "character varying") && !one.is_bound &&
           !one.is_generated;
  });
  return found == columns.end() ? nullptr : &*found;
}

Result<std::vector<Table>> read_tables(pg::Session& session, const std::string& history_schema,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_columns), {history_schema}, wait));
  std::vector<Table> tables;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (tables.empty() || tables.back().oid != rows.integer(row, 0))
      tables.push_back({.oid = rows.integer(row, 0),
                        .name = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))},
                        .is_referenced = rows.boolean(row, 3)});
    tables.back().columns.push_back(column_from(rows, row));
  }
  return tables;
}

OldNames::OldNames(const std::vector<Table>& tables) {
  for (const auto& table : tables) {
    auto& known = by_number_[table.oid];
    known.name = table.name;
    for (const auto& column : table.columns) known.columns[column.number] = column.name;
  }
}

const OldNames::Known* OldNames::known(const Table& table) const {
  if (const auto found = by_number_.find(table.oid); found != by_number_.end())
    return &found->second;
  return nullptr;
}

const QualifiedName* OldNames::table(const Table& table) const {
  if (const auto* found = known(table)) return &found->name;
  for (const auto& [number, one] : by_number_)
    if (one.name == table.name) return &one.name;
  return nullptr;
}

std::string OldNames::column(const Table& table, const Column& column) const {
  const auto* found = known(table);
  if (found == nullptr) return column.name;
  const auto at = found->columns.find(column.number);
  return at == found->columns.end() ? column.name : at->second;
}

bool OldNames::has_column(const Table& table, const Column& column) const {
  const auto* found = known(table);
  return found == nullptr || found->columns.contains(column.number);
}

} // namespace slipway::app::drill
