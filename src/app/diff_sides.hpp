#pragma once

#include "slipway/app/diff.hpp"
#include "slipway/app/target.hpp"
#include "slipway/rehearse/materialise.hpp"

#include <memory>
#include <optional>

namespace slipway::app {

/// Both sides of a comparison on one throwaway server.
struct Sides {
  std::string from_name; ///< for people
  std::string to_name;
  std::unique_ptr<rehearse::Shadow> shadow; ///< where its Workshop finds it, whoever moves this
  std::unique_ptr<rehearse::Workshop> workshop;
  rehearse::Materialised from;
  rehearse::Materialised to;
  std::optional<pg::Session> live; ///< FROM itself, when it is a live database
};

/// Reads or makes both sides. Errors: see diff.
Result<Sides> make_sides(const Context& context, const std::string& from, const std::string& to,
                         const Wait& wait);

} // namespace slipway::app
