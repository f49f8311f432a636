#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::diff {

/// The words of a text: what could be a name in it.
std::set<std::string> words_of(std::string_view text);

/// What could be a name with its schema in a text of SQL: two identifiers with a dot between them.
std::set<std::pair<std::string, std::string>> qualified_names_of(std::string_view text);
/// Those that no dot stands before, in small letters, too, as the server reads them.
std::set<std::string> words_without_schema(std::string_view text);

/// What could be an operator in a text: runs of the signs that operators are made of.
std::set<std::string> operators_in(std::string_view text);

} // namespace slipway::diff
