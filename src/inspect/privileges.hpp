#pragma once

#include <string>

namespace slipway::inspect {

/// SQL for the privileges of an object that are not the ones a new object of its owner has: NULL
/// for those, else the array of aclitems as text. `kind` is what acldefault() takes ('r' for
/// tables, 's' sequences, 'f' routines, 'T' types, 'n' schemas, 'l' languages, 'F' wrappers, 'S'
/// servers; 'c' for columns).
std::string acl_sql(const std::string& kind, const std::string& acl, const std::string& owner);

} // namespace slipway::inspect
