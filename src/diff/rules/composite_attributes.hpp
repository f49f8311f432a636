#pragma once

#include "tasks.hpp"

namespace slipway::diff {

// The attributes of composite types, which are columns whose parent is the type.

void create_attribute(const Scene& scene, const schema::Object& attribute, Draft& draft);
void drop_attribute(const Scene& scene, const schema::Object& attribute, Draft& draft);
Altered alter_attribute(const Scene& scene, const Alteration& alteration, Draft& draft);

/// New attributes come last. A type whose attributes are to be in an order that cannot be had so
/// is made anew.
void rebuild_reordered_types(const Scene& scene, Tasks& tasks);

/// "(a integer, b text)", for CREATE TYPE.
std::string attribute_list(const schema::Object& type);

} // namespace slipway::diff
