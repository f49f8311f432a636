#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// From what one entry of default privileges gives to what another does.
void change_default_privileges(const schema::Object& from, const schema::Object& to, Draft& draft);

} // namespace slipway::diff
