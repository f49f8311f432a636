#include "slipway/base/version.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <unordered_set>

using namespace slipway;

TEST(Version, LeadingZerosDoNotMatterAndOrderIsNumeric) {
  EXPECT_EQ(Version::parse("007").value(), Version::parse("7").value());
  EXPECT_LT(Version::parse("7").value(), Version::parse("10").value());
  EXPECT_EQ(Version::parse("0").value().number(), 0);
  EXPECT_EQ(Version::parse("20261120103000").value().str(), "20261120103000");
}

TEST(Version, EighteenDigitsFitAndNineteenDoNot) {
  EXPECT_EQ(Version::parse("999999999999999999").value().number(), 999'999'999'999'999'999);
  EXPECT_EQ(Version::parse("0000000000000000000000000007").value().number(), 7);
  for (const std::string text :
       {"1000000000000000000", "9223372036854775808", "99999999999999999999999999"}) {
    const auto parsed = Version::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage);
    EXPECT_NE(parsed.error().message.find("too large"), std::string::npos);
  }
}

TEST(Version, AnythingButDigitsIsRefusedAndNamed) {
  for (const std::string text : {"", "-1", "+1", " 1", "1 ", "1a", "1.2", "0x10", "٣"}) {
    const auto parsed = Version::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage);
    EXPECT_NE(parsed.error().message.find("\"" + text + "\""), std::string::npos);
    EXPECT_FALSE(parsed.error().hint.empty());
  }
}

TEST(Version, EqualOnesHashEqually) {
  const std::unordered_set<Version> set{Version(7), Version::parse("007").value(), Version(8)};
  EXPECT_EQ(set.size(), 2U);
}

RC_GTEST_PROP(VersionProperty, WhatIsPrintedIsReadBack, ()) {
  const Version version(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000'000));
  RC_ASSERT(Version::parse(version.str()).value() == version);
}
