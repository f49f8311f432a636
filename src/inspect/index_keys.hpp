#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::inspect {

/// The keys in a CREATE INDEX as pg_get_indexdef() writes it, each with its collation, operator
/// class and order: {"lower(name) COLLATE \"C\"", "id DESC"}.
std::vector<std::string> index_keys(std::string_view definition);

} // namespace slipway::inspect
