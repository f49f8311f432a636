#include "prepare_copy.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/history/store.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

Status check_moment(const SafePathRequest& request, pg::Session& copy, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 copy.query(SqlText(fmt::format("SELECT EXISTS (SELECT FROM {}.migration WHERE "
                                                "run OPERATOR(pg_catalog.=) $1::bigint)",
                                                quote_identifier(request.history_schema))),
                            {std::to_string(request.run)}, wait));
  if (!rows.boolean(0, 0)) return {};
  return fail(
      Error(ErrorCode::check_failed,
            fmt::format("the backup holds what run {} did: it is from after it", request.run))
          .with_state(fmt::format("{} is as it was", request.database)));
}

Status drop_triggers_in(const SafePathRequest& request, const std::string& kept, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, request.open(kept, wait));
  // Else nothing can be written there.
  SLIPWAY_TRY(session.execute(SqlText("SET default_transaction_read_only = off"), wait));
  return replay::drop_key_capture(session, request.history_schema, {}, wait);
}

// A capture that was armed at the backup is in it, but no slot is behind that one; and triggers
// would go on noting.
Status clean_copy(const SafePathRequest& request, pg::Session& copy, const Wait& wait) {
  if (!request.capture.empty())
    SLIPWAY_TRY(replay::clean_copy(
        copy, {.name = request.capture, .since = 0, .identities_changed = {}, .left_out = {}},
        wait));
  SLIPWAY_TRY(replay::drop_key_capture(copy, request.history_schema, {}, wait));
  return replay::CaptureRecords(request.history_schema).forget_all(copy, wait);
}

} // namespace

Status prepare_copy(const SafePathRequest& request, pg::Session& copy, const Wait& wait) {
  // A backup from before the very first run has none.
  SLIPWAY_TRY(history::Store(request.history_schema).prepare(copy, wait));
  SLIPWAY_TRY(check_moment(request, copy, wait));
  return clean_copy(request, copy, wait);
}

void drop_triggers(const SafePathRequest& request, const std::string& kept, const Wait& wait) {
  if (const auto dropped = drop_triggers_in(request, kept, wait); !dropped)
    request.events.on_event(
        event::Warning{.message = fmt::format("{} still has the triggers of {}: {}", kept,
                                              request.capture, dropped.error().message),
                       .hint = "slipway rollback cleanup drops the database"});
}

} // namespace slipway::rollback
