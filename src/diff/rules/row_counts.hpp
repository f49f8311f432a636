#pragma once

#include "slipway/schema/schema.hpp"

#include <string>

namespace slipway::diff {

/// A query for how many rows the constraint, if it is added now, would refuse; empty when there is
/// no such query.
std::string count_of_refused(const schema::Object& constraint);
/// The same for a unique index.
std::string count_of_duplicates(const schema::Object& index);

} // namespace slipway::diff
