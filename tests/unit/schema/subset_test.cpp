#include "slipway/schema/difference.hpp"
#include "slipway/schema/subset.hpp"

#include <gtest/gtest.h>

namespace slipway::schema {
namespace {

Schema with(const std::vector<std::string>& names) {
  SchemaBuilder builder;
  std::optional<SchemaBuilder::Handle> before;
  for (const auto& name : names) {
    const auto holder = builder.add(Kind::schema, "", name);
    const auto table = builder.add(Kind::table, name, "t");
    const auto column = builder.add_part(table, Kind::column, "a");
    builder.set(column, Property::type, "integer");
    builder.depends(table, holder);
    builder.depends(column, before.value_or(table));
    before = table;
  }
  builder.dependencies_read();
  return builder.finish({150000, "app", "UTF8", "C", {}});
}

TEST(Subset, LeavesOutSchemasWithEverythingInThem) {
  const auto rest = without_schemas(with({"a", "b_1", "b_2", "c"}), {"b_*", "d"});
  EXPECT_TRUE(compare(rest, with({"a", "c"})).empty());
  EXPECT_TRUE(rest.has_dependencies());
  EXPECT_EQ(rest.dependencies().size(), 2U) << "that on what is gone went with it";
  EXPECT_EQ(rest.origin().owner, "app");
}

TEST(Subset, APatternIsANameOrItsBeginning) {
  EXPECT_TRUE(is_left_out("tenant_1", {"x", "tenant_*"}));
  EXPECT_TRUE(is_left_out("x", {"x"}));
  EXPECT_FALSE(is_left_out("x1", {"x"}));
  EXPECT_FALSE(is_left_out("my_tenant_1", {"tenant_*"}));
}

} // namespace
} // namespace slipway::schema
