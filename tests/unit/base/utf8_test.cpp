#include "slipway/base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

using namespace slipway;

namespace {

std::string encode(char32_t code) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80U) return {static_cast<char>(code)};
  if (code < 0x800U) return {static_cast<char>(0xC0U | (code >> 6U)), tail(0)};
  if (code < 0x10000U) return {static_cast<char>(0xE0U | (code >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)};
}

} // namespace

TEST(Utf8, EveryCodePointIsValidAndEverySurrogateIsNot) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    ASSERT_EQ(find_invalid_utf8(encode(code)).has_value(), surrogate)
        << static_cast<unsigned>(code);
  }
}

TEST(Utf8, OverlongCutAndForeignBytesAreRefusedWhereTheyStart) {
  for (const std::string bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\x80", "\xBF", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xFF", "\xFE",
        "\xC3x", "\xE2\x28\xA1", "\xF0\x28\x8C\xBC"}) {
    EXPECT_EQ(find_invalid_utf8("ab" + bad), 2U);
    EXPECT_EQ(find_invalid_utf8("é" + bad + "é"), 2U);
  }
  EXPECT_EQ(find_invalid_utf8(""), std::nullopt);
}

TEST(Utf8, ANulByteIsACodePoint) {
  EXPECT_EQ(code_points(std::string("a\0b", 3)), 3U);
}

RC_GTEST_PROP(Utf8Property, CodePointsAndTheirOffsetsAgree, ()) {
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 0xD800));
  std::string text;
  std::vector<std::size_t> offsets;
  for (const auto code : codes) {
    offsets.push_back(text.size());
    text += encode(code);
  }
  RC_ASSERT(code_points(text) == codes.size());
  for (std::size_t n = 0; n < codes.size(); ++n)
    RC_ASSERT(byte_of_code_point(text, n) == offsets[n]);
  RC_ASSERT(byte_of_code_point(text, codes.size()) == text.size());
  RC_ASSERT(byte_of_code_point(text, codes.size() + 5) == text.size());
}
