// The table of parked rows.
#include "slipway/replay/parked.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr std::array<std::string_view, 4> k_operations = {"insert", "update", "delete", "truncate"};
/// Rows sent in one round trip.
constexpr std::size_t k_batch = 500;

constexpr std::string_view k_table = R"sql(
CREATE SCHEMA IF NOT EXISTS {0};
CREATE TABLE IF NOT EXISTS {0}.parked (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text NOT NULL,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  operation text NOT NULL,
  key jsonb,
  row jsonb,
  sqlstate text NOT NULL,
  message text NOT NULL,
  position text NOT NULL DEFAULT '',
  parked_at timestamptz NOT NULL DEFAULT pg_catalog.now()
))sql";

pg::Param or_null(const std::string& text) {
  return text.empty() ? pg::Param() : pg::Param(text);
}

ParkedOperation operation_called(std::string_view name) {
  const auto at = std::find(k_operations.begin(), k_operations.end(), name);
  return at == k_operations.end()
             ? ParkedOperation::insert
             : static_cast<ParkedOperation>(std::distance(k_operations.begin(), at));
}

} // namespace

std::string_view operation_name(ParkedOperation operation) {
  return k_operations.at(static_cast<std::size_t>(operation));
}

std::string ParkedTable::place() const {
  return quote_identifier(schema_) + ".parked";
}

Status ParkedTable::create(const Wait& wait) {
  SLIPWAY_TRY(session_->execute(SqlText(fmt::format(k_table, quote_identifier(schema_))), wait));
  return {};
}

Status ParkedTable::forget(const QualifiedName& table, const Wait& wait) {
  SLIPWAY_TRY(session_->query(
      SqlText(
          "DELETE FROM " + place() +
          " WHERE run OPERATOR(pg_catalog.=) $1::text AND schema_name OPERATOR(pg_catalog.=) $2::text"
          " AND table_name OPERATOR(pg_catalog.=) $3::text"),
      {run_, table.schema, table.name}, wait));
  return {};
}

Status ParkedTable::forget_from(const std::string& position, const Wait& wait) {
  SLIPWAY_TRY(session_->query(SqlText("DELETE FROM " + place() +
                                      " WHERE run OPERATOR(pg_catalog.=) $1::text AND position "
                                      "OPERATOR(pg_catalog.=) $2::text"),
                              {run_, position}, wait));
  return {};
}

Status ParkedTable::add(const std::vector<ParkedRow>& rows, const Wait& wait) {
  const SqlText insert(
      "INSERT INTO " + place() +
      " (run, schema_name, table_name, operation, key, row, sqlstate, message, position)"
      " VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, $9)");
  for (std::size_t first = 0; first < rows.size(); first += k_batch) {
    std::vector<pg::Query> batch;
    for (std::size_t at = first; at < std::min(first + k_batch, rows.size()); ++at) {
      const ParkedRow& row = rows[at];
      batch.push_back(
          {insert,
           {run_, row.table.schema, row.table.name, std::string(operation_name(row.operation)),
            or_null(row.key), or_null(row.row), row.sqlstate, row.message, row.position}});
    }
    SLIPWAY_TRY(session_->pipeline(batch, wait));
  }
  return {};
}

Result<std::int64_t> ParkedTable::add_selected(const ParkedRow& sample, const std::string& select,
                                               const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session_->query(
          SqlText(
              "INSERT INTO " + place() +
              " (run, schema_name, table_name, operation, sqlstate, message, position, key, row)"
              " SELECT $1, $2, $3, $4, $5, $6, $7, " +
              select),
          {run_, sample.table.schema, sample.table.name,
           std::string(operation_name(sample.operation)), sample.sqlstate, sample.message,
           sample.position},
          wait));
  return rows.affected();
}

Result<std::vector<ParkedRow>> ParkedTable::read(const std::string& condition,
                                                 std::vector<pg::Param> params, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session_->query(SqlText("SELECT schema_name, table_name, operation, key, row, sqlstate,"
                              " message, position FROM " +
                              place() + " WHERE run OPERATOR(pg_catalog.=) $1::text" + condition +
                              " ORDER BY id"),
                      params, wait));
  std::vector<ParkedRow> parked;
  for (std::size_t row = 0; row < rows.size(); ++row)
    parked.push_back({.table = {std::string(rows.text(row, 0)), std::string(rows.text(row, 1))},
                      .operation = operation_called(rows.text(row, 2)),
                      .key = std::string(rows.text(row, 3)),
                      .row = std::string(rows.text(row, 4)),
                      .sqlstate = std::string(rows.text(row, 5)),
                      .message = std::string(rows.text(row, 6)),
                      .position = std::string(rows.text(row, 7))});
  return parked;
}

Result<std::vector<ParkedRow>> ParkedTable::all(const Wait& wait) {
  return read("", {run_}, wait);
}

Result<std::vector<ParkedRow>> ParkedTable::of(const QualifiedName& table, const Wait& wait) {
  return read(
      " AND schema_name OPERATOR(pg_catalog.=) $2::text AND table_name OPERATOR(pg_catalog.=) $3::text",
      {run_, table.schema, table.name}, wait);
}

Result<std::int64_t> ParkedTable::count(const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session_->query(SqlText("SELECT pg_catalog.count(*) FROM " + place() +
                                         " WHERE run OPERATOR(pg_catalog.=) $1::text"),
                                 {run_}, wait));
  return rows.integer(0, 0);
}

Result<std::int64_t> ParkedTable::count_of(const QualifiedName& table, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session_->query(
          SqlText(
              "SELECT pg_catalog.count(*) FROM " + place() +
              " WHERE run OPERATOR(pg_catalog.=) $1::text AND schema_name OPERATOR(pg_catalog.=) $2::text"
              " AND table_name OPERATOR(pg_catalog.=) $3::text"),
          {run_, table.schema, table.name}, wait));
  return rows.integer(0, 0);
}

} // namespace slipway::replay
