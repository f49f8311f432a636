#pragma once

#include "rules.hpp"

namespace slipway::diff {

void create_subscription(const Scene& scene, const schema::Object& subscription, Draft& draft);
void drop_subscription(const Scene& scene, const schema::Object& subscription, Draft& draft);
Altered alter_subscription(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
