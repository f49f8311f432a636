#pragma once

#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::test {

/// Drops everything that was made in a database of a test server, by one who is a superuser there:
/// a tenth of what a new database costs. What it cannot undo, `traces` tells.
void empty_database(pg::Session& session);

/// How many objects of each catalog are in the database, and what else a test may have changed of
/// what is there from the start. As long as it is what it was when the database was new, an emptied
/// database is as good as a new one.
std::string traces(pg::Session& session);

} // namespace slipway::test
