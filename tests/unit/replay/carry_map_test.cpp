// Pairing of tables and columns, and maps as JSON.
#include "slipway/replay/carry_map.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::replay {
namespace {

Column column(int number, std::string name, std::string type = "integer") {
  return {.number = number,
          .name = std::move(name),
          .type = std::move(type),
          .plain = true,
          .computed = false,
          .identity = {},
          .fallback = {}};
}

Relation table(std::uint32_t id, std::string name, std::vector<Column> columns) {
  return {.id = id,
          .name = {"public", std::move(name)},
          .partitioned = false,
          .partition = false,
          .unlogged = false,
          .replica_identity = "d",
          .columns = std::move(columns),
          .keys = {{1}}};
}

TEST(CarryMap, ANumberDecidesAndNotAName) {
  const RelationMap before{{table(1, "a", {column(1, "id"), column(2, "x"), column(3, "y")}),
                            table(2, "b", {column(1, "id")})}};
  const RelationMap now{{table(1, "b", {column(1, "id"), column(2, "y"), column(3, "x")}),
                         table(2, "a", {column(1, "id")})}};
  const RelationMap copy{{table(71, "a", {column(1, "id"), column(2, "x"), column(3, "y")}),
                          table(72, "b", {column(1, "id")})}};
  const auto map = make_carry_map({before, now, copy}, {}, {});
  ASSERT_TRUE(map) << map.error().message;
  ASSERT_EQ(map->tables.size(), 2U);
  EXPECT_EQ(map->tables[0].origin->name.name, "b");
  EXPECT_EQ(map->tables[0].columns[1].origin->name, "y");
  EXPECT_EQ(map->tables[0].columns[2].origin->name, "x");
  EXPECT_EQ(map->tables[0].key, std::vector<std::size_t>{0});
  EXPECT_TRUE(map->created.empty());
}

TEST(CarryMap, ADroppedColumnOfTheKeyLeavesTheNextKeyOrNone) {
  Relation old = table(1, "t", {column(1, "id"), column(2, "code")});
  old.keys = {{1}, {2}};
  Relation now = table(1, "t", {column(2, "code", "bigint")});
  const auto map = make_carry_map({{{old}}, {{now}}, {{old}}}, {}, {});
  ASSERT_TRUE(map);
  EXPECT_EQ(map->tables[0].key, std::vector<std::size_t>{1});
  EXPECT_TRUE(map->tables[0].columns[1].is_retyped());
  EXPECT_TRUE(map->tables[0].has_dropped_columns());
  old.keys = {{1}};
  EXPECT_TRUE(make_carry_map({{{old}}, {{now}}, {{old}}}, {}, {})->tables[0].key.empty());
}

TEST(CarryMap, ATableMadeAnewUnderTheOldNameStandsForIt) {
  const Relation old = table(1, "t", {column(1, "id"), column(2, "v")});
  const Relation anew = table(9, "t", {column(1, "v"), column(2, "id")});
  const auto map = make_carry_map({{{old}}, {{anew}}, {{old}}}, {}, {});
  ASSERT_TRUE(map);
  EXPECT_TRUE(map->tables[0].by_name);
  EXPECT_EQ(map->tables[0].columns[0].origin->number, 2);
  EXPECT_TRUE(map->created.empty());
}

TEST(CarryMap, ACopyOfAnotherDatabaseIsRefused) {
  const RelationMap one{{table(1, "t", {column(1, "id")})}};
  const RelationMap other{{table(1, "u", {column(1, "id")})}};
  const RelationMap retyped{{table(1, "t", {column(1, "id", "bigint")})}};
  EXPECT_EQ(make_carry_map({one, one, other}, {}, {}).error().code, ErrorCode::check_failed);
  EXPECT_EQ(make_carry_map({one, one, {}}, {}, {}).error().code, ErrorCode::check_failed);
  EXPECT_EQ(make_carry_map({one, one, retyped}, {}, {}).error().code, ErrorCode::check_failed);
  EXPECT_EQ(make_carry_map({one, one, one}, {{{{"public", "t"}, "nix"}, "1"}}, {}).error().code,
            ErrorCode::check_failed);
  EXPECT_TRUE(make_carry_map({one, one, {}}, {}, {"public"}));
}

TEST(CarryMap, APartitionThatWasFreedIsAnObstacle) {
  Relation part = table(1, "p", {column(1, "id")});
  Relation freed = part;
  part.partition = true;
  const auto map = make_carry_map({{{part}}, {{freed}}, {{part}}}, {}, {});
  ASSERT_TRUE(map);
  EXPECT_EQ(map->obstacles.size(), 1U);
}

RC_GTEST_PROP(RelationMapJson, WhatIsWrittenIsReadTheSame, ()) {
  RelationMap map;
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 4);
  for (std::uint32_t id = 1; id <= count; ++id) {
    // Names hold any text but NUL; JSON needs UTF-8, which reading a map makes sure of.
    const auto name = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    Relation relation = table(id, name, {column(1, name, name)});
    relation.partition = *rc::gen::arbitrary<bool>();
    relation.replica_identity = *rc::gen::element<std::string>("d", "f", "n", "i");
    relation.keys = *rc::gen::arbitrary<std::vector<std::vector<int>>>();
    relation.columns[0].computed = *rc::gen::arbitrary<bool>();
    relation.columns[0].plain = *rc::gen::arbitrary<bool>();
    relation.columns[0].fallback = name;
    map.relations.push_back(relation);
  }
  const auto again = relation_map_from_json(to_json(map));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == map);
}

TEST(RelationMapJson, WhatIsNoMapIsRefused) {
  for (const char* text :
       {"", "{}", "[]", "{\"version\":2,\"relations\":[]}", "{\"version\":1}",
        "{\"version\":1,\"relations\":[{}]}", "{\"version\":1,\"relations\":[{\"id\":\"x\"}]}"})
    EXPECT_EQ(relation_map_from_json(text).error().code, ErrorCode::source) << text;
}

} // namespace
} // namespace slipway::replay
