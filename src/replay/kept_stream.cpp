#include "kept_stream.hpp"

#include "skip_spooled.hpp"

#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr Millis k_patience{60'000};

} // namespace

Result<KeptStream> KeptStream::open(pg::Session& origin, const ReplayRequest& request,
                                    const Wait& wait) {
  SLIPWAY_ASSIGN(auto lock, SpoolLock::take(origin, request.slot, k_patience, wait));
  KeptStream stream(origin, request, std::move(lock));
  stream.spooled_.to = request.since;
  if (!request.spool.empty()) {
    SLIPWAY_ASSIGN(stream.spool_,
                   spool_place(origin, request.spool, request.slot, request.since, wait));
    SLIPWAY_ASSIGN(const auto tail, spool::look_at_tail(*stream.spool_, wait));
    stream.spooled_ = tail.extent;
  }
  if (stream.spooled_.to == 0) return stream;
  SLIPWAY_ASSIGN(const Lsn position, slot_position(origin, request.slot, wait));
  if (position > stream.spooled_.to)
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("the slot {} was moved on to {}, and what it gave from {} on is "
                                  "not here",
                                  request.slot, lsn_text(position), lsn_text(stream.spooled_.to)))
                    .with_state("the database is as it was"));
  return stream;
}

Status KeptStream::read(const TakeChange& take, const Wait& wait) {
  if (!spool_) return read_slot(request_.slot, take, wait);
  const auto decoded = [&](std::string_view bytes) -> Status {
    SLIPWAY_ASSIGN(const pgoutput::Change change, pgoutput::decode(bytes));
    return take(change);
  };
  SLIPWAY_ASSIGN(const auto read, spool::read_all(*spool_, decoded, wait));
  if (read != spooled_)
    return fail(ErrorCode::part_way, spool_->folder + " was altered while it was read");
  SkipSpooled skip(spooled_);
  return read_slot(
      request_.slot,
      [&](const pgoutput::Change& change) { return skip.passes(change) ? take(change) : Status(); },
      wait);
}

Status KeptStream::read_slot(const std::string& slot, const TakeChange& take, const Wait& wait) {
  return read_changes(origin_, {.slot = slot, .publication = request_.slot}, request_.end, take,
                      wait);
}

} // namespace slipway::replay
