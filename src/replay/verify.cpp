// The proof that the copy holds what the new schema holds, as far as it can.
#include "slipway/replay/verify.hpp"

#include "quiet_session.hpp"
#include "verify_table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::replay {

namespace {

void tell_unchecked(const CarriedTable& table, VerifyReport& report) {
  if (!table.origin) {
    report.unchecked.push_back("table " + table.target.name.quoted() + " is not in the new schema");
    return;
  }
  for (const CarriedColumn& column : table.columns)
    if (!column.has_source())
      report.unchecked.push_back(fmt::format("column {} of {} is not in the new schema",
                                             quote_identifier(column.target.name),
                                             table.target.name.quoted()));
}

Status verify_created(pg::Session& origin, ParkedTable& parked, const Relation& table,
                      const VerifyRequest& request, VerifyReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::int64_t rows, parked.count_of(table.name, wait));
  SLIPWAY_ASSIGN(
      const pg::Rows count,
      origin.execute(SqlText("SELECT pg_catalog.count(*) FROM " +
                             std::string(table.partitioned ? "" : "ONLY ") + table.name.quoted()),
                     wait));
  VerifiedTable found{.table = table.name};
  found.rows_in_new = count.integer(0, 0);
  found.parked = std::min(found.rows_in_new, rows);
  if (request.created_rows_are_parked) {
    found.unexplained = found.rows_in_new - found.parked;
    if (found.unexplained > 0) report.unexplained.push_back({table.name, {}, false, true});
  } else {
    report.unchecked.push_back("table " + table.name.quoted() + " is in the new schema only");
  }
  report.tables.push_back(found);
  return {};
}

Status compare_all(const VerifyScene& scene, ParkedTable& parked, const CarryMap& map,
                   VerifyReport& report, const Wait& wait) {
  for (const CarriedTable& table : map.tables) {
    tell_unchecked(table, report);
    if (!table.origin) continue;
    SLIPWAY_ASSIGN(const std::vector<ParkedRow> rows, parked.of(table.target.name, wait));
    SLIPWAY_TRY(verify_table(scene, rows, table, report, wait));
  }
  for (const Relation& table : map.created)
    SLIPWAY_TRY(verify_created(scene.origin, parked, table, scene.request, report, wait));
  return {};
}

/// Hashes are taken over the bytes of the server.
Status check_encodings(pg::Session& origin, pg::Session& copy) {
  if (origin.parameter("server_encoding") == copy.parameter("server_encoding")) return {};
  return fail(ErrorCode::unsupported, "the two databases have different encodings");
}

Status compare_from(const Seen* seen, const ReadView& origin, pg::Session& copy,
                    ParkedTable& parked, const CarryMap& map, const VerifyRequest& request,
                    VerifyReport& report, const Wait& wait) {
  VerifyScene scene{origin.session(), copy, request, seen};
  if (seen != nullptr) {
    SLIPWAY_ASSIGN(scene.written_in_new,
                   written_since(origin.session(), seen->origin, "slipway_row", wait));
    SLIPWAY_ASSIGN(scene.written_in_copy, written_since(copy, seen->copy, "o", wait));
  }
  report.seen.origin = origin.snapshot();
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 copy.execute(SqlText("SELECT pg_catalog.pg_current_snapshot()::text"), wait));
  report.seen.copy = rows.text(0, 0);
  return compare_all(scene, parked, map, report, wait);
}

Result<VerifyReport> compare_in_view(const Seen* seen, const ReadView& origin, pg::Session& copy,
                                     ParkedTable& parked, const CarryMap& map,
                                     const VerifyRequest& request, const Wait& wait) {
  SLIPWAY_TRY(check_encodings(origin.session(), copy));
  VerifyReport report;
  const auto depth = depth_of(copy);
  SLIPWAY_TRY(begin_comparing(copy, origin.time_zone(), wait));
  Status done = compare_from(seen, origin, copy, parked, map, request, report, wait);
  roll_back(copy, depth);
  if (!done) return fail(std::move(done).error());
  return report;
}

} // namespace

bool VerifyReport::is_good() const {
  return std::all_of(tables.begin(), tables.end(),
                     [](const VerifiedTable& table) { return table.unexplained == 0; });
}

Result<VerifyReport> verify(const ReadView& origin, pg::Session& copy, ParkedTable& parked,
                            const CarryMap& map, const VerifyRequest& request, const Wait& wait) {
  return compare_in_view(nullptr, origin, copy, parked, map, request, wait);
}

Result<VerifyReport> verify_since(const Seen& seen, const ReadView& origin, pg::Session& copy,
                                  ParkedTable& parked, const CarryMap& map,
                                  const VerifyRequest& request, const Wait& wait) {
  return compare_in_view(&seen, origin, copy, parked, map, request, wait);
}

} // namespace slipway::replay
