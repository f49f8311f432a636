#pragma once

#include "rules.hpp"

namespace slipway::diff {

void create_policy(const Scene& scene, const schema::Object& policy, Draft& draft);
Altered alter_policy(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
