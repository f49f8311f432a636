#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::rehearse {

// Columns that a soft drop has put aside (schema/trash.hpp) are still in the table, and so in
// pg_dump. It says of them what it says of any other; nothing else is passed over.

/// Whether the statement does nothing but say something of such a column.
bool is_of_trash_column(std::string_view statement);
/// Whether the item of CREATE TABLE's list is such a column.
bool is_trash_column(const std::string& item);

} // namespace slipway::rehearse
