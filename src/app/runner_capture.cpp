// What a run does for a capture that is armed: its own transactions can be told apart later, and so
// can the tables and columns that they rename.
#include "runner.hpp"

#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/markers.hpp"

#include <fmt/format.h>

namespace slipway::app {

Status Runner::join_capture(const Wait& wait) {
  const replay::CaptureRecords records(store_.schema());
  SLIPWAY_ASSIGN(const auto all, records.all(session_, wait));
  for (const auto& one : all)
    if (one.stage != replay::CaptureStage::arming) capture_ = one.name;
  if (capture_.empty()) return {};
  return records.note_run(session_, capture_, run_, wait);
}

Status Runner::mark_transaction(const Wait& wait) {
  SLIPWAY_TRY(replay::CaptureRecords(store_.schema()).add_step(session_, capture_, wait));
  if (replay::is_key_capture(capture_))
    return replay::refresh_key_capture(session_, store_.schema(), wait);
  SLIPWAY_TRY(replay::emit_marker(session_, capture_, std::to_string(run_), wait));
  SLIPWAY_ASSIGN(const auto spared, replay::spare_tables_without_key(session_, capture_, wait));
  for (const auto& one : spared)
    context_.events.on_event(event::Note{
        .message = fmt::format("{} has lost its key, so what is written to it is no longer "
                               "captured: a rollback compares it",
                               one.quoted())});
  return {};
}

} // namespace slipway::app
