// What a replay has to remember when it does not begin at the beginning.
#include "replay_state.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::replay {

namespace {

constexpr std::size_t k_rows_at_a_time = 10'000;

/// A table that was emptied is a row without a key. There may be a row twice, and no harm in it: an
/// index could not hold every key.
constexpr std::string_view k_tables = R"sql(
CREATE TABLE IF NOT EXISTS {0}.replayed_map (run text PRIMARY KEY, map text NOT NULL);
CREATE TABLE IF NOT EXISTS {0}.replayed_by_migration (
  run text NOT NULL, table_schema text NOT NULL, table_name text NOT NULL, key text))sql";

std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

ReplayState::ReplayState(const std::string& schema, std::string run)
    : schema_(quote_identifier(schema)), run_(std::move(run)) {
}

Status ReplayState::create(pg::Session& copy, const Wait& wait) const {
  SLIPWAY_TRY(copy.execute(SqlText(fmt::format(k_tables, schema_)), wait));
  return {};
}

Result<std::optional<ReplayState::Known>> ReplayState::read(pg::Session& copy,
                                                            const Wait& wait) const {
  SLIPWAY_ASSIGN(
      const pg::Rows map,
      copy.query(
          SqlText(fmt::format("SELECT map FROM {}.replayed_map WHERE run OPERATOR(pg_catalog.=) $1",
                              schema_)),
          {run_}, wait));
  if (map.size() == 0) return std::optional<Known>();
  Known known;
  if (!map.text(0, 0).empty()) {
    SLIPWAY_ASSIGN(known.map, relation_map_from_json(map.text(0, 0)));
  }
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 copy.query(SqlText(fmt::format("SELECT table_schema, table_name, key FROM "
                                                "{}.replayed_by_migration WHERE run "
                                                "OPERATOR(pg_catalog.=) $1",
                                                schema_)),
                            {run_}, wait));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const QualifiedName table{std::string(rows.text(row, 0)), std::string(rows.text(row, 1))};
    if (rows.is_null(row, 2))
      known.by_migration.emptied.insert(table);
    else
      known.by_migration.add(table, rows.text(row, 2));
  }
  return std::optional<Known>(std::move(known));
}

std::vector<pg::Query> ReplayState::changes(const std::optional<std::string>& map,
                                            const MigrationRows& rows) const {
  std::vector<pg::Query> queries;
  queries.push_back(
      {SqlText(fmt::format("INSERT INTO {}.replayed_map (run, map) VALUES ($1, $2) "
                           "ON CONFLICT (run) DO {}",
                           schema_, map ? "UPDATE SET map = excluded.map" : "NOTHING")),
       {run_, map.value_or("")}});
  nlohmann::json some = nlohmann::json::array();
  const auto put = [&] {
    if (some.empty()) return;
    queries.push_back(
        {SqlText(fmt::format("INSERT INTO {}.replayed_by_migration SELECT $1, r.value "
                             "OPERATOR(pg_catalog.->>) 0, r.value OPERATOR(pg_catalog.->>) 1, "
                             "r.value OPERATOR(pg_catalog.->>) 2 FROM "
                             "pg_catalog.jsonb_array_elements($2::jsonb) AS r(value)",
                             schema_)),
         {run_, dump(some)}});
    some = nlohmann::json::array();
  };
  for (const auto& [table, keys] : rows.keys)
    for (const auto& key : keys) {
      some.push_back({table.schema, table.name, key});
      if (some.size() == k_rows_at_a_time) put();
    }
  for (const auto& table : rows.emptied) some.push_back({table.schema, table.name, nullptr});
  put();
  return queries;
}

} // namespace slipway::replay
