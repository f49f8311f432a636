#pragma once

#include "rules.hpp"

namespace slipway::diff {

void create_enum(const Scene& scene, const schema::Object& type, Draft& draft);
Altered alter_enum(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
