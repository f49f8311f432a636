#pragma once

#include "slipway/schema/schema.hpp"

#include <string>

namespace slipway::diff {

/// The CREATE command of a function or procedure, with "CREATE" or "CREATE OR REPLACE" before it.
std::string routine_text(const std::string& create, const schema::Object& routine);

/// Whether CREATE OR REPLACE makes `from` into `to`: it cannot change what comes out, rename an
/// argument or take a default away.
bool can_replace_routine(const schema::Object& from, const schema::Object& to);

} // namespace slipway::diff
