#include "rollback_parking.hpp"

#include "slipway/history/run_journal.hpp"
#include "slipway/rollback/dropped.hpp"

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

} // namespace slipway::app
