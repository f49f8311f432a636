#pragma once

#include "slipway/plan/comparison.hpp"

#include <string>

namespace slipway::report {

/// The command a person runs next, given files against history; empty when there is nothing to do.
std::string next_command(const plan::Comparison& comparison);

/// One line a migration, `[x]` applied, `[ ]` pending, `[~]` half done, `[!]` late or changed,
/// `[?]` without a file; then the counts and the next command. `target` is shown as given.
std::string status_text(const plan::Comparison& comparison, const source::Folder& folder,
                        const plan::History& history, const std::string& target);

/// {"schema":1,"target","history_exists","counts":{...},"migrations":[...],"next_command"}.
/// Versions are strings, because 18 digits do not fit a JavaScript number.
std::string status_json(const plan::Comparison& comparison, const source::Folder& folder,
                        const plan::History& history, const std::string& target);

/// Only what `verify` objects to: changed, missing, late and half-done migrations, and notes on
/// harmless differences.
std::string verify_text(const plan::Comparison& comparison, const source::Folder& folder);

} // namespace slipway::report
