#include "source_text.hpp"

#include "slipway/base/bug.hpp"

#include <algorithm>

namespace slipway::source {

namespace {

std::string_view checked(const std::shared_ptr<const std::string>& text) {
  SLIPWAY_ASSERT(text != nullptr);
  return *text;
}

} // namespace

SourceText::SourceText(std::shared_ptr<const std::string> text, std::string path)
    : text_(std::move(text)), path_(std::move(path)), lines_(checked(text_)) {
}

Position SourceText::position(std::size_t offset) const {
  Position found = lines_.position(view(), offset);
  if (found.line == 1 && start_of_text(view()) > 0 && found.column > 1) --found.column;
  return found;
}

Place SourceText::place(Span span) const {
  const Position at = position(span.offset);
  std::string_view line = lines_.line_at(view(), span.offset);
  if (at.line == 1) line.remove_prefix(start_of_text(line));
  // An underline ends with its line.
  const std::string_view marked = view().substr(span.offset, span.length);
  const std::size_t width = code_points(marked.substr(0, marked.find_first_of("\r\n")));
  return Place{path_, at.line, at.column, std::string(line), std::max<std::size_t>(width, 1)};
}

Place SourceText::place() const {
  Place whole;
  whole.file = path_;
  return whole;
}

} // namespace slipway::source
