#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/spool/segment.hpp"

#include <string>
#include <vector>

namespace slipway::spool {

/// Where a spool is, and what it has to be of.
struct Place {
  std::string folder; ///< its own
  Identity of;
};

/// The folder of one spool below the one for all: the cluster, the slot, and where that began. A
/// later slot of the same name has another one.
std::string folder_of(const std::string& all, const Identity& of);

/// How far a spool is, and where its last closed piece ends. What follows there is half written.
struct Tail {
  Extent extent;
  std::uint64_t segments = 0; ///< 0: there is none yet
  std::uint64_t position = 0; ///< in the last one
  std::uint64_t bytes = 0;    ///< of the last one, with what is half written
  std::string chain;
};

/// Looks at the last segment alone. Errors: source, when it is not of this place, or its header is
/// broken; io.
Result<Tail> look_at_tail(const Place& place, const Wait& wait);

/// Gives every message of every closed piece to `take`, oldest first, and looks at all there is on
/// the way. Errors: source, with the file, when a segment is missing, altered, or of something
/// else; io; cancelled; of `take`.
Result<Extent> read_all(const Place& place, const TakeMessage& take, const Wait& wait);

/// Bytes in all its files.
std::uint64_t size_of(const std::string& folder);

/// A spool that is in the folder for all.
struct Found {
  std::string folder;
  Identity of;
};
/// Those whose first header can be read, by name.
std::vector<Found> spools_in(const std::string& all);

/// Errors: io.
Status remove(const std::string& folder);

} // namespace slipway::spool
