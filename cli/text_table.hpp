#pragma once

#include "slipway/observe/output.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

/// Rows in columns that are as wide as their widest cell. The last column takes what is left of the
/// terminal and is cut there with an ellipsis; where the output is not a terminal nothing is cut,
/// so that grep finds everything.
class TextTable {
public:
  explicit TextTable(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  /// Precondition: as many cells as there are headings. Control characters in them are made
  /// visible.
  void add_row(std::vector<std::string> cells);
  std::string text(const observe::Output& out) const;

private:
  std::vector<std::vector<std::string>> rows_; ///< the first holds the headings
};

/// The first line of `text`, with inner white space as single spaces.
std::string one_line(std::string_view text);

} // namespace slipway::cli
