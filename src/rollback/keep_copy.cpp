// One step of a copy behind its database.
#include "slipway/rollback/keep_copy.hpp"

#include "carry_writes.hpp"
#include "prepare_copy.hpp"

#include "slipway/locks/runner_lock.hpp"

namespace slipway::rollback {

namespace {

constexpr Millis k_lock_patience{2'000};

} // namespace

Result<replay::ReplayReport> keep_copy_in_step(const SafePathRequest& request, const Wait& wait) {
  SLIPWAY_ASSIGN(auto origin, request.open(request.database, wait));
  SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(origin, request.history_schema,
                                                       k_lock_patience, request.events, wait));
  SLIPWAY_ASSIGN(auto copy, request.open(request.kept_copy, wait));
  SLIPWAY_TRY(prepare_copy(request, copy, wait));
  replay::ParkedTable parked(copy, request.history_schema, std::to_string(request.run));
  SLIPWAY_TRY(parked.create(wait));
  CarryWrites writes(request, origin, copy, parked, wait);
  SLIPWAY_TRY(writes.prepare());
  auto followed = writes.follow();
  copy.close();
  SLIPWAY_TRY(lock.release(wait));
  return followed;
}

} // namespace slipway::rollback
