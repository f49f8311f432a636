#pragma once

#include "directive.hpp"
#include "slipway/source/migration.hpp"

namespace slipway::source {

/// Where a section's text lies in its file: from the end of the directive's line to the line of the
/// next section.
struct SectionSpan {
  DirectiveName name;
  Span directive;
  Span body;
};

std::vector<SectionSpan> cut_sections(const std::vector<Directive>& directives,
                                      std::string_view text);

/// Reads the statements of one part of a file. It is split by itself, as it will be when it is read
/// back from the history, so that both ways give the same statements. Errors: what sql::split
/// refuses, with the place in the file.
Result<Section> read_section(const SourceText& file, Span body);

} // namespace slipway::source
