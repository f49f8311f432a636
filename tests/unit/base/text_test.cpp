#include "slipway/base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

using namespace slipway;

namespace {

rc::Gen<std::string> lines_of_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
          std::vector<std::string>{"a", "é", "日", "😀", "\n", "\r\n", "\r", "\t"})),
      [](const std::vector<std::string>& pieces) {
        std::string text;
        for (const auto& piece : pieces) text += piece;
        return text;
      });
}

} // namespace

TEST(LineIndex, CountsEachKindOfLineEndOnce) {
  const std::string text = "a\nb\r\nc\rd";
  const LineIndex index(text);
  EXPECT_EQ(index.line_count(), 4U);
  EXPECT_EQ(index.position(text, 0), (Position{1, 1}));
  EXPECT_EQ(index.position(text, 2), (Position{2, 1}));
  EXPECT_EQ(index.position(text, 5), (Position{3, 1}));
  EXPECT_EQ(index.position(text, 7), (Position{4, 1}));
  EXPECT_EQ(index.line_at(text, 2), "b");
  EXPECT_EQ(index.line_at(text, 6), "c");
  EXPECT_EQ(index.line_at(text, 7), "d");
}

TEST(LineIndex, ColumnsAreCodePoints) {
  const std::string text = "é日😀x";
  EXPECT_EQ(LineIndex(text).position(text, 9), (Position{1, 4}));
}

TEST(LineIndex, AnOffsetPastTheEndIsTheEnd) {
  const std::string text = "ab\n";
  const LineIndex index(text);
  EXPECT_EQ(index.position(text, 99), (Position{2, 1}));
  EXPECT_EQ(index.line_at(text, 99), "");
  EXPECT_EQ(LineIndex("").position("", 0), (Position{1, 1}));
}

// The reference counts from the start each time.
RC_GTEST_PROP(LineIndexProperty, AgreesWithCountingFromTheStart, ()) {
  const std::string text = *lines_of_text();
  const LineIndex index(text);
  Position expected;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool continuation = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
    if (!continuation) RC_ASSERT(index.position(text, i) == expected);
    const bool ends =
        text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
    if (ends)
      expected = {expected.line + 1, 1};
    else if (i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xC0U) != 0x80U)
      ++expected.column;
  }
}

RC_GTEST_PROP(LineIndexProperty, ALineHoldsNoLineEnd, ()) {
  const std::string text = *lines_of_text();
  const LineIndex index(text);
  for (std::size_t i = 0; i <= text.size(); ++i)
    RC_ASSERT(index.line_at(text, i).find_first_of("\r\n") == std::string_view::npos);
}

TEST(Text, TrimTakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, SplitWordsDropsTheSpaceBetween) {
  EXPECT_EQ(split_words("  lock-timeout\t2s \n"),
            (std::vector<std::string_view>{"lock-timeout", "2s"}));
  EXPECT_TRUE(split_words(" \t").empty());
}

TEST(Text, LowerCaseTouchesAsciiOnly) {
  EXPECT_EQ(to_lower_ascii("ABZ[É"), "abz[É");
}
