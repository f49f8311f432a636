#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/schema.hpp"

#include <functional>
#include <gtest/gtest.h>

namespace slipway::schema {
namespace {

Schema built(const std::function<void(SchemaBuilder&)>& fill) {
  SchemaBuilder builder;
  fill(builder);
  Origin origin;
  origin.server_version = 150000;
  return builder.finish(origin);
}

Schema two_tables(const std::string& type_of_b) {
  return built([&](SchemaBuilder& builder) {
    const auto orders = builder.add(Kind::table, "public", "orders");
    const auto b = builder.add_part(orders, Kind::column, "b");
    const auto a = builder.add_part(orders, Kind::column, "a");
    builder.set(a, Property::type, "integer");
    builder.set_flag(a, Property::not_null);
    builder.set(a, Property::position, "1");
    builder.set(b, Property::type, type_of_b);
    builder.set(b, Property::position, "2");
    const auto view = builder.add(Kind::view, "public", "v");
    builder.set(view, Property::query, "SELECT 1");
    builder.depends(view, b);
    builder.dependencies_read();
    builder.add(Kind::table, "app", "orders");
  });
}

TEST(Schema, ListsObjectsBySchemaKindAndNameEachWithItsParts) {
  const auto schema = two_tables("text");
  std::vector<std::string> paths;
  for (const auto& object : schema.objects()) {
    paths.push_back(object.path());
    for (const auto& part : object.parts()) paths.push_back(part.path());
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"table app.orders", "table public.orders",
                                             "column public.orders.a", "column public.orders.b",
                                             "view public.v"}));
}

TEST(Schema, FindsObjectsAndPartsByIdentity) {
  const auto schema = two_tables("text");
  const auto column = schema.find({Kind::column, "public", "orders", "b"});
  ASSERT_TRUE(column);
  EXPECT_EQ(column->text(Property::type), "text");
  EXPECT_EQ(column->parent()->path(), "table public.orders");
  EXPECT_FALSE(schema.find({Kind::column, "public", "orders", "c"}));
  EXPECT_FALSE(schema.find({Kind::column, "app", "orders", "b"}));
  EXPECT_FALSE(schema.find({Kind::view, "public", "orders", ""}));
}

TEST(Schema, KeepsDependenciesThroughSorting) {
  const auto schema = two_tables("text");
  ASSERT_EQ(schema.dependencies().size(), 1U);
  EXPECT_EQ(schema.at(schema.dependencies()[0].object).path(), "view public.v");
  EXPECT_EQ(schema.at(schema.dependencies()[0].needs).path(), "column public.orders.b");
}

TEST(Schema, StaysValidWhenMoved) {
  auto schema = two_tables("text");
  const auto objects = schema.objects();
  const auto moved = std::move(schema);
  EXPECT_EQ(objects[1].path(), "table public.orders");
}

TEST(Lists, ComeBackAsTheyWere) {
  const std::vector<std::vector<std::string>> lists = {
      {""}, {"a"}, {"a", ""}, {"", ""}, {"a\nb", "\\n", "\\", "c\\"}};
  for (const auto& list : lists) EXPECT_EQ(split_list(join_list(list)), list);
}

TEST(Compare, NamesWhatDiffersByPathAndProperty) {
  const auto found = compare(two_tables("text"), two_tables("bigint"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].identity.path(), "column public.orders.b");
  ASSERT_EQ(found[0].properties.size(), 1U);
  EXPECT_EQ(property_name(found[0].properties[0].property), "type");
  EXPECT_EQ(found[0].properties[0].from, "text");
  EXPECT_EQ(found[0].properties[0].to, "bigint");
}

TEST(Compare, ACreatedTableSpeaksForItsColumns) {
  const auto found = compare(built([](SchemaBuilder&) {}), two_tables("text"));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[1].identity.path(), "table public.orders");
  EXPECT_EQ(found[1].change, Change::created);
}

TEST(Compare, ThePlaceOfAColumnDoesNotCount) {
  auto one = built([](SchemaBuilder& builder) {
    const auto table = builder.add(Kind::table, "public", "t");
    builder.set(builder.add_part(table, Kind::column, "a"), Property::position, "1");
  });
  auto other = built([](SchemaBuilder& builder) {
    const auto table = builder.add(Kind::table, "public", "t");
    builder.set(builder.add_part(table, Kind::column, "a"), Property::position, "2");
  });
  EXPECT_TRUE(compare(one, other).empty());
  EXPECT_EQ(fingerprint(one).root, fingerprint(other).root);
}

TEST(Fingerprint, IsEqualForEqualSchemasInWhateverOrderTheyWereRead) {
  const auto forwards = built([](SchemaBuilder& builder) {
    builder.add(Kind::table, "public", "a");
    builder.set(builder.add(Kind::table, "public", "b"), Property::owner, "x");
  });
  const auto backwards = built([](SchemaBuilder& builder) {
    builder.set(builder.add(Kind::table, "public", "b"), Property::owner, "x");
    builder.add(Kind::table, "public", "a");
  });
  EXPECT_EQ(fingerprint(forwards).text(), fingerprint(backwards).text());
}

TEST(Fingerprint, TellsAbsentFromEmptyAndWhereTextIsSplit) {
  const auto with = [](std::optional<std::string> comment, std::string owner) {
    return built([&](SchemaBuilder& builder) {
      const auto table = builder.add(Kind::table, "public", "t");
      if (comment) builder.set(table, Property::comment, *comment);
      builder.set(table, Property::owner, owner);
    });
  };
  EXPECT_NE(fingerprint(with("", "a")).root, fingerprint(with(std::nullopt, "a")).root);
  EXPECT_NE(fingerprint(with("b", "a")).root, fingerprint(with("", "ab")).root);
}

TEST(Fingerprint, OfDifferentServersIsNotComparable) {
  EXPECT_EQ(relate("s1-150000-aa", "s1-150000-aa"), Relation::equal);
  EXPECT_EQ(relate("s1-150000-aa", "s1-150000-ab"), Relation::different);
  EXPECT_EQ(relate("s1-150000-aa", "s1-160000-aa"), Relation::not_comparable);
}

TEST(Registry, EveryKindAndPropertyIsFoundByItsOwnName) {
  for (const auto kind : all_kinds()) EXPECT_EQ(kind_named(kind_name(kind)), kind);
  for (const auto property : all_properties()) {
    EXPECT_EQ(property_named(property_name(property)), property);
    EXPECT_FALSE(property_meaning(property).empty());
  }
}

} // namespace
} // namespace slipway::schema
