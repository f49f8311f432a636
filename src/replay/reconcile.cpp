// What is left to do when the rows are in their places.
#include "slipway/replay/reconcile.hpp"

#include "reconcile_parts.hpp"

namespace slipway::replay {

namespace {

/// By number, so that a view comes after those it reads.
constexpr const char* k_views = R"sql(
SELECT pg_catalog.format('REFRESH MATERIALIZED VIEW %I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) 'm' AND c.relispopulated
ORDER BY c.oid
)sql";

/// What a stream of changes does not have: unlogged tables, and those that are younger than its
/// publication.
Status carry_not_streamed(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                          const CarryMap& map, const ReconcileRequest& request,
                          ReconcileReport& report, const Wait& wait) {
  CarryMap unlogged;
  for (const CarriedTable& table : map.tables)
    if (table.origin && (table.target.unlogged || table.origin->unlogged))
      unlogged.tables.push_back(table);
  CarryMap created;
  created.created = map.created;
  SLIPWAY_ASSIGN(const ReadView view, ReadView::open(origin, wait));
  SLIPWAY_ASSIGN(const SyncReport synced, sync_state(view, copy, parked, unlogged, {}, wait));
  const SyncCounts total = synced.total();
  report.unlogged_rows = total.inserted + total.updated + total.removed;
  SLIPWAY_TRY(sync_state(view, copy, parked, created, {.snapshot = request.seen}, wait));
  return {};
}

Status refresh_views(pg::Session& copy, ReconcileReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows views, copy.execute(SqlText(k_views), wait));
  for (std::size_t row = 0; row < views.size(); ++row) {
    const Result<pg::Rows> refreshed = copy.execute(SqlText(std::string(views.text(row, 0))), wait);
    if (refreshed) {
      ++report.views_refreshed;
      continue;
    }
    if (!refreshed.error().sql || !refreshed.error().connection_usable())
      return fail(refreshed.error());
    report.notes.push_back(std::string(views.text(row, 0)) + ": " + refreshed.error().sql->message);
  }
  return {};
}

} // namespace

Result<ReconciledAhead> reconcile_ahead(pg::Session& origin, pg::Session& copy,
                                        const std::string& snapshot, const Wait& wait) {
  ReconciledAhead ahead;
  SLIPWAY_ASSIGN(const pg::Rows now,
                 origin.execute(SqlText("SELECT pg_catalog.pg_current_snapshot()::text"), wait));
  ahead.snapshot = now.text(0, 0);
  SLIPWAY_TRY(reconcile_large_objects(origin, copy, snapshot, ahead.report, wait));
  SLIPWAY_TRY(refresh_views(copy, ahead.report, wait));
  SLIPWAY_TRY(copy.execute(SqlText("ANALYZE"), wait));
  return ahead;
}

Result<ReconcileReport> reconcile(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                                  const CarryMap& map, const ReconcileRequest& request,
                                  const Wait& wait) {
  const auto& ahead = request.ahead;
  ReconcileReport report = ahead ? ahead->report : ReconcileReport();
  SLIPWAY_TRY(parked.create(wait));
  SLIPWAY_TRY(carry_not_streamed(origin, copy, parked, map, request, report, wait));
  SLIPWAY_TRY(park_orphans(origin, copy, parked, map, request, report, wait));
  SLIPWAY_TRY(reconcile_sequences(origin, copy, map, request, report, wait));
  if (request.in_one_database) return report;
  SLIPWAY_TRY(reconcile_large_objects(origin, copy, ahead ? ahead->snapshot : request.snapshot,
                                      report, wait));
  if (!ahead) SLIPWAY_TRY(refresh_views(copy, report, wait));
  return report;
}

} // namespace slipway::replay
