#include "slipway/diff/drift.hpp"

#include <functional>
#include <gtest/gtest.h>

namespace slipway::diff {
namespace {

using schema::Change;
using schema::Kind;
using schema::Property;
using schema::Schema;
using schema::SchemaBuilder;

Schema built(const std::function<void(SchemaBuilder&)>& fill) {
  SchemaBuilder builder;
  fill(builder);
  schema::Origin origin;
  origin.server_version = 150000;
  return builder.finish(origin);
}

void add_table(SchemaBuilder& builder, const std::string& schema, const std::string& name,
               const std::string& type) {
  const auto table = builder.add(Kind::table, schema, name);
  builder.set(builder.add_part(table, Kind::column, "a"), Property::type, type);
}

std::vector<std::string> paths(const std::vector<DriftItem>& items) {
  std::vector<std::string> all;
  for (const auto& item : items) all.push_back(item.difference.identity.path());
  return all;
}

using Paths = std::vector<std::string>;

TEST(Drift, OfEqualSchemasIsNone) {
  const auto one = built([](SchemaBuilder& builder) { add_table(builder, "public", "t", "int"); });
  const auto drift = find_drift(one, one, {});
  EXPECT_TRUE(drift.items.empty());
  EXPECT_TRUE(drift.unmanaged.empty());
}

TEST(Drift, TellsWhatIsOtherwiseApartFromWhatNothingExpects) {
  const auto expected = built([](SchemaBuilder& builder) {
    add_table(builder, "public", "gone", "int");
    add_table(builder, "public", "t", "int");
  });
  const auto found = built([](SchemaBuilder& builder) {
    add_table(builder, "public", "t", "bigint");
    add_table(builder, "public", "tmp", "int");
  });
  const auto drift = find_drift(expected, found, {});
  EXPECT_EQ(paths(drift.items), (Paths{"table public.gone", "column public.t.a"}));
  EXPECT_EQ(drift.items[0].difference.change, Change::dropped);
  EXPECT_EQ(drift.items[1].difference.properties.at(0).to, "bigint");
  EXPECT_EQ(paths(drift.unmanaged), Paths{"table public.tmp"});
}

// A new column of a table that is managed is no object of its own.
TEST(Drift, ANewPartOfSomethingExpectedIsDrift) {
  const auto expected =
      built([](SchemaBuilder& builder) { add_table(builder, "public", "t", "int"); });
  const auto found = built([](SchemaBuilder& builder) {
    const auto table = builder.add(Kind::table, "public", "t");
    builder.set(builder.add_part(table, Kind::column, "a"), Property::type, "int");
    builder.add_part(table, Kind::index, "i");
  });
  const auto drift = find_drift(expected, found, {});
  EXPECT_EQ(paths(drift.items), Paths{"index public.t.i"});
  EXPECT_TRUE(drift.unmanaged.empty());
}

TEST(Drift, WhatIsIgnoredIsCountedOnly) {
  const auto expected = built([](SchemaBuilder& builder) {
    add_table(builder, "public", "t", "int");
    add_table(builder, "public", "u", "int");
  });
  const auto found = built([](SchemaBuilder& builder) {
    add_table(builder, "public", "t", "bigint");
    add_table(builder, "public", "u", "bigint");
    add_table(builder, "public", "tmp_1", "int");
  });
  DriftOptions options;
  options.ignore = {"table public.t", "public.tmp_*"};
  const auto drift = find_drift(expected, found, options);
  EXPECT_EQ(paths(drift.items), Paths{"column public.u.a"});
  EXPECT_TRUE(drift.unmanaged.empty());
  EXPECT_EQ(drift.ignored, 2U);
}

TEST(Drift, WhatOneSideDidNotReadIsNoDrift) {
  const auto expected = built([](SchemaBuilder& builder) {
    builder.add(Kind::schema, "", "auth");
    add_table(builder, "auth", "users", "int");
    add_table(builder, "_timescaledb_internal", "c", "int");
  });
  DriftOptions options;
  options.leave_out = {"auth", "_timescaledb_*"};
  const auto drift = find_drift(expected, built([](SchemaBuilder&) {}), options);
  EXPECT_TRUE(drift.items.empty());
  EXPECT_EQ(drift.ignored, 0U);
}

TEST(IsLike, StarsStandForAnyText) {
  EXPECT_TRUE(is_like("table public.t", "table public.t"));
  EXPECT_TRUE(is_like("table public.tmp_1", "table *.tmp_*"));
  EXPECT_TRUE(is_like("", "*"));
  EXPECT_TRUE(is_like("aXbXc", "a*b*c"));
  EXPECT_TRUE(is_like("aabab", "a*ab"));
  EXPECT_FALSE(is_like("aXbX", "a*b*c"));
  EXPECT_FALSE(is_like("table public.t", "table public"));
  EXPECT_FALSE(is_like("t", ""));
}

} // namespace
} // namespace slipway::diff
