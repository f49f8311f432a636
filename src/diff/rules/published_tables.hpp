#pragma once

#include "rules.hpp"

#include <set>
#include <string>
#include <vector>

namespace slipway::diff {

/// The name in a publication's entry for a table, which may go on with columns and a condition.
std::string published_name(const std::string& entry);

/// The entry of the publication for the table; empty when it has none.
std::string published_entry(const schema::Object& publication, const schema::Object& table);

/// What stands behind FOR, ADD, DROP or SET, one by one: "TABLE a", "b (id)", "TABLES IN SCHEMA s".
/// A table that others inherit from is ONLY itself: these have entries of their own.
std::vector<std::string> published_entries(const Scene& scene,
                                           const std::vector<std::string>& tables,
                                           const std::vector<std::string>& schemas);

/// All that the publication has, with the tables of the entries in `plain` by their names alone.
std::vector<std::string> published_plainly(const Scene& scene, const schema::Object& publication,
                                           const std::set<std::string>& plain);

} // namespace slipway::diff
