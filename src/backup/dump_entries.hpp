#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::backup {

/// What of a dump's list of contents is wanted.
struct WantedEntries {
  std::vector<std::string> schemas;
  std::vector<std::string> to_make; ///< schemas that the dump makes itself
};

/// The lines of `pg_restore --list` that are of these schemas. A name is followed by further names
/// without a mark between them, so that of two schemas "a" and "a b" the longer is taken. Pure.
std::vector<std::string> entries_of(std::string_view list, const WantedEntries& wanted);

/// Whether a line of that list is something that rows must not break, rather than something that
/// acts when they are written.
bool is_key_entry(std::string_view line);

/// The script as a server takes it: without the two lines for psql that newer versions put around
/// it. Pure.
std::string without_psql_lines(std::string script);

} // namespace slipway::backup
