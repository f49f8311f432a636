#pragma once

#include "slipway/schema/schema.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::schema {

enum class Change { created, dropped, changed };

/// "created", "dropped", "changed".
std::string_view change_name(Change change);

/// A property that differs; absent on a side that has its default.
struct PropertyDifference {
  Property property = Property::owner;
  std::optional<std::string> from;
  std::optional<std::string> to;
};

/// One object that differs between two schemas.
struct Difference {
  Identity identity;
  Change change = Change::changed;
  std::vector<PropertyDifference> properties; ///< of a changed object, by property
};

/// Everything that is to be done to `from` to make it `to`, in canonical order. A created or
/// dropped object speaks for its parts, too. Properties that are not compared never differ.
std::vector<Difference> compare(const Schema& from, const Schema& to);

} // namespace slipway::schema
