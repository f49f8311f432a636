#include "slipway/schema/difference.hpp"
#include "slipway/schema/redact.hpp"
#include "slipway/schema/snapshot.hpp"

#include <gtest/gtest.h>

namespace slipway::schema {
namespace {

Schema with_digest(const std::string& digest) {
  SchemaBuilder builder;
  const auto server = builder.add(Kind::server, "", "far");
  const auto mapping = builder.add(Kind::user_mapping, "", "far", "app");
  if (!digest.empty()) builder.set(mapping, Property::secret_digest, digest);
  const auto table = builder.add(Kind::table, "public", "t");
  const auto column = builder.add_part(table, Kind::column, "a");
  builder.set(column, Property::type, "int");
  builder.depends(mapping, server);
  builder.depends(column, table);
  builder.dependencies_read();
  return builder.finish({150000, "app", "UTF8", "C", {"auth"}});
}

TEST(Redact, DigestsGoAndNamesStay) {
  EXPECT_EQ(to_json(without_secrets(with_digest("password=abc\nuser=def"))),
            to_json(with_digest("password=\nuser=")));
  EXPECT_EQ(to_json(without_secrets(with_digest("password="))), to_json(with_digest("password=")));
}

TEST(Redact, ASchemaWithoutSecretsStaysAsItIs) {
  EXPECT_EQ(to_json(without_secrets(with_digest(""))), to_json(with_digest("")));
}

} // namespace
} // namespace slipway::schema
