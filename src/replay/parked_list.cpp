// What is parked, for those who look at it.
#include "parked_selection.hpp"

#include <fmt/format.h>
#include <optional>

namespace slipway::replay {

namespace {

Result<std::optional<Chosen>> find(pg::Session& session, const std::string& place,
                                   const ParkedSelection& which, const Wait& wait) {
  SLIPWAY_ASSIGN(const bool there, has_parked(session, place, wait));
  if (!there) return std::optional<Chosen>();
  SLIPWAY_ASSIGN(const auto mark,
                 session.query(SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a "
                                       "WHERE a.attrelid OPERATOR(pg_catalog.=) "
                                       "pg_catalog.to_regclass($1::text) AND a.attname "
                                       "OPERATOR(pg_catalog.=) 'reapplied_at')"),
                               {place}, wait));
  return std::optional<Chosen>(chosen(which, mark.boolean(0, 0)));
}

} // namespace

std::string parked_place(const std::string& history_schema) {
  return quote_identifier(history_schema) + ".parked";
}

Result<bool> has_parked(pg::Session& session, const std::string& place, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT pg_catalog.to_regclass($1::text) IS NOT NULL"), {place}, wait));
  return rows.boolean(0, 0);
}

Chosen chosen(const ParkedSelection& which, bool has_mark) {
  Chosen chosen{.text = has_mark ? "p.reapplied_at IS NULL" : "true", .params = {}};
  const auto add = [&](const char* column, const std::string& value) {
    chosen.params.emplace_back(value);
    chosen.text +=
        fmt::format(" AND p.{} OPERATOR(pg_catalog.=) ${}::text", column, chosen.params.size());
  };
  if (!which.run.empty()) add("run", which.run);
  if (!which.table) return chosen;
  add("table_name", which.table->name);
  if (!which.table->schema.empty()) add("schema_name", which.table->schema);
  return chosen;
}

Result<std::vector<ParkedGroup>> parked_groups(pg::Session& session,
                                               const std::string& history_schema,
                                               const ParkedSelection& which, const Wait& wait) {
  const auto place = parked_place(history_schema);
  SLIPWAY_ASSIGN(const auto where, find(session, place, which, wait));
  std::vector<ParkedGroup> groups;
  if (!where) return groups;
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText(fmt::format("SELECT p.run, p.schema_name, p.table_name, p.operation, "
                                        "p.message, pg_catalog.count(*) FROM {} AS p WHERE {} "
                                        "GROUP BY 1, 2, 3, 4, 5 ORDER BY pg_catalog.min(p.id)",
                                        place, where->text)),
                    where->params, wait));
  for (std::size_t row = 0; row < rows.size(); ++row)
    groups.push_back({.run = std::string(rows.text(row, 0)),
                      .table = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))},
                      .operation = std::string(rows.text(row, 3)),
                      .message = std::string(rows.text(row, 4)),
                      .rows = rows.integer(row, 5)});
  return groups;
}

Result<std::vector<ParkedText>> parked_texts(pg::Session& session,
                                             const std::string& history_schema,
                                             const ParkedSelection& which, std::int64_t limit,
                                             const Wait& wait) {
  const auto place = parked_place(history_schema);
  SLIPWAY_ASSIGN(auto where, find(session, place, which, wait));
  std::vector<ParkedText> texts;
  if (!where) return texts;
  where->params.emplace_back(std::to_string(limit));
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText(fmt::format("SELECT p.id, p.schema_name, p.table_name, p.operation, "
                                        "p.key, p.row, p.message FROM {} AS p WHERE {} ORDER BY "
                                        "p.id LIMIT ${}::bigint",
                                        place, where->text, where->params.size())),
                    where->params, wait));
  for (std::size_t row = 0; row < rows.size(); ++row)
    texts.push_back({.id = rows.integer(row, 0),
                     .table = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))},
                     .operation = std::string(rows.text(row, 3)),
                     .key = std::string(rows.text(row, 4)),
                     .row = std::string(rows.text(row, 5)),
                     .message = std::string(rows.text(row, 6))});
  return texts;
}

} // namespace slipway::replay
