// The decoder of the change stream on messages built here, and on what is no message.
#include "slipway/replay/markers.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::replay::pgoutput {
namespace {

std::string number(std::uint64_t value, std::size_t bytes) {
  std::string text;
  while (bytes-- > 0) text.push_back(static_cast<char>((value >> (8 * bytes)) & 0xFFU));
  return text;
}

std::string encoded(const Tuple& tuple) {
  std::string text = number(tuple.size(), 2);
  for (const Value& value : tuple) {
    if (value.kind == ValueKind::null) text += 'n';
    if (value.kind == ValueKind::unchanged) text += 'u';
    if (value.kind == ValueKind::text) text += "t" + number(value.text.size(), 4) + value.text;
  }
  return text;
}

std::string encoded(const Update& update) {
  std::string text = "U" + number(update.relation, 4);
  if (update.old_kind != 0) text += update.old_kind + encoded(update.old);
  return text + "N" + encoded(update.row);
}

Tuple any_tuple() {
  Tuple tuple;
  for (const auto& text : *rc::gen::arbitrary<std::vector<std::string>>()) {
    const auto kind = *rc::gen::element(ValueKind::null, ValueKind::unchanged, ValueKind::text);
    tuple.push_back({kind, kind == ValueKind::text ? text : std::string()});
  }
  return tuple;
}

RC_GTEST_PROP(Pgoutput, AnUpdateIsReadAsItWasWrittenAndNoPartOfItIsOne, ()) {
  Update update{.relation = *rc::gen::arbitrary<std::uint32_t>(),
                .old_kind = *rc::gen::element('\0', 'K', 'O'),
                .old = {},
                .row = any_tuple()};
  if (update.old_kind != 0) update.old = any_tuple();
  const std::string bytes = encoded(update);
  const auto decoded = decode(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(std::get<Update>(*decoded) == update);
  const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!decode(std::string_view(bytes).substr(0, cut)));
  RC_ASSERT(!decode(bytes + "x"));
}

RC_GTEST_PROP(Pgoutput, AnyBytesAreReadOrRefused, ()) {
  auto bytes = *rc::gen::arbitrary<std::string>();
  if (!bytes.empty()) bytes[0] = *rc::gen::elementOf(std::string("BCORYIUDTM"));
  const auto decoded = decode(bytes);
  if (!decoded) RC_ASSERT(decoded.error().code == ErrorCode::source);
}

TEST(Pgoutput, EachKindIsRead) {
  const auto begin = decode("B" + number(0x1600000010, 8) + number(7, 8) + number(99, 4));
  EXPECT_EQ(std::get<Begin>(*begin), (Begin{0x1600000010, 7, 99}));
  const auto commit = decode("C" + number(0, 1) + number(1, 8) + number(2, 8) + number(3, 8));
  EXPECT_EQ(std::get<Commit>(*commit), (Commit{1, 2, 3}));
  const auto origin = decode("O" + number(1, 8) + std::string("o\0", 2));
  EXPECT_EQ(std::get<Origin>(*origin).name, "o");
  const auto relation =
      decode("R" + number(5, 4) + std::string("s\0t\0f", 5) + number(1, 2) + number(1, 1) +
             std::string("c\0", 2) + number(23, 4) + number(0xFFFFFFFF, 4));
  ASSERT_TRUE(relation);
  EXPECT_EQ(std::get<Relation>(*relation), (Relation{5, "s", "t", 'f', {{true, "c", 23, -1}}}));
  const auto truncate = decode("T" + number(2, 4) + number(3, 1) + number(8, 4) + number(9, 4));
  EXPECT_EQ(std::get<Truncate>(*truncate), (Truncate{{8, 9}, true, true}));
  const auto message =
      decode("M" + number(1, 1) + number(4, 8) + std::string("p\0", 2) + number(3, 4) + "abc");
  EXPECT_EQ(std::get<Message>(*message), (Message{true, 4, "p", "abc"}));
  const auto removed = decode("D" + number(5, 4) + "K" + encoded(Tuple{{ValueKind::text, "1"}}));
  EXPECT_EQ(std::get<Delete>(*removed), (Delete{5, 'K', {{ValueKind::text, "1"}}}));
}

TEST(Pgoutput, AnAnnouncedLengthIsNoReasonToReserveIt) {
  EXPECT_FALSE(decode("T" + number(0xFFFFFFFF, 4) + number(0, 1)));
  EXPECT_FALSE(decode("I" + number(1, 4) + "N" + number(1, 2) + "t" + number(0xFFFFFFFF, 4)));
  EXPECT_FALSE(decode("M" + number(1, 1) + number(4, 8) + std::string("p\0", 2) +
                      number(0xFFFFFFFF, 4) + "abc"));
}

TEST(Lsn, ItsTextIsThatOfTheServer) {
  EXPECT_EQ(lsn_text(0x16B374D848), "16/B374D848");
  EXPECT_EQ(lsn_from("16/B374D848"), Lsn{0x16B374D848});
  for (const char* text : {"", "16", "/", "16/", "/1", "16/G", "1/123456789", "-1/0"})
    EXPECT_FALSE(lsn_from(text)) << text;
}

TEST(Markers, AreReadAsTheyWereWrittenOrRefused) {
  Marker marker{"run-1", "20260101", {}};
  marker.map.relations.push_back(
      {.id = 7, .name = {"s", "t"}, .replica_identity = "d", .columns = {}, .keys = {{1, 2}}});
  EXPECT_EQ(*marker_from_json(to_json(marker)), marker);
  for (const char* text :
       {"", "[]", "{}", "{\"map\":1}", "{\"map\":{\"version\":1,\"relations\":[]}}"})
    EXPECT_EQ(marker_from_json(text).error().code, ErrorCode::source) << text;
}

} // namespace
} // namespace slipway::replay::pgoutput
