#pragma once

#include "slipway/base/error.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace slipway::cli {

/// Why the parser refused a command line, in our own words: what is wrong, the nearest name, where
/// to read on. `app` is the top-level parser in the state the failure left it in.
Error usage_error(const CLI::App& app, const CLI::ParseError& error);

/// Whether the parser had no place for a word.
bool has_unexpected_word(const CLI::App& app);

/// The first word the parser had no place for: an unknown option or command, or an argument too
/// many. Precondition: there is one.
Error unexpected_word(const CLI::App& app);

/// `no command "stauts"; did you mean "status"?`, with the commands of `app` as candidates.
Error unknown_command(const CLI::App& app, const std::string& word);

} // namespace slipway::cli
