#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::cli {

/// An option or positional that takes one of `choices`. Its value is named "a|b|c", which help, the
/// man page and the completions read the choices from; a wrong one is refused with the nearest
/// named.
CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& target,
                        const std::vector<std::string>& choices, const std::string& description);

/// An option that takes a whole number of at least `least`.
CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<std::int64_t>& target,
                        std::int64_t least, const std::string& description);

/// The choices in a value's name as add_choice wrote it; empty when it takes anything.
std::vector<std::string> choices_in(const std::string& value_name);

} // namespace slipway::cli
