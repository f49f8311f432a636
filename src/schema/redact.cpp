#include "slipway/schema/redact.hpp"

#include <algorithm>

namespace slipway::schema {

namespace {

bool has_secrets(const Schema& schema) {
  for (Object::Index at = 0; at < schema.size(); ++at)
    if (schema.at(at).has(Property::secret_digest)) return true;
  return false;
}

// Names stay: an object that has a secret is not one without.
std::vector<std::string> names_of(std::vector<std::string> digests) {
  for (auto& one : digests) one.resize(std::min(one.find('=') + 1, one.size()));
  return digests;
}

} // namespace

Schema without_secrets(Schema schema) {
  if (!has_secrets(schema)) return schema;
  SchemaBuilder builder;
  std::vector<SchemaBuilder::Handle> handles;
  for (Object::Index at = 0; at < schema.size(); ++at) {
    const auto object = schema.at(at);
    const auto parent = object.parent();
    handles.push_back(
        parent ? builder.add_part(handles[parent->index()], object.kind(), object.part())
               : builder.add(object.kind(), object.schema(), object.name(), object.part()));
    for (const auto& value : object.values())
      if (value.property != Property::secret_digest)
        builder.set(handles.back(), value.property, value.text);
    if (object.has(Property::secret_digest))
      builder.set_list(handles.back(), Property::secret_digest,
                       names_of(object.list(Property::secret_digest)));
  }
  for (const auto& one : schema.dependencies())
    builder.depends(handles[one.object], handles[one.needs]);
  if (schema.has_dependencies()) builder.dependencies_read();
  return builder.finish(schema.origin());
}

} // namespace slipway::schema
