#pragma once

#include "slipway/os/unique_fd.hpp"
#include "slipway/spool/spool.hpp"

namespace slipway::spool {

/// Adds to a spool, piece by piece. Only one may do so at a time; that is not seen to here.
class Writer {
public:
  /// Makes the folder (0700) where there is none, and cuts off what is half written. `slot_at` is
  /// where the slot is: a spool that ends before it lacks something. Errors: check_failed, when it
  /// does, with nothing changed; as look_at_tail; io.
  static Result<Writer> open(const Place& place, Lsn slot_at, const Wait& wait);

  const Extent& extent() const { return tail_.extent; }
  Status add(std::string_view message);
  /// Ends a piece: with it the spool is as far as that. It is on the disk after sync. Errors: io.
  Status close(const Extent& extent);
  Status sync();

private:
  Writer(Place place, Tail tail) : place_(std::move(place)), tail_(std::move(tail)) {}
  Status open_last();
  Status begin_segment();
  Status write_frame(const std::optional<Extent>& closes);

  Place place_;
  Tail tail_;
  os::UniqueFd file_;
  std::string name_;
  std::string messages_;
  bool begun_ = false; ///< a piece
};

} // namespace slipway::spool
