#pragma once

#include "slipway/app/context.hpp"
#include "slipway/inspect/read.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// What of a database is looked at as far as settings say: everything but slipway's own schema,
/// which comes first in `leave_out`, what a soft drop has put aside, and what schema.leave_out
/// says.
inspect::Scope settings_scope(const Context& context);

/// Leaves out what belongs to the platform of this database, unless schema.leave_out_platform is
/// off. Errors: as Session::query.
Status add_platform_schemas(const Context& context, pg::Session& session, inspect::Scope& scope,
                            const Wait& wait);

/// Leaves out what a rollback in place has put aside, or is about to. Errors: as Session::query.
Status add_side_schemas(const Context& context, pg::Session& session, inspect::Scope& scope,
                        const Wait& wait);

/// Leaves out these, too.
void leave_out(inspect::Scope& scope, const std::vector<std::string>& names);

/// All that holds for the target: the settings, its platform, what rollbacks put aside. Errors: as
/// Session::query.
Result<inspect::Scope> schema_scope(const Context& context, pg::Session& session, const Wait& wait);

/// The role whose work the objects of a database are: that of the history, else the one that has
/// most relations, else the one that is connected. Errors: as Session::query.
Result<std::string> author_of(pg::Session& session, const std::string& history_schema,
                              const Wait& wait);

/// The same of a schema without its database: the role that owns most of its relations; empty when
/// that is the owner of the database.
std::string author_in(const schema::Schema& schema);

/// A salt for one comparison.
std::string fresh_salt();

} // namespace slipway::app
