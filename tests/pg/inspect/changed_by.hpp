#pragma once

#include "slipway/inspect/read.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace slipway::inspect {

/// A test that changes its database and looks at what the reading sees of it.
class ChangedByTest : public test::ServerTest {
protected:
  static schema::Schema read(pg::Session& session, const Scope& scope = {}) {
    auto schema = read_schema(session, scope, test::long_wait());
    if (!schema) throw std::runtime_error(schema.error().message);
    return std::move(*schema);
  }
  schema::Schema read(const Scope& scope = {}) const {
    auto session = connect();
    return read(session, scope);
  }

  /// What differs between before and after `sql`, a line each: "created PATH", "dropped PATH", or
  /// "PATH PROPERTY: FROM -> TO" with | between the elements of a list.
  std::string changed_by(const std::string& sql, const Scope& scope = {}) {
    const auto before = read(scope);
    exec(sql);
    return told(before, read(scope));
  }

  static std::string told(const schema::Schema& from, const schema::Schema& to) {
    std::string text;
    for (const auto& one : schema::compare(from, to)) {
      const auto path = one.identity.path();
      if (one.change != schema::Change::changed)
        text += std::string(schema::change_name(one.change)) + " " + path + "\n";
      for (const auto& property : one.properties)
        text += path + " " + std::string(schema::property_name(property.property)) + ": " +
                shown(property.from) + " -> " + shown(property.to) + "\n";
    }
    if (!text.empty()) text.pop_back();
    return text;
  }

  /// All properties of an object that is there: "PROPERTY: VALUE", a line each.
  static std::string all_of(const schema::Schema& schema, const schema::Identity& identity) {
    const auto object = schema.find(identity);
    if (!object) return "no " + identity.path();
    std::string text;
    for (const auto& [property, value] : object->values())
      text +=
          std::string(schema::property_name(property)) + ": " + shown(std::string(value)) + "\n";
    if (!text.empty()) text.pop_back();
    return text;
  }
  std::string all_of(const schema::Identity& identity) const { return all_of(read(), identity); }

  /// A new role, gone with the cluster.
  std::string make_role(const std::string& name, const std::string& options = "LOGIN") {
    const auto role =
        name + "_" + value("SELECT oid FROM pg_database WHERE datname = current_database()");
    exec("CREATE ROLE " + role + " " + options);
    return role;
  }

private:
  static std::string shown(const std::optional<std::string>& value) {
    if (!value) return "none";
    auto text = *value;
    std::replace(text.begin(), text.end(), '\n', '|');
    return "'" + text + "'";
  }
};

} // namespace slipway::inspect
