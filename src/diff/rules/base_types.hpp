#pragma once

#include "rules.hpp"

namespace slipway::diff {

// Base types and range types: what functions of the user's are a part of. Such a type is declared
// first, so that the functions can be made, and defined when they are there.

void create_base_type(const Scene& scene, const schema::Object& type, Draft& draft);
Altered alter_base_type(const Scene& scene, const Alteration& alteration, Draft& draft);
void create_range_type(const Scene& scene, const schema::Object& type, Draft& draft);
void drop_defined_type(const Scene& scene, const schema::Object& type, Draft& draft);

/// Whether the function is one that a type is made of while it needs the type, too. They can only
/// go together.
bool goes_with_its_type(const Scene& scene, const schema::Object& function);

} // namespace slipway::diff
