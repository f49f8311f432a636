#pragma once

#include "slipway/inspect/read.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/test/test_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::inspect {

/// Reads, or throws with the server's message.
inline schema::Schema read_or_throw(pg::Session& session, const Scope& scope = {}) {
  auto read = read_schema(session, scope, test::long_wait());
  if (!read) {
    const auto& error = read.error();
    throw std::runtime_error(error.message + (error.sql ? ": " + error.sql->context : ""));
  }
  return std::move(*read);
}

/// The object with that path.
inline std::optional<schema::Object> object_at(const schema::Schema& schema,
                                               std::string_view path) {
  for (schema::Object::Index at = 0; at < schema.size(); ++at)
    if (schema.at(at).path() == path) return schema.at(at);
  return std::nullopt;
}

/// One line a difference: "column public.t.a not_null: - -> yes".
inline std::vector<std::string> told(const std::vector<schema::Difference>& differences) {
  std::vector<std::string> lines;
  for (const auto& one : differences) {
    if (one.change != schema::Change::changed)
      lines.push_back(one.identity.path() + " " + std::string(schema::change_name(one.change)));
    for (const auto& value : one.properties)
      lines.push_back(one.identity.path() + " " +
                      std::string(schema::property_name(value.property)) + ": " +
                      value.from.value_or("-") + " -> " + value.to.value_or("-"));
  }
  return lines;
}

class InspectTest : public test::ServerTest {
protected:
  schema::Schema read(const Scope& scope = {}) {
    auto session = connect();
    return read_or_throw(session, scope);
  }
  /// A value in the database as it is, or "-".
  std::string value_of(std::string_view path, schema::Property property) {
    const auto schema = read();
    const auto object = object_at(schema, path);
    if (!object) return "no " + std::string(path);
    return std::string(object->get(property).value_or("-"));
  }
  /// What is below `needs` for each edge of the object: "table public.a".
  std::vector<std::string> needs_of(std::string_view path) {
    Scope scope;
    scope.dependencies = true;
    const auto schema = read(scope);
    std::vector<std::string> found;
    for (const auto& edge : schema.dependencies())
      if (schema.at(edge.object).path() == path) found.push_back(schema.at(edge.needs).path());
    return found;
  }
};

} // namespace slipway::inspect
