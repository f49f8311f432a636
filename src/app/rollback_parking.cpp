#include "rollback_parking.hpp"

#include "rollback_in_place.hpp"

#include "slipway/app/target.hpp"
#include "slipway/history/run_journal.hpp"
#include "slipway/history/snapshots.hpp"
#include "slipway/rollback/dropped.hpp"
#include "slipway/rollback/safe_path.hpp"

namespace slipway::app {

Status RollbackParking::park(const plan::Step& step, const plan::Group& group, const Wait& wait) {
  replay::ParkDroppedRequest request{.drops = rollback::drops_of(step, group),
                                     .own_transactions = {}};
  if (request.drops.empty()) return {};
  auto& session = runner_.session();
  const auto& schema = runner_.store().schema();
  SLIPWAY_ASSIGN(request.own_transactions,
                 history::transactions_of_run(session, schema, run_, wait));
  replay::ParkedTable table(session, schema, std::to_string(run_));
  SLIPWAY_ASSIGN(
      parked_[GroupName(step.migration.version.number(), group.statements.front().number)],
      replay::park_dropped(session, table, request, wait));
  return {};
}

std::vector<replay::ParkedDrop> RollbackParking::parked() const {
  std::vector<replay::ParkedDrop> all;
  for (const auto& [group, drops] : parked_)
    for (const auto& one : drops)
      if (one.rows > 0) all.push_back(one);
  return all;
}

Result<std::vector<replay::ParkedDrop>> park_left_behind(const Context& context, std::int64_t run,
                                                         const Wait& wait) {
  SLIPWAY_ASSIGN(const bool in_place, was_in_place(context, run, wait));
  if (in_place) return park_left_in_schemas(context, run, wait);
  SLIPWAY_ASSIGN(auto live, open_session(context, "rollback", wait));
  SLIPWAY_ASSIGN(auto kept, open_in_target(context, rollback::broken_name(live.database(), run),
                                           "rollback", wait));
  const auto schema = context.config.text("history.schema");
  SLIPWAY_ASSIGN(const auto before, history::Snapshots(schema).found_by(kept, run, wait));
  if (!before || before->relations.empty()) return std::vector<replay::ParkedDrop>();
  SLIPWAY_ASSIGN(const auto old, replay::relation_map_from_json(before->relations));
  SLIPWAY_ASSIGN(const auto now, replay::read_relation_map(kept, wait));
  replay::ParkDroppedRequest request{.drops = replay::new_columns(old, now),
                                     .own_transactions = {}};
  SLIPWAY_ASSIGN(request.own_transactions, history::transactions_of_run(kept, schema, run, wait));
  replay::ParkedTable parked(live, schema, std::to_string(run));
  return replay::park_left(kept, live, parked, request, wait);
}

} // namespace slipway::app
