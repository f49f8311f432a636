#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// A table with one column: what a child's column begins with that comes from this one. The column
/// is the object number 1. `above` is a column of a parent table, or an attribute of the type that
/// the child is a table of.
schema::Schema as_inherited(const schema::Object& above);

/// The attribute that a column of a typed table is made, changed and dropped with. None where the
/// table was not, or is not to be, of that type.
std::optional<schema::Object> attribute_of(const Scene& scene, const schema::Schema& schema,
                                           const schema::Object& column);

} // namespace slipway::diff
