#pragma once

#include <string>
#include <string_view>

namespace slipway::schema {

/// What a soft drop has put aside is kept under such a name: the schema that a dropped table went
/// to, or the name that a dropped column got. A schema per drop, so that everything in it keeps its
/// own name. No reading of a schema shows any of it.

/// All schemas of the trash, as Scope::leave_out has it.
inline constexpr std::string_view k_trash_schemas = "slipway_trash_*";

/// "slipway_trash_20261120103000_users" for the stamp 20261120103000 and the name users. Cut to
/// what PostgreSQL lets a name be, with a digest of the whole at its end. Pure; the same for the
/// same names.
std::string trash_name(std::string_view stamp, std::string_view name);
/// Whether trash_name makes such a name.
bool is_trash_name(std::string_view name);
/// The stamp of such a name, and what it was made from as far as it is still in it. Precondition:
/// is_trash_name.
std::string_view trash_stamp(std::string_view name);
std::string_view trash_origin(std::string_view name);

} // namespace slipway::schema
