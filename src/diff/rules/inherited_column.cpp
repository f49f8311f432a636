#include "inherited_column.hpp"

#include "naming.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

bool is_not_inherited(const Object& column, Property property) {
  const bool not_null = property == Property::not_null || property == Property::not_null_name ||
                        property == Property::not_null_no_inherit;
  return property == Property::identity || property == Property::identity_options ||
         property == Property::identity_acl || property == Property::identity_comment ||
         property == Property::statistics_target || property == Property::options ||
         (not_null && column.has(Property::not_null_no_inherit));
}

} // namespace

schema::Schema as_inherited(const Object& above) {
  schema::SchemaBuilder builder;
  const auto table = builder.add(Kind::table, above.schema(), above.name());
  const auto column = builder.add_part(table, Kind::column, above.part());
  for (const auto& value : above.values())
    if (!is_not_inherited(above, value.property)) builder.set(column, value.property, value.text);
  return builder.finish({});
}

std::optional<Object> attribute_of(const Scene& scene, const schema::Schema& schema,
                                   const Object& column) {
  const auto before = scene.from.relation(column.schema(), column.name());
  const auto after = scene.to.relation(column.schema(), column.name());
  if (!before || !after || !before->has(Property::of_type) ||
      before->get(Property::of_type) != after->get(Property::of_type))
    return std::nullopt;
  const auto name = split_name(before->text(Property::of_type));
  const auto type = schema.find({Kind::composite_type, name.schema, name.name, {}});
  return type ? type->part(Kind::column, column.part()) : std::nullopt;
}

} // namespace slipway::diff
