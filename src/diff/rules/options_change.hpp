#pragma once

#include "rules.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// Storage parameters as they stand in parentheses: "fillfactor=70, toast.autovacuum_enabled=off".
/// `prefix` is put before each name.
std::string options_list(const std::vector<std::string>& options, std::string_view prefix = {});

/// What is to be SET and what is to be RESET to come from one set of NAME=VALUE to another.
struct OptionsChange {
  std::vector<std::string> set;   ///< NAME=VALUE
  std::vector<std::string> reset; ///< NAME
};
OptionsChange options_change(const std::vector<std::string>& from,
                             const std::vector<std::string>& to);

/// `command` is what comes before SET (...) and RESET (...).
void change_options(const std::string& command, const std::vector<std::string>& from,
                    const std::vector<std::string>& to, Draft& draft, std::string_view prefix = {});

/// "OPTIONS (a 'b', ...)" of a foreign object; empty without any.
std::string foreign_options_clause(const std::vector<std::string>& options);
/// "OPTIONS (ADD a 'b', SET c 'd', DROP e)".
std::string foreign_options_change(const std::vector<std::string>& from,
                                   const std::vector<std::string>& to);

} // namespace slipway::diff
