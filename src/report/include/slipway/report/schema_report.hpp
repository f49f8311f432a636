#pragma once

#include "slipway/diff/plan.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/schema.hpp"

#include <string>
#include <vector>

namespace slipway::report {

/// The schema as a tree for people: schemas, their objects, their parts with what is worth knowing
/// of each. Comments, privileges and whole definitions are in the JSON.
std::string schema_tree(const schema::Schema& schema, const std::string& target);

/// "s1-150020-HASH", and with `objects` a line "HASH  PATH" for each object.
std::string fingerprint_text(const schema::Fingerprint& fingerprint, bool objects);
/// {"schema":1,"fingerprint","server_version","root"[,"objects":[{"path","hash"}]]}
std::string fingerprint_json(const schema::Fingerprint& fingerprint, bool objects);

/// The statements that make the schema on an empty database, each ended by a semicolon, behind a
/// few comment lines that do not change unless the format or the major version of the server does.
std::string schema_script(const schema::Origin& origin, const diff::Plan& plan);

/// One line for what differs of an object: "column public.t.a: type: integer -> bigint". Long and
/// multi-line values are shortened.
std::vector<std::string> difference_lines(const schema::Difference& difference);

} // namespace slipway::report
