// Events and errors as JSON values.
#include "event_json.hpp"

#include "slipway/observe/sinks.hpp"

#include <cmath>

namespace slipway::observe {

namespace {

using Json = nlohmann::ordered_json;

void put_if_sent(Json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

Json sql_object(const SqlError& sql) {
  Json object{{"severity", sql.severity}, {"sqlstate", sql.sqlstate}, {"message", sql.message}};
  put_if_sent(object, "detail", sql.detail);
  put_if_sent(object, "hint", sql.hint);
  put_if_sent(object, "context", sql.context);
  put_if_sent(object, "schema", sql.schema);
  put_if_sent(object, "table", sql.table);
  put_if_sent(object, "column", sql.column);
  put_if_sent(object, "data_type", sql.data_type);
  put_if_sent(object, "constraint", sql.constraint);
  put_if_sent(object, "query", sql.query);
  if (sql.position) object["position"] = *sql.position;
  return object;
}

Json place_object(const Place& place) {
  return {{"file", place.file},
          {"line", place.line},
          {"column", place.column},
          {"width", place.width},
          {"source_line", place.source_line}};
}

struct ToFields {
  Json& object;

  void operator()(const char* name, const std::string& value) const { object[name] = value; }
  void operator()(const char* name, std::string_view value) const { object[name] = value; }
  void operator()(const char* name, std::int64_t value) const { object[name] = value; }
  // Microseconds are the finest that means anything here.
  void operator()(const char* name, double value) const {
    object[name] = std::round(value * 1000) / 1000;
  }
  void operator()(const char* name, const Error& error) const {
    object[name] = error_object(error);
  }
};

} // namespace

Json error_object(const Error& error) {
  return {{"code", error_code_name(error.code)},
          {"exit_status", exit_status(error.code)},
          {"message", error.message},
          {"hint", error.hint},
          {"place", error.place ? place_object(*error.place) : Json()},
          {"sql", error.sql ? sql_object(*error.sql) : Json()},
          {"notes", error.notes},
          {"outcome", error.outcome == Outcome::unknown ? "unknown" : "failed"},
          {"database_state", error.database_state},
          {"next_command", error.next_command}};
}

Json fields_object(const Event& event) {
  Json object = Json::object();
  std::visit([&](const auto& e) { e.fields(ToFields{object}); }, event);
  return object;
}

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string error_json(const Error& error) {
  return one_line(error_object(error));
}

} // namespace slipway::observe
