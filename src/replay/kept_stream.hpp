#pragma once

#include "change_stream.hpp"
#include "slipway/replay/apply_changes.hpp"
#include "slipway/replay/spooling.hpp"

#include <optional>

namespace slipway::replay {

/// The whole stream of a capture: what was spooled of it, then what its slot still has. As long as
/// this lives nobody moves anything from one to the other.
class KeptStream {
public:
  /// `origin` must outlive this. Errors: as SpoolLock::take and spool::look_at_tail; check_failed
  /// when slot and spool do not meet.
  static Result<KeptStream> open(pg::Session& origin, const ReplayRequest& request,
                                 const Wait& wait);

  /// Whether a copy that is at `done` has all that was spooled.
  bool has_spooled(Lsn done) const { return spool_ && done >= spooled_.last_end; }
  /// How far such a copy is: no transaction ended between.
  Lsn reached(Lsn done) const { return has_spooled(done) ? std::max(done, spooled_.to) : done; }

  /// All of it, or what the slot has.
  Status read(const TakeChange& take, const Wait& wait);
  Status read_slot(const std::string& slot, const TakeChange& take, const Wait& wait);

private:
  KeptStream(pg::Session& origin, const ReplayRequest& request, SpoolLock lock)
      : origin_(origin), request_(request), lock_(std::move(lock)) {}

  pg::Session& origin_;
  const ReplayRequest& request_;
  SpoolLock lock_;
  std::optional<spool::Place> spool_;
  spool::Extent spooled_;
};

} // namespace slipway::replay
