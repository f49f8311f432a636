#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::observe {

/// What a person sees after `bytes` went to a terminal: overwritten lines collapsed, colours
/// dropped. Knows "\r", "\n", "clear to the end of the line" and colours, which is all that may be
/// sent; anything else shows up as "<ESC>".
inline std::vector<std::string> screen(std::string_view bytes) {
  std::vector<std::string> lines{""};
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string& line = lines.back();
    if (bytes[i] == '\n') {
      lines.emplace_back();
      column = 0;
    } else if (bytes[i] == '\r') {
      column = 0;
    } else if (bytes.substr(i, 3) == "\x1b[K") {
      line.resize(std::min(column, line.size()));
      i += 2;
    } else if (bytes.substr(i, 2) == "\x1b[" &&
               bytes.find('m', i) <= bytes.find_first_not_of("0123456789;", i + 2)) {
      i = bytes.find('m', i);
    } else if (bytes[i] == '\x1b') {
      line += "<ESC>";
    } else {
      if (column < line.size())
        line[column] = bytes[i];
      else
        line += bytes[i];
      ++column;
    }
  }
  return lines;
}

} // namespace slipway::observe
