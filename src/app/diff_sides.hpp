#pragma once

#include "slipway/app/diff.hpp"
#include "slipway/app/target.hpp"
#include "slipway/rehearse/materialise.hpp"

#include <memory>
#include <optional>

namespace slipway::app {

/// Which sides are to be compared, and how.
struct SidesRequest {
  std::string from; ///< as rehearse::parse_side reads it; empty: what the project's migrations make
  std::string to;
  bool cache = true; ///< whether what sides came to before may be looked up
  /// Whether it is enough to know that they are equal.
  bool may_be_equal = true;
};

/// Both sides of a comparison on one throwaway server.
struct Sides {
  /// Nothing differs, and where this was seen at once nothing below but the names is there.
  bool equal = false;
  std::string from_name; ///< for people
  std::string to_name;
  std::unique_ptr<rehearse::Shadow> shadow; ///< where its Workshop finds it, whoever moves this
  std::unique_ptr<rehearse::Workshop> workshop;
  rehearse::Materialised from;
  rehearse::Materialised to;
  std::optional<pg::Session> live; ///< FROM itself, when it is a live database
};

/// Reads or makes both sides. Errors: see diff.
Result<Sides> make_sides(const Context& context, const SidesRequest& request, const Wait& wait);

} // namespace slipway::app
