#pragma once

#include "rules.hpp"

namespace slipway::diff {

// The columns of views and materialized views: they come and go with the query, so that only what
// is set on them besides has statements of its own.

/// Whether the object is a column of a view or materialized view.
bool is_view_column(const schema::Object& object);

void create_view_column(const Scene& scene, const schema::Object& column, Draft& draft);
void drop_view_column(const Scene& scene, const schema::Object& column, Draft& draft);
Altered alter_view_column(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
