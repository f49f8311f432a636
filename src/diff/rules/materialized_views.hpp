#pragma once

#include "rules.hpp"

namespace slipway::diff {

void create_materialized_view(const Scene& scene, const schema::Object& view, Draft& draft);
Altered alter_materialized_view(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
