// Cuts a file into its sections and reads their statements with positions of the whole file.
#include "sections.hpp"

#include <algorithm>

namespace slipway::source {

namespace {

std::size_t next_line(std::string_view text, std::size_t from) {
  const std::size_t end = text.find_first_of("\r\n", from);
  if (end == std::string_view::npos) return text.size();
  return end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
}

std::size_t line_start(std::string_view text, std::size_t offset) {
  const std::size_t before = text.substr(0, offset).find_last_of("\r\n");
  return before == std::string_view::npos ? start_of_text(text) : before + 1;
}

} // namespace

std::vector<SectionSpan> cut_sections(const std::vector<Directive>& directives,
                                      std::string_view text) {
  std::vector<SectionSpan> sections;
  for (const auto& directive : directives) {
    if (!opens_section(directive.name)) continue;
    if (!sections.empty()) {
      Span& before = sections.back().body;
      before.length = line_start(text, directive.comment.offset) - before.offset;
    }
    const std::size_t begin = next_line(text, directive.comment.end());
    sections.push_back({directive.name, directive.comment, {begin, text.size() - begin}});
  }
  return sections;
}

Result<Section> read_section(const SourceText& file, Span body) {
  Section section{
      file.shared(), file.path(), {}, std::string(file.view().substr(body.offset, body.length))};
  auto script = sql::split(section.body, file.path());
  if (!script) {
    Error error = std::move(script).error();
    if (error.place && error.place->line > 0)
      error.place->line += file.position(body.offset).line - 1;
    return fail(std::move(error));
  }
  section.statements = std::move(script->statements);
  for (auto& statement : section.statements) {
    statement.span.offset += body.offset;
    statement.position = file.position(statement.span.offset);
    if (statement.copy_data) statement.copy_data->offset += body.offset;
  }
  return section;
}

} // namespace slipway::source
