#include "slipway/base/deadline.hpp"

#include <gtest/gtest.h>

using namespace slipway;
using namespace std::chrono_literals;

namespace {

const auto k_past = Deadline::Clock::now() - 1h;

} // namespace

TEST(Deadlines, APassedOneHasNothingLeft) {
  EXPECT_TRUE(Deadline::at(k_past).passed());
  EXPECT_EQ(Deadline::at(k_past).remaining(), 0ms);
  EXPECT_TRUE(Deadline::after(0ms).passed());
}

TEST(Deadlines, OneToComeHasNoMoreLeftThanWasGiven) {
  const Deadline deadline = Deadline::after(1h);
  EXPECT_FALSE(deadline.passed());
  EXPECT_GT(deadline.remaining(), 0ms);
  EXPECT_LE(deadline.remaining(), 1h);
}

TEST(Deadlines, TheEarlierOfTwoWins) {
  const Deadline soon = Deadline::after(1min);
  const Deadline late = Deadline::after(1h);
  EXPECT_EQ(earlier(soon, late).moment(), soon.moment());
  EXPECT_EQ(earlier(late, soon).moment(), soon.moment());
}

TEST(Waits, AShorterWaitNeverOutlastsTheLongerOne) {
  const StopSignal stop;
  const Wait wait{Deadline::at(k_past), &stop};
  EXPECT_TRUE(wait.within(1h).deadline.passed());
  EXPECT_EQ(wait.within(1h).stop, &stop);
  const Wait open{Deadline::after(1h)};
  EXPECT_LE(open.within(1min).deadline.remaining(), 1min);
}

TEST(Waits, AStopIsSeenAndCounted) {
  StopSignal stop;
  const Wait wait{Deadline::after(1h), &stop};
  EXPECT_FALSE(wait.stop_requested());
  stop.request();
  stop.request();
  EXPECT_TRUE(wait.stop_requested());
  EXPECT_EQ(stop.count(), 2);
  EXPECT_EQ(stop.descriptor(), -1);
  EXPECT_FALSE((Wait{Deadline::after(1h)}).stop_requested());
}
