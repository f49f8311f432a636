#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// Drops the object and makes it again in the same transaction, where nothing else can need it, and
/// says again what hung on it. What differs in that is said after this as usual.
void make_anew(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
