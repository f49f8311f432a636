#include "new_database_schema.hpp"

namespace slipway::app {

schema::Schema new_database_like(const schema::Schema& schema) {
  constexpr int k_with_database_owner = 150'000;
  const bool newer = schema.origin().server_version >= k_with_database_owner;
  schema::SchemaBuilder builder;
  const auto handle = builder.add(schema::Kind::schema, "", "public");
  builder.set_list(handle, schema::Property::acl, {"<owner>=UC", newer ? "public=U" : "public=UC"});
  const auto there = schema.find({schema::Kind::schema, "", "public", ""});
  if (newer)
    builder.set(handle, schema::Property::owner, "pg_database_owner");
  else if (there && there->has(schema::Property::owner))
    builder.set(handle, schema::Property::owner, there->text(schema::Property::owner));
  builder.dependencies_read();
  return builder.finish(schema.origin());
}

} // namespace slipway::app
