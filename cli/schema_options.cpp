#include "schema_options.hpp"

namespace slipway::cli {

std::vector<std::string_view> schema_reading_settings() {
  return {"target.url",     "connection.tls",   "connection.connect_timeout",
          "history.schema", "schema.leave_out", "run.deadline"};
}

void print_lines(observe::Output& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    out.line(observe::printable(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

} // namespace slipway::cli
