// What a snapshot looks like: one object a line, so that lines differ where objects do.
#include "json_text.hpp"
#include "slipway/schema/snapshot.hpp"

#include <unordered_map>

namespace slipway::schema {

namespace {

void add_strings(std::string& json, const std::vector<std::string>& values) {
  json += '[';
  for (const auto& value : values) {
    if (&value != &values.front()) json += ',';
    add_json_string(json, value);
  }
  json += ']';
}

void add_value(std::string& json, const Object::Value& value) {
  const auto shape = property_shape(value.property);
  if (shape == Shape::flag && value.text == "yes") {
    json += "true";
    return;
  }
  if (shape == Shape::number && is_json_number(value.text)) {
    json += value.text;
    return;
  }
  if (shape == Shape::list || shape == Shape::set) {
    // What would come back as another text is kept as the text that it is.
    const auto values = split_list(value.text);
    if ((shape == Shape::list ? join_list(values) : join_set(values)) == value.text) {
      add_strings(json, values);
      return;
    }
  }
  add_json_string(json, value.text);
}

class Writer {
public:
  explicit Writer(const Schema& schema) : schema_(schema) {
    if (!schema.has_dependencies()) return;
    for (Object::Index at = 0; at < schema.size(); ++at) ++paths_[schema.at(at).path()];
  }

  std::string write() {
    add_head();
    for (Object::Index at = 0; at < schema_.size(); ++at) {
      json_ += at == 0 ? "\n" : ",\n";
      add_object(schema_.at(at));
    }
    json_ += "\n]}\n";
    return std::move(json_);
  }

private:
  void add_head() {
    const auto& origin = schema_.origin();
    json_ += "{\"format\":\"slipway schema\",\"version\":1,\n\"server_version\":" +
             std::to_string(origin.server_version) + ",\n\"owner\":";
    add_json_string(json_, origin.owner);
    json_ += ",\n\"encoding\":";
    add_json_string(json_, origin.encoding);
    json_ += ",\n\"locale\":";
    add_json_string(json_, origin.locale);
    json_ += ",\n\"left_out\":";
    add_strings(json_, origin.left_out);
    json_ += ",\n\"dependencies\":";
    json_ += schema_.has_dependencies() ? "true" : "false";
    json_ += ",\n\"objects\":[";
  }

  void add_object(const Object& object) {
    json_ += "{\"kind\":";
    add_json_string(json_, kind_name(object.kind()));
    if (!object.schema().empty()) add_member("schema", object.schema());
    add_member("name", object.name());
    if (!object.part().empty() || is_part(object.kind())) add_member("part", object.part());
    add_properties(object);
    if (schema_.has_dependencies()) add_needs(object);
    json_ += '}';
  }

  void add_member(std::string_view name, std::string_view text) {
    json_.append(",\"").append(name).append("\":");
    add_json_string(json_, text);
  }

  void add_properties(const Object& object) {
    const auto values = object.values();
    if (values.empty()) return;
    json_ += ",\"properties\":{";
    for (const auto& value : values) {
      if (&value != &values.front()) json_ += ',';
      add_json_string(json_, property_name(value.property));
      json_ += ':';
      add_value(json_, value);
    }
    json_ += '}';
  }

  // They are sorted by the object that needs, as objects are.
  void add_needs(const Object& object) {
    const auto& all = schema_.dependencies();
    bool any = false;
    for (; next_ < all.size() && all[next_].object == object.index(); ++next_) {
      json_ += any ? "," : ",\"needs\":[";
      any = true;
      const auto needed = schema_.at(all[next_].needs);
      const auto path = needed.path();
      // Numbers change when something is added before, so they are for paths that mean two objects.
      if (paths_.at(path) == 1)
        add_json_string(json_, path);
      else
        json_ += std::to_string(needed.index());
    }
    if (any) json_ += ']';
  }

  const Schema& schema_;
  std::unordered_map<std::string, int> paths_;
  std::size_t next_ = 0;
  std::string json_;
};

} // namespace

std::string to_json(const Schema& schema) {
  return Writer(schema).write();
}

} // namespace slipway::schema
