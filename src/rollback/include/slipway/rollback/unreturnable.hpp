#pragma once

#include "slipway/replay/carry_map.hpp"
#include "slipway/schema/schema.hpp"

#include <string>
#include <vector>

namespace slipway::rollback {

/// What becomes of a class of writes when the schema they were made under goes back.
enum class Fate {
  parked,  ///< kept aside with the reason, to be applied again later
  left,    ///< the row comes back without that value
  unknown, ///< nobody knows what was written
};
std::string_view fate_name(Fate fate);

/// Writes after a run that a rollback over a backup could not bring back as they are.
struct Unreturnable {
  std::string object; ///< as the one who writes knows it: by its new name
  Fate fate = Fate::parked;
  std::string message; ///< a sentence for people
};

/// What the old schema cannot hold of what the new one takes, from the two schemas alone; `map`
/// leads from the new one back. A rule that is there under its old name counts as the same one.
std::vector<Unreturnable> unreturnable_writes(const replay::CarryMap& map,
                                              const schema::Schema& before,
                                              const schema::Schema& after);

} // namespace slipway::rollback
