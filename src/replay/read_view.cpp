// One moment of a database.
#include "slipway/replay/read_view.hpp"

#include "quiet_session.hpp"

#include <utility>

namespace slipway::replay {

Result<ReadView> ReadView::open(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::string time_zone, time_zone_of(session, wait));
  ReadView view(session);
  view.time_zone_ = time_zone;
  SLIPWAY_TRY(begin_reading(session, time_zone, wait));
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session.execute(SqlText("SELECT pg_catalog.pg_current_snapshot()::text"), wait));
  view.snapshot_ = rows.text(0, 0);
  return view;
}

ReadView::ReadView(ReadView&& other) noexcept
    : session_(std::exchange(other.session_, nullptr)), snapshot_(std::move(other.snapshot_)),
      time_zone_(std::move(other.time_zone_)) {
}

ReadView::~ReadView() {
  if (session_ != nullptr) roll_back(*session_);
}

} // namespace slipway::replay
