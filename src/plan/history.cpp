#include "slipway/plan/history.hpp"

#include <algorithm>
#include <iterator>

namespace slipway::plan {

const AppliedMigration* History::find(Version version) const {
  const auto found = std::find_if(applied.begin(), applied.end(), [&](const AppliedMigration& one) {
    return one.version == version;
  });
  return found == applied.end() ? nullptr : &*found;
}

std::vector<JournaledStatement> History::unfinished_of(Version version, Direction direction) const {
  std::vector<JournaledStatement> found;
  std::copy_if(unfinished.begin(), unfinished.end(), std::back_inserter(found),
               [&](const JournaledStatement& one) {
                 return one.version == version && one.direction == direction;
               });
  return found;
}

} // namespace slipway::plan
