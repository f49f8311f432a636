#include "split/script_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace slipway::sql {

namespace {

// A longer line, such as a dump's INSERT, helps nobody under a caret.
constexpr std::size_t k_longest_source_line = 4096;

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> k_command_hints = {{
    {"\\copy", "write COPY ... FROM STDIN with the data below it, ended by a line \\."},
    {"\\set", "psql variables are not known here; write the value itself"},
    {"\\gset", "psql variables are not known here; write the value itself"},
    {"\\i", "put the other file's statements here, or make it a migration of its own"},
    {"\\ir", "put the other file's statements here, or make it a migration of its own"},
    {"\\include", "put the other file's statements here, or make it a migration of its own"},
    {"\\c", "a migration runs against one target; remove the line"},
    {"\\connect", "a migration runs against one target; remove the line"},
    {"\\gexec", "put the statements into a DO block with EXECUTE"},
}};

std::string_view command_hint(std::string_view command) {
  const auto found = std::find_if(k_command_hints.begin(), k_command_hints.end(),
                                  [&](const auto& entry) { return entry.first == command; });
  return found == k_command_hints.end() ? "remove the line, or say it in SQL" : found->second;
}

} // namespace

Error script_error(std::string_view script, const std::string& file, Span where,
                   std::string message, std::string hint) {
  const LineIndex lines(script);
  const Position position = lines.position(script, where.offset);
  const std::string_view line = lines.line_at(script, where.offset);
  Place place{file,
              position.line,
              position.column,
              {},
              std::max<std::size_t>(code_points(script.substr(where.offset, where.length)), 1)};
  if (line.size() <= k_longest_source_line) place.source_line = line;
  return Error(ErrorCode::source, std::move(message))
      .with_hint(std::move(hint))
      .with_place(std::move(place));
}

Error unterminated_error(std::string_view script, const std::string& file, const Token& token) {
  const Span where{token.offset, token.length};
  const std::string opening(token.text(script));
  switch (token.kind) {
  case TokenKind::unterminated_identifier:
    return script_error(script, file, where, "this quoted identifier does not end",
                        "close it with \"; a quote inside a quoted identifier is written twice");
  case TokenKind::unterminated_dollar_string:
    return script_error(script, file, where,
                        fmt::format("the text that {} opens does not end", opening),
                        fmt::format("close it with {}, spelled exactly so", opening));
  case TokenKind::unterminated_block_comment:
    return script_error(script, file, where, "this comment does not end",
                        "close it with */; comments nest, so each /* inside needs its own */");
  default:
    return script_error(
        script, file, where, "this quoted string does not end",
        "close it with '; a quote inside a string is written twice, and a backslash escapes only "
        "in E'...'");
  }
}

Error backslash_error(std::string_view script, const std::string& file, std::size_t offset) {
  const std::string_view rest = script.substr(offset);
  std::size_t length = 1;
  while (length < rest.size() &&
         ((rest[length] >= 'a' && rest[length] <= 'z') || rest[length] == '_'))
    ++length;
  const std::string_view command = rest.substr(0, length);
  if (rest.starts_with("\\."))
    return script_error(script, file, {offset, 2},
                        "\\. ends the data of a COPY, but none is open here",
                        "data lines must directly follow the line of a COPY ... FROM STDIN;");
  if (length == 1)
    return script_error(
        script, file, {offset, 1}, "a backslash means nothing here",
        "outside of quotes only psql knows backslashes; in a string the backslash escapes only in "
        "E'...'");
  return script_error(script, file, {offset, length},
                      fmt::format("{} is a command of psql, not SQL", command),
                      std::string(command_hint(command)));
}

} // namespace slipway::sql
