// Any bytes as a script: refused with a place, or split into spans that lie in order inside it.
// Statements written one below the other are split again into the same.
#include "promise.hpp"
#include "slipway/sql/script.hpp"

#include <algorithm>
#include <cstdint>

namespace slipway::fuzz {
namespace {

void check_spans(std::string_view text, const sql::Script& script) {
  const LineIndex lines(text);
  std::size_t end = 0;
  std::size_t data_end = 0;
  for (const auto& statement : script.statements) {
    promise(statement.span.length > 0, "no statement is empty");
    promise(statement.span.offset >= end && statement.span.end() <= text.size(),
            "statements lie in order inside the text");
    end = statement.span.end();
    promise(statement.position.line <= lines.line_count(), "positions lie inside the text");
    if (!statement.copy_data) continue;
    // It begins on the next line, so other statements may stand between a COPY and its data.
    promise(statement.copy_data->offset >= std::max(end, data_end) &&
                statement.copy_data->end() <= text.size(),
            "data lies in order behind its statement");
    data_end = statement.copy_data->end();
  }
  end = 0;
  for (const auto& comment : script.comments) {
    promise(comment.span.offset >= end && comment.span.end() <= text.size(),
            "comments lie in order inside the text");
    promise(text.substr(comment.span.offset, 2) == "--", "a line comment begins with dashes");
    promise(text.substr(comment.span.offset, comment.span.length).find_first_of("\r\n") ==
                std::string_view::npos,
            "a line comment is one line");
    end = comment.span.end();
  }
}

void check_joined(std::string_view text, const sql::Script& script) {
  std::string joined;
  for (const auto& statement : script.statements) {
    joined += statement.text(text);
    // The last one may have a parenthesis open, in which a semicolon would be part of it.
    if (&statement != &script.statements.back() || statement.copy_data) joined += "\n;\n";
    if (!statement.copy_data) continue;
    const auto data = text.substr(statement.copy_data->offset, statement.copy_data->length);
    joined += data;
    if (!data.empty() && data.back() != '\n') joined += "\n";
    joined += "\\.\n";
  }
  const auto again = sql::split(joined, "joined.sql");
  promise(again.has_value(), "statements one below the other can be split");
  promise(again->statements.size() == script.statements.size(),
          "there are as many statements as before");
  for (std::size_t i = 0; i < script.statements.size(); ++i)
    promise(again->statements[i].text(joined) == script.statements[i].text(text),
            "each statement is the same as before");
}

} // namespace
} // namespace slipway::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto script = sql::split(text, "fuzz.sql");
  if (!script) {
    fuzz::promise_good_refusal(script.error(), ErrorCode::source, "fuzz.sql");
    return 0;
  }
  fuzz::check_spans(text, *script);
  fuzz::check_joined(text, *script);
  return 0;
}
