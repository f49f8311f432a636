#pragma once

#include "slipway/base/result.hpp"
#include "slipway/base/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sql {

/// One statement of a script, as a slice of it: `sql` runs from the first byte that is not white
/// space or comment to the end of its last token: neither the semicolon nor a comment before it is
/// part of it.
struct Statement {
  Span span;
  Position position;
  /// For COPY ... FROM STDIN with data inline: the data lines, without the terminating `\.` line.
  std::optional<Span> copy_data;

  std::string_view text(std::string_view script) const {
    return script.substr(span.offset, span.length);
  }
};

/// A comment line `-- ...` (real comments only, never one inside a string or a body). `text`
/// excludes the dashes.
struct LineComment {
  Span span; ///< from the first dash to the last byte before the line end
  Position position;
  bool starts_line; ///< only white space before it on its line
};

/// What splitting finds in a script. Offsets count bytes of the text given, including a byte order
/// mark, if any.
struct Script {
  std::vector<Statement> statements;
  std::vector<LineComment> comments;
};

/// Splits a script into statements exactly as psql 15 does, except that empty statements are
/// dropped and `\;` ends a statement like `;`. A byte order mark at the start is skipped.
/// `\restrict` and `\unrestrict` lines are skipped. `standard_conforming_strings` is followed when
/// a SET in the script changes it. Errors (ErrorCode::source, with place): unterminated quote,
/// dollar quote, block comment or BEGIN ATOMIC body; COPY data that reaches the end without `\.`;
/// NUL byte; invalid UTF-8; byte order mark elsewhere; any other psql meta-command. `file` names
/// the script in errors.
Result<Script> split(std::string_view script, const std::string& file);

} // namespace slipway::sql
