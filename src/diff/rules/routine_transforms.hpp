#pragma once

#include "rules.hpp"

#include <string>

namespace slipway::diff {

/// The transform of `type` that the routine names in TRANSFORM FOR TYPE.
schema::Identity transform_of(const schema::Object& routine, const std::string& type);

/// A routine takes a transform that is there when it is made. Before PostgreSQL 18 the transform,
/// and even its type, can go from under it; what then names it cannot be made again. Transforms of
/// extensions are not looked at.
void refuse_missing_transforms(const Scene& scene, const schema::Object& routine, Draft& draft);

} // namespace slipway::diff
