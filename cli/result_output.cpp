// The JSON a command prints.
#include "result_output.hpp"

#include "slipway/observe/sinks.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

void print_json(observe::Output& out, const nlohmann::ordered_json& body) {
  nlohmann::ordered_json document{{"schema", 1}};
  document.update(body);
  out.line(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void print_error_json(observe::Output& out, const Error& error) {
  print_json(out, {{"error", nlohmann::ordered_json::parse(observe::error_json(error))}});
}

} // namespace slipway::cli
