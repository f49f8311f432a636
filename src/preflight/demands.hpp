#pragma once

#include "scene.hpp"

#include <string>
#include <vector>

namespace slipway::preflight {

/// A right that a statement needs for what it names.
struct Demand {
  std::string kind; ///< "relation", "type", "routine" or "schema"
  QualifiedName name;
  /// "own"; "drop", which the owner of the schema may as well; "create" in the schema; or a
  /// privilege: "SELECT", "INSERT" ...
  std::string right;
  auto operator<=>(const Demand&) const = default;
};

/// What the statements need, each once. Only what surely fails without: where the facts leave it
/// open, nothing is demanded.
std::vector<Demand> demands_of(const Scene& scene);

/// A statement may change who we are, what we may do or what names mean, before others run.
bool changes_rights(const Scene& scene);

} // namespace slipway::preflight
