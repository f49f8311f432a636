#include "slipway/report/rehearsal_log.hpp"

#include <gtest/gtest.h>

namespace slipway::report {
namespace {

Rehearsal rehearsal(const std::string& date, const std::string& result = "good") {
  return {.date = date,
          .migration = "7 add|bars",
          .path = "fast failed, safe",
          .backup = "1.5 s",
          .fast = {},
          .restore = "2.0 s",
          .carry = "10 ms",
          .closed = "1.1 s",
          .whole = "4.0 s",
          .rows = "12",
          .result = result,
          .notes = "two\nlines"};
}

TEST(RehearsalLog, ARowGoesToTheEndOfTheTableAndNotesBelowStay) {
  auto log = with_rehearsal({}, rehearsal("2026-11-20 02:00"));
  log += "\nBob was on call.\n";
  log = with_rehearsal(log, rehearsal("2026-11-21 02:00"));
  const auto first = log.find("2026-11-20 02:00");
  const auto second = log.find("2026-11-21 02:00");
  const auto notes = log.find("Bob was on call.");
  ASSERT_NE(notes, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_LT(second, notes);
  EXPECT_NE(log.find("two lines"), std::string::npos) << log;
}

TEST(RehearsalLog, TheLastGoodOneIsReadBack) {
  auto log = with_rehearsal({}, rehearsal("2026-11-20 02:00"));
  log = with_rehearsal(log, rehearsal("2026-11-21 02:00", "3 writes are lost"));
  const auto last = last_good_rehearsal(log);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->date, "2026-11-20 02:00");
  EXPECT_EQ(last->migration, "7 add|bars");
  EXPECT_EQ(last->fast, "") << "a dash is nothing";
  EXPECT_EQ(last->whole, "4.0 s");
  EXPECT_FALSE(last_good_rehearsal(empty_log()));
}

TEST(RehearsalLog, WhatPeopleBrokeIsNoRehearsalAndIsKept) {
  const std::string text = "intro\n## 7. Rehearsal log\n\nnobody kept the table\n| a | b |\n";
  EXPECT_EQ(log_in(text), text.substr(6));
  const auto log = with_rehearsal(log_in(text), rehearsal("2026-11-20 02:00"));
  EXPECT_NE(log.find("nobody kept the table\n| a | b |\n"), std::string::npos) << log;
  EXPECT_EQ(last_good_rehearsal(log)->date, "2026-11-20 02:00");
  EXPECT_EQ(log_in("no such section"), "");
}

} // namespace
} // namespace slipway::report
