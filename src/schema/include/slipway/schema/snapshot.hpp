#pragma once

#include "slipway/base/result.hpp"
#include "slipway/schema/schema.hpp"

#include <string>
#include <string_view>

namespace slipway::schema {

/// The schema as JSON, one object a line in canonical order, so that a small change of the schema
/// is a small change of the text. docs/formats/snapshot.md says what is in it. from_json() makes
/// an equal schema of it, dependencies included, whatever bytes its texts hold.
std::string to_json(const Schema& schema);

/// The schema that a snapshot holds. Errors: source, with the place in the text; `file` is what
/// they call it.
Result<Schema> from_json(std::string_view text, std::string_view file = "snapshot");

} // namespace slipway::schema
