#include "layer_table.hpp"

#include "repository.hpp"

#include <sstream>
#include <stdexcept>

namespace slipway::style {

namespace {

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto first = text.find(begin);
  const auto last = text.find(end);
  if (first == std::string::npos || last == std::string::npos || last < first)
    throw std::runtime_error("docs/architecture.md has no table between its layers marks");
  return text.substr(first + begin.size(), last - first - begin.size());
}

} // namespace

std::map<std::string, Layer> layer_table() {
  std::map<std::string, Layer> table;
  for (const auto& line : lines_of(
           between(read("docs/architecture.md"), "<!-- layers:begin -->", "<!-- layers:end -->"))) {
    const auto cells = cells_of(line);
    if (cells.empty() || cells[0] == "room" || cells[0].starts_with("---")) continue;
    if (cells.size() != 3 || (cells[1] != "P" && cells[1] != "E"))
      throw std::runtime_error("malformed row: " + line);
    Layer layer{.pure = cells[1] == "P", .may_include = {}};
    std::istringstream rooms(cells[2]);
    for (std::string room; rooms >> room;) layer.may_include.insert(room);
    if (!table.emplace(cells[0], std::move(layer)).second)
      throw std::runtime_error("two rows for " + cells[0]);
  }
  return table;
}

} // namespace slipway::style
