#pragma once

#include "slipway/schema/schema.hpp"

#include <string>

namespace slipway::diff {

/// The name in a publication's entry for a table, which may go on with columns and a condition.
std::string published_name(const std::string& entry);

/// The entry of the publication for the table; empty when it has none.
std::string published_entry(const schema::Object& publication, const schema::Object& table);

} // namespace slipway::diff
