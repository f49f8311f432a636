#include "slipway/base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

using namespace slipway;

namespace {

const std::vector<std::string> k_directives{"up",          "down",         "irreversible",
                                            "transaction", "lock-timeout", "statement-timeout",
                                            "allow",       "phase"};

} // namespace

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("lock-timout", k_directives), "lock-timeout");
  EXPECT_EQ(nearest("transation", k_directives), "transaction");
  EXPECT_EQ(nearest("statement_timeout", k_directives), "statement-timeout");
  EXPECT_EQ(nearest("dwon", k_directives), "down");
}

TEST(Nearest, TwoNeighboursSwappedAreOneSlip) {
  // By plain edit distance both candidates are two away and the first would win.
  EXPECT_EQ(nearest("stauts", {"strats", "status"}), "status");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("backfill", {"phase", "up", "allow"}), std::nullopt);
  EXPECT_EQ(nearest("zz", {"up"}), std::nullopt);
  EXPECT_EQ(nearest("up", {}), std::nullopt);
  EXPECT_EQ(nearest("", {"up"}), std::nullopt);
}

TEST(Nearest, TheFirstOfEquallyNearOnesWins) {
  EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat");
}

RC_GTEST_PROP(NearestProperty, AWordOfTheListIsItsOwnNearest, ()) {
  const auto words = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'e')))));
  const std::string word = *rc::gen::elementOf(words);
  RC_ASSERT(nearest(word, words) == word);
}

RC_GTEST_PROP(NearestProperty, OneSlipInALongWordIsForgiven, ()) {
  const std::string word =
      *rc::gen::elementOf(std::vector<std::string>{"irreversible", "transaction", "lock-timeout"});
  const auto at = *rc::gen::inRange<std::size_t>(0, word.size());
  std::string typed = word;
  switch (*rc::gen::inRange(0, 3)) {
  case 0:
    typed.erase(at, 1);
    break;
  case 1:
    typed.insert(at, 1, 'x');
    break;
  default:
    typed[at] = 'x';
    break;
  }
  RC_ASSERT(nearest(typed, k_directives) == word);
}
