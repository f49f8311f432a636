#pragma once

#include "slipway/base/result.hpp"
#include "slipway/diff/plan.hpp"

#include <string_view>

namespace slipway::diff {

/// The one object of a schema that a person means by a path: "users", "users.name",
/// "public.users.name", or with the kind before it as in Identity::path(). A dotted name is taken
/// for a column first, then for a relation, then for anything else; of several the one in public
/// counts. Errors: usage, for none and for more than one.
Result<schema::Identity> find_object(const schema::Schema& schema, std::string_view path);

/// Whether a path means any object of the schema.
bool is_there(const schema::Schema& schema, std::string_view path);

/// OLD of an answer OLD=NEW. Errors: usage.
Result<std::string> old_name_in(std::string_view text);

/// An answer as it is typed: OLD=NEW, OLD as find_object reads it, NEW a name or, of what is no
/// part of another object, SCHEMA.NAME. Errors: usage.
Result<Rename> read_rename(const schema::Schema& from, std::string_view text);

/// Whether a path that was typed means the object that a path of ours names: equal, or equal but
/// for the kind, or for the kind and the schema public.
bool is_path_of(std::string_view typed, std::string_view path);

} // namespace slipway::diff
