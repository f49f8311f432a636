#include "slipway/schema/subset.hpp"

#include <algorithm>
#include <optional>

namespace slipway::schema {

namespace {

class Subset {
public:
  Subset(const Schema& schema, const std::vector<std::string>& patterns)
      : schema_(schema), patterns_(patterns) {}

  Schema run() {
    for (Object::Index at = 0; at < schema_.size(); ++at)
      handles_.push_back(copied(schema_.at(at)));
    for (const auto& one : schema_.dependencies())
      if (handles_[one.object] && handles_[one.needs])
        builder_.depends(*handles_[one.object], *handles_[one.needs]);
    if (schema_.has_dependencies()) builder_.dependencies_read();
    return builder_.finish(schema_.origin());
  }

private:
  std::optional<SchemaBuilder::Handle> copied(const Object& object) {
    const auto name = object.kind() == Kind::schema ? object.name() : object.schema();
    if (is_left_out(name, patterns_)) return std::nullopt;
    const auto parent = object.parent();
    const auto handle =
        parent ? builder_.add_part(*handles_[parent->index()], object.kind(), object.part())
               : builder_.add(object.kind(), object.schema(), object.name(), object.part());
    for (const auto& value : object.values()) builder_.set(handle, value.property, value.text);
    return handle;
  }

  const Schema& schema_;
  const std::vector<std::string>& patterns_;
  std::vector<std::optional<SchemaBuilder::Handle>> handles_;
  SchemaBuilder builder_;
};

} // namespace

bool is_left_out(std::string_view name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
    if (!pattern.ends_with('*')) return name == pattern;
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
  });
}

Schema without_schemas(Schema schema, const std::vector<std::string>& patterns) {
  return Subset(schema, patterns).run();
}

} // namespace slipway::schema
