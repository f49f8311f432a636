#pragma once

#include "rules.hpp"

#include <string>

namespace slipway::diff {

/// The function that keeps the server from making `object`, an index, a generated column or the
/// key of a partitioned table, since it is not IMMUTABLE; empty when there is none. What was made
/// before the function became so stays.
std::string mutable_call(const Scene& scene, const schema::Object& object);

} // namespace slipway::diff
