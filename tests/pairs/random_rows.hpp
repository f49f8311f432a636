#pragma once

#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::test {

/// Puts rows into every table that takes some: usual values and those at the edges of what a type
/// holds, NULLs and equal ones. The same seed gives the same rows to the same tables. Yields how
/// many rows there are.
int fill_with_rows(pg::Session& session, std::uint64_t seed);

/// Texts that may be values of a type, named as pg_type does, or "enum", "composite", "range", or
/// with
/// "[]" behind the type of the elements.
const std::vector<std::string>& values_to_try(const std::string& type);

} // namespace slipway::test
