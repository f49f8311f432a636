// The questions that filling a copy would ask, put to the database with the new schema.
#include "slipway/replay/foresee_parked.hpp"

#include "quiet_session.hpp"
#include "row_texts.hpp"
#include "stage.hpp"

#include <fmt/format.h>

namespace slipway::replay {

namespace {

class Foresight {
public:
  Foresight(pg::Session& origin, const ForeseeRequest& request, const Wait& wait)
      : origin_(origin), request_(request), wait_(wait) {}

  Status look(const CarryMap& map) {
    SLIPWAY_ASSIGN(since_, written_since(origin_, request_.snapshot, "slipway_row", wait_));
    for (const CarriedTable& table : map.tables)
      if (table.origin) SLIPWAY_TRY(look_at(table));
    for (const Relation& table : map.created) {
      SLIPWAY_ASSIGN(const std::int64_t rows,
                     number(" FROM " + std::string(table.partitioned ? "" : "ONLY ") +
                            table.name.quoted() + " AS slipway_row"));
      note(table.name, "the old schema has no such table", rows);
    }
    return {};
  }

  std::vector<ForeseenParking> found;

private:
  Status look_at(const CarriedTable& table) {
    const RowTexts texts(table);
    for (const std::string& function : texts.functions())
      SLIPWAY_TRY(origin_.execute(SqlText(function), wait_));
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
      const CarriedColumn& column = table.columns[place];
      if (!column.origin) {
        note_unknown(table, column);
        continue;
      }
      const std::string value = "slipway_row." + quote_identifier(column.origin->name);
      if (column.is_retyped()) {
        SLIPWAY_TRY(make_fits(table, place));
        SLIPWAY_TRY(count(table, texts,
                          fmt::format("NOT {}({})", fits(table, place), output_of(value)),
                          fmt::format("{} as {} cannot hold the value",
                                      quote_identifier(column.target.name), column.target.type)));
      }
      if (request_.not_null.contains({table.target.name, column.target.name}))
        SLIPWAY_TRY(count(table, texts, value + " IS NULL",
                          quote_identifier(column.target.name) + " may not be NULL"));
    }
    return {};
  }

  /// A value that nobody knows, in a column that must have one.
  void note_unknown(const CarriedTable& table, const CarriedColumn& column) {
    const bool needed = request_.not_null.contains({table.target.name, column.target.name});
    if (!needed || column.has_source() || !column.target.fallback.empty() ||
        !column.target.identity.empty())
      return;
    const auto inserted = request_.inserted.find(table.target.id);
    if (inserted == request_.inserted.end()) return;
    note(table.target.name,
         quote_identifier(column.target.name) + " was dropped, and may not be NULL",
         inserted->second);
  }

  Status count(const CarriedTable& table, const RowTexts& texts, const std::string& condition,
               const std::string& why) {
    SLIPWAY_ASSIGN(const std::int64_t rows,
                   number(texts.read_from() + since_.where() +
                          (since_.condition.empty() ? " WHERE " : " AND ") + condition));
    note(table.target.name, why, rows);
    return {};
  }

  void note(const QualifiedName& table, const std::string& why, std::int64_t rows) {
    if (rows > 0) found.push_back({table, why, rows});
  }

  static std::string fits(const CarriedTable& table, std::size_t place) {
    return fmt::format("pg_temp.slipway_fits_{}_{}", table.target.id, place);
  }
  Status make_fits(const CarriedTable& table, std::size_t place) {
    SLIPWAY_TRY(origin_.execute(
        SqlText(fmt::format(
            "CREATE OR REPLACE FUNCTION {}(v text) RETURNS boolean LANGUAGE plpgsql AS {}",
            fits(table, place),
            quote_literal(fmt::format("BEGIN PERFORM {}(v); RETURN true; EXCEPTION WHEN OTHERS "
                                      "THEN RETURN false; END",
                                      back_function(table, place))))),
        wait_));
    return {};
  }

  Result<std::int64_t> number(const std::string& from) {
    SLIPWAY_ASSIGN(const pg::Rows rows,
                   origin_.execute(SqlText("SELECT pg_catalog.count(*)" + from), wait_));
    return rows.integer(0, 0);
  }

  pg::Session& origin_;
  const ForeseeRequest& request_;
  const Wait& wait_;
  WrittenSince since_;
};

} // namespace

Result<std::vector<ForeseenParking>>
foresee_parked(pg::Session& origin, const ForeseeRequest& request, const Wait& wait) {
  // The copy would be what the database was.
  Maps maps{.before = request.before, .now = {}, .copy = request.before};
  SLIPWAY_ASSIGN(maps.now, read_relation_map(origin, wait));
  SLIPWAY_ASSIGN(const CarryMap map, make_carry_map(maps, {}, request.leave_out));
  SLIPWAY_ASSIGN(const std::string time_zone, time_zone_of(origin, wait));
  SLIPWAY_TRY(begin_comparing(origin, time_zone, wait));
  Foresight foresight(origin, request, wait);
  const Status looked = foresight.look(map);
  roll_back(origin);
  if (!looked) return fail(looked.error());
  return std::move(foresight.found);
}

} // namespace slipway::replay
