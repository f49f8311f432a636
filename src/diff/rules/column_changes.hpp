#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// What a definition of a column cannot say in all versions: storage, statistics, options and the
/// rest of an identity.
void complete_column(const Scene& scene, const schema::Object& column, Draft& draft);
/// How values are kept: storage, compression, statistics target, options.
void change_storage(const Scene& scene, const Alteration& alteration, Draft& draft);
/// All but `generated`, which may take more.
void change_column(const Scene& scene, const Alteration& alteration, Draft& draft);
/// Everything in which the two differ, but what satellites.hpp cares for.
Alteration alteration_between(const schema::Object& from, const schema::Object& to);

} // namespace slipway::diff
