#pragma once

#include <string>
#include <string_view>

namespace slipway::schema {

/// Appends the text as a JSON string. A byte that is no UTF-8, as a SQL_ASCII database may hold, is
/// written as a lone surrogate \udc80 to \udcff, which read_json_string turns back into it.
void add_json_string(std::string& json, std::string_view text);

/// Whether the text is a number as JSON writes it.
bool is_json_number(std::string_view text);

} // namespace slipway::schema
