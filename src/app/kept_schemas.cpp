// What a rollback in place put aside.
#include "rollback_in_place.hpp"

#include "slipway/app/target.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/history/run_journal.hpp"
#include "slipway/history/side_schemas.hpp"
#include "slipway/history/snapshots.hpp"
#include "slipway/replay/relation_map.hpp"
#include "slipway/rollback/in_place_obstacles.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

constexpr const char* k_size = R"sql(
SELECT pg_catalog.pg_size_pretty(COALESCE(pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid)), 0))
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) $1::name AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,S}'::"char"[])
)sql";

Result<std::vector<history::SideSchema>> swapped_by(const Context& context, pg::Session& session,
                                                    std::int64_t run, const Wait& wait) {
  const history::SideSchemas sides(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(auto all, sides.of(session, run, wait));
  std::erase_if(all, [](const auto& one) { return !one.swapped || one.kept_as.empty(); });
  return all;
}

// What was parked is to be found under the name that the application knows.
Status give_names_back(const Context& context, pg::Session& session,
                       const std::vector<history::SideSchema>& sides, std::int64_t run,
                       const Wait& wait) {
  const SqlText rename(fmt::format("UPDATE {}.parked SET schema_name = $3::text WHERE run "
                                   "OPERATOR(pg_catalog.=) $1::text AND schema_name "
                                   "OPERATOR(pg_catalog.=) $2::text",
                                   quote_identifier(context.config.text("history.schema"))));
  for (const auto& one : sides)
    SLIPWAY_TRY(session.query(rename, {std::to_string(run), one.kept_as, one.name}, wait));
  return {};
}

} // namespace

Result<bool> was_in_place(const Context& context, std::int64_t run, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  SLIPWAY_ASSIGN(const auto sides, swapped_by(context, session, run, wait));
  return !sides.empty();
}

Result<std::vector<replay::ParkedDrop>> park_left_in_schemas(const Context& context,
                                                             std::int64_t run, const Wait& wait) {
  SLIPWAY_ASSIGN(auto live, open_session(context, "rollback", wait));
  SLIPWAY_ASSIGN(auto kept, open_session(context, "rollback", wait));
  SLIPWAY_ASSIGN(const auto sides, swapped_by(context, live, run, wait));
  const auto schema = context.config.text("history.schema");
  SLIPWAY_ASSIGN(const auto before, history::Snapshots(schema).found_by(kept, run, wait));
  if (!before || before->relations.empty()) return std::vector<replay::ParkedDrop>();
  SLIPWAY_ASSIGN(const auto old, replay::relation_map_from_json(before->relations));
  SLIPWAY_ASSIGN(auto now, replay::read_relation_map(kept, wait));
  std::erase_if(now.relations, [&](const replay::Relation& relation) {
    return std::none_of(sides.begin(), sides.end(),
                        [&](const auto& one) { return one.kept_as == relation.name.schema; });
  });
  replay::ParkDroppedRequest request{.drops = replay::new_columns(old, now),
                                     .own_transactions = {}};
  SLIPWAY_ASSIGN(request.own_transactions, history::transactions_of_run(kept, schema, run, wait));
  replay::ParkedTable parked(live, schema, std::to_string(run));
  SLIPWAY_ASSIGN(auto left, replay::park_left(kept, live, parked, request, wait));
  SLIPWAY_TRY(give_names_back(context, live, sides, run, wait));
  for (auto& drop : left)
    for (const auto& one : sides)
      if (drop.table.schema == one.kept_as) drop.table.schema = one.name;
  return left;
}

Result<KeptDatabase> find_kept_schemas(const Context& context, std::int64_t run) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  // Also what a rollback that nobody went on with has restored.
  SLIPWAY_ASSIGN(
      const auto sides,
      history::SideSchemas(context.config.text("history.schema")).of(session, run, wait));
  KeptDatabase kept{.name = {}, .size = {}, .schemas = {}, .run = run};
  std::vector<std::string> sizes;
  for (const auto& name : history::names_aside(sides)) {
    SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_size), {name}, wait));
    kept.schemas.push_back(name);
    sizes.emplace_back(rows.text(0, 0));
  }
  if (kept.schemas.empty())
    return fail(Error(ErrorCode::check_failed, fmt::format("nothing is kept of run {}", run))
                    .with_hint("only a rollback over a backup keeps a database, or schemas")
                    .with_state("nothing was changed"));
  kept.name = fmt::format("{}", fmt::join(kept.schemas, ", "));
  kept.size = fmt::format("{}", fmt::join(sizes, ", "));
  return kept;
}

Status drop_kept_schemas(const Context& context, const KeptDatabase& kept) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "rollback", wait));
  SLIPWAY_ASSIGN(const auto resting, rollback::resting_on(session, kept.schemas, wait));
  if (!resting.empty())
    return fail(Error(ErrorCode::check_failed, resting.front())
                    .with_hint("drop that first, if it is not needed")
                    .with_state("nothing was changed"));
  SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait));
  for (const auto& one : kept.schemas)
    SLIPWAY_TRY(session.execute(
        SqlText(fmt::format("DROP SCHEMA {} CASCADE", quote_identifier(one))), wait));
  SLIPWAY_TRY(
      history::SideSchemas(context.config.text("history.schema")).forget(session, kept.run, wait));
  SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait));
  return {};
}

} // namespace slipway::app
