#pragma once

#include "slipway/schema/schema.hpp"

namespace slipway::diff {

/// Whether the column's default is a string constant that is longer than its type lets it be.
bool is_too_long_default(const schema::Object& column);

} // namespace slipway::diff
