#include "slipway/base/duration.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

using namespace slipway;
using namespace std::chrono_literals;

TEST(Duration, ReadsANumberAndAUnit) {
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("2s").value(), 2s);
  EXPECT_EQ(parse_duration("5min").value(), 5min);
  EXPECT_EQ(parse_duration("5m").value(), 5min);
  EXPECT_EQ(parse_duration("1h").value(), 1h);
  EXPECT_EQ(parse_duration("2d").value(), 48h);
  EXPECT_EQ(parse_duration("2 s").value(), 2s);
  EXPECT_EQ(parse_duration("0").value(), 0ms);
  EXPECT_EQ(parse_duration("0s").value(), 0ms);
}

TEST(Duration, ABareNumberAndNonsenseAreRefusedWithAnExample) {
  for (const std::string text :
       {"5", "", "s", "-1s", "+1s", "1.5s", "1 sec", "1S", "1s1s", "0x1s", "١s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::configuration);
    EXPECT_NE(parsed.error().hint.find("500ms"), std::string::npos);
  }
}

TEST(Duration, WhatPostgresCannotKeepIsRefused) {
  EXPECT_EQ(parse_duration("2147483647ms").value(), 2147483647ms);
  EXPECT_EQ(parse_duration("24d").value(), 576h);
  for (const std::string text :
       {"2147483648ms", "25d", "597h", "99999999999999999999s", "9223372036854775807h"})
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

TEST(Duration, IsShownInTheUnitAPersonWouldChoose) {
  EXPECT_EQ(format_duration(0ms), "0 ms");
  EXPECT_EQ(format_duration(999ms), "999 ms");
  EXPECT_EQ(format_duration(1000ms), "1 s");
  EXPECT_EQ(format_duration(1550ms), "1.5 s");
  EXPECT_EQ(format_duration(59'999ms), "59.9 s");
  EXPECT_EQ(format_duration(60s), "1 min");
  EXPECT_EQ(format_duration(250s), "4 min 10 s");
  EXPECT_EQ(format_duration(2h), "2 h");
  EXPECT_EQ(format_duration(125min), "2 h 5 min");
}

RC_GTEST_PROP(DurationProperty, MillisecondsAreReadAsTheyAre, ()) {
  const auto number = *rc::gen::inRange<std::int64_t>(0, 2147483648);
  RC_ASSERT(parse_duration(std::to_string(number) + "ms").value() ==
            std::chrono::milliseconds(number));
}
