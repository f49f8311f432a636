#pragma once

#include "reference.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

/// Scripts that complete commands, options and their values. Each is self-contained: none needs a
/// completion package.
std::string bash_completion(const Reference& reference);
std::string zsh_completion(const Reference& reference);
std::string fish_completion(const Reference& reference);

/// Every command that is shown, commands within commands after the one they belong to.
std::vector<const CommandEntry*> shown_commands(const Reference& reference);

/// What the value of an option or an argument is completed with.
enum class ValueKind { choices, file, folder, command, anything };
ValueKind value_kind(const std::string& name, const std::vector<std::string>& choices);

/// Both spellings of an option, or its only one.
std::vector<std::string> option_names(const OptionEntry& option);

/// Names of the commands directly below `path`, or of the program's for an empty path.
std::vector<std::string> names_below(const Reference& reference, const std::string& path);

} // namespace slipway::cli
