#pragma once

#include "facts/tree.hpp"

#include <string>
#include <vector>

namespace slipway::sql {

/// What runs with a statement beside what its form says.
struct Reach {
  /// The first function of which it is not known that it leaves all rows alone; empty: none.
  std::string unknown_function;
  /// Targets of INSERT, UPDATE, DELETE and MERGE anywhere in it.
  std::vector<QualifiedName> written;
};

/// Looks through a statement or a part of one.
Reach reach_of(const ProtobufCMessage& message);

} // namespace slipway::sql
