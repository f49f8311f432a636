#pragma once

#include "slipway/schema/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// Whether a schema of that name is meant by one of the patterns, in which a trailing * stands for
/// any ending.
bool is_left_out(std::string_view name, const std::vector<std::string>& patterns);

/// The schema without the schemas that the patterns mean and everything in them.
Schema without_schemas(Schema schema, const std::vector<std::string>& patterns);

} // namespace slipway::schema
