#pragma once

#include "rules.hpp"

namespace slipway::diff {

// What hangs on an object of any kind: owner, privileges, comment, security labels, extensions that
// it is dropped with. It goes with the object when that is dropped, and so has to be said again
// when it is rebuilt.

/// Whether a property is one of these.
bool is_satellite(schema::Property property);
/// After CREATE: brings what a new object has to what `object` has.
void add_satellites(const Scene& scene, const schema::Object& object, Draft& draft);
/// The difference between two.
void change_satellites(const Scene& scene, const schema::Object& from, const schema::Object& to,
                       const std::vector<schema::PropertyDifference>& changed, Draft& draft);

/// The extensions that an object goes with which was made anew in the old one's place.
void bind_again(const schema::Object& object, Draft& draft);

/// The comment on the constraint behind NOT NULL, which there is only when all else is done.
void change_not_null_comment(const schema::Object& to,
                             const std::vector<schema::PropertyDifference>& changed, Draft& draft);

} // namespace slipway::diff
