// What bench/catalog measures: one reading of a schema, its fingerprint, a gate, or two readings
// and their comparison, with nothing around them but the process and its connection.
#include "slipway/inspect/gate.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"

#include <cstdio>
#include <string_view>

namespace {

using namespace slipway;

constexpr Millis k_long{600'000};

Result<pg::Session> open(const char* url, const Wait& wait) {
  pg::ConnectOptions options;
  options.connection_string = url;
  return pg::Session::open(options, wait);
}

Result<schema::Schema> read(const char* url, bool dependencies, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open(url, wait));
  inspect::Scope scope;
  scope.dependencies = dependencies;
  return inspect::read_schema(session, scope, wait);
}

Result<std::string> gate(const char* url, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open(url, wait));
  SLIPWAY_ASSIGN(const auto found, inspect::read_gate(session, wait));
  return found ? found->value : std::string("no gate");
}

Result<std::string> fingerprint(const char* url, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto schema, read(url, false, wait));
  return schema::fingerprint(schema).text();
}

Result<std::string> differences(const char* from, const char* to, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto before, read(from, true, wait));
  SLIPWAY_ASSIGN(const auto after, read(to, true, wait));
  return std::to_string(schema::compare(before, after).size()) + " differences";
}

} // namespace

int main(int count, char** arguments) {
  const Wait wait{Deadline::after(k_long)};
  const std::string_view what = count > 2 ? arguments[1] : "";
  Result<std::string> said =
      Error(ErrorCode::usage, "usage: catalog_reading gate URL | fingerprint URL | diff URL URL");
  if (what == "gate") said = gate(arguments[2], wait);
  if (what == "fingerprint") said = fingerprint(arguments[2], wait);
  if (what == "diff" && count > 3) said = differences(arguments[2], arguments[3], wait);
  if (!said) {
    std::fprintf(stderr, "error: %s\n", said.error().message.c_str());
    return 1;
  }
  std::puts(said->c_str());
  return 0;
}
