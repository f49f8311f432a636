#pragma once

#include <string>
#include <string_view>

namespace slipway::schema {

/// The name that the server gives to something of a column when nobody names it:
/// TABLE_COLUMN_LABEL, with table and column shortened until it fits. Without the number that it
/// puts behind when that name is taken.
std::string usual_name(std::string_view table, std::string_view column, std::string_view label);

} // namespace slipway::schema
