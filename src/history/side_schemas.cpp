#include "slipway/history/side_schemas.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

namespace {

constexpr const char* k_there = R"sql(
SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.=) $1::name AND c.relname OPERATOR(pg_catalog.=) 'side_schema'
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
)sql";

} // namespace

std::string SideSchemas::table() const {
  return quote_identifier(schema_) + ".side_schema";
}

Status SideSchemas::prepare(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(session.execute(SqlText(fmt::format(R"sql(CREATE TABLE IF NOT EXISTS {} (
  run bigint NOT NULL,
  name text NOT NULL,
  beside text NOT NULL,
  kept_as text NOT NULL,
  swapped boolean NOT NULL DEFAULT false,
  backup text NOT NULL,
  foreign_keys text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (run, name)))sql",
                                                  table())),
                              wait));
  return {};
}

Result<std::vector<SideSchema>> SideSchemas::read(pg::Session& session,
                                                  const std::string& condition,
                                                  const std::vector<pg::Param>& params,
                                                  const Wait& wait) const {
  std::vector<SideSchema> found;
  SLIPWAY_ASSIGN(const auto there, session.query(SqlText(k_there), {schema_}, wait));
  if (!there.boolean(0, 0)) return found;
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format("SELECT s.run, s.name, s.beside, s.kept_as, s.swapped, s.backup, "
                              "s.foreign_keys FROM {} AS s{} ORDER BY s.run, s.name",
                              table(), condition)),
          params, wait));
  for (std::size_t row = 0; row < rows.size(); ++row)
    found.push_back({.run = rows.integer(row, 0),
                     .name = std::string(rows.text(row, 1)),
                     .beside = std::string(rows.text(row, 2)),
                     .kept_as = std::string(rows.text(row, 3)),
                     .swapped = rows.boolean(row, 4),
                     .backup = std::string(rows.text(row, 5)),
                     .foreign_keys = std::string(rows.text(row, 6))});
  return found;
}

Result<std::vector<SideSchema>> SideSchemas::all(pg::Session& session, const Wait& wait) const {
  return read(session, {}, {}, wait);
}

Result<std::vector<SideSchema>> SideSchemas::of(pg::Session& session, std::int64_t run,
                                                const Wait& wait) const {
  return read(session, " WHERE s.run OPERATOR(pg_catalog.=) $1::bigint", {std::to_string(run)},
              wait);
}

Status SideSchemas::add(pg::Session& session, const std::vector<SideSchema>& schemas,
                        const Wait& wait) const {
  const SqlText insert(fmt::format("INSERT INTO {} (run, name, beside, kept_as, backup, "
                                   "foreign_keys) VALUES ($1::bigint, $2, $3, $4, $5, $6)",
                                   table()));
  for (const auto& one : schemas)
    SLIPWAY_TRY(session.query(
        insert,
        {std::to_string(one.run), one.name, one.beside, one.kept_as, one.backup, one.foreign_keys},
        wait));
  return {};
}

Status SideSchemas::set_swapped(pg::Session& session, std::int64_t run, const Wait& wait) const {
  SLIPWAY_TRY(session.query(
      SqlText(fmt::format("UPDATE {} SET swapped = true WHERE run OPERATOR(pg_catalog.=) "
                          "$1::bigint",
                          table())),
      {std::to_string(run)}, wait));
  return {};
}

Status SideSchemas::forget(pg::Session& session, std::int64_t run, const Wait& wait) const {
  SLIPWAY_TRY(session.query(
      SqlText(fmt::format("DELETE FROM {} WHERE run OPERATOR(pg_catalog.=) $1::bigint", table())),
      {std::to_string(run)}, wait));
  return {};
}

std::vector<std::string> names_aside(const std::vector<SideSchema>& schemas) {
  std::vector<std::string> names;
  for (const auto& one : schemas) {
    const auto& name = one.swapped ? one.kept_as : one.beside;
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

} // namespace slipway::history
