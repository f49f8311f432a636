#pragma once

#include "slipway/base/event.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace slipway::test {

/// What is asked about a statement whose outcome cannot be known: an SQL expression that is true
/// when it took effect.
using TookEffect = std::map<std::int64_t, std::string>;

/// One sort of migrations that is interrupted in every way. Every data change of a kind is counted
/// in the table `effects`, so that one too many or too few shows.
struct Kind {
  std::string name;
  std::map<std::string, std::string> files; ///< name in the migrations folder, and its text
  /// Answers for the statements that slipway asks about, by direction.
  std::map<Direction, TookEffect> took_effect = {};
  /// Set when the kind starts from a concurrent index build that was broken off on the server: an
  /// SQL condition that is true while the build waits.
  std::map<Direction, std::string> interrupted_while = {};
};

/// The sorts there are: in one transaction, without one, both in one migration, concurrent indexes
/// alone, every statement on its own, a build that fails, a build that was broken off before.
const std::vector<Kind>& kinds();
const Kind& kind_named(const std::string& name);

/// SQL that makes what all kinds build on.
std::string common_ground();

/// The arguments that bring a kind all the way up or down.
std::vector<std::string> whole_way(Direction direction);

} // namespace slipway::test
