// The connection is cut at every message of the protocol, in either direction. The messages of both
// directions have one order, so "after message n" is "before message n + 1": what the server was
// sent it does, and the answer is lost.
#include "message_relay.hpp"
#include "passage.hpp"
#include "thoroughness.hpp"

#include <iostream>

namespace slipway {
namespace {

class NetworkCut : public ::testing::TestWithParam<std::tuple<std::string, Direction, test::Fate>> {
};

// Fails, among others, without Outcome::unknown after a COMMIT without an answer, and without the
// look at the history that the next run begins with.
TEST_P(NetworkCut, ARerunAfterACutAtAnyMessageEndsAsAnUndisturbedRun) {
  const auto& [kind, direction, fate] = GetParam();
  const test::Passage passage(test::TestServer::instance(), test::kind_named(kind), direction);
  // Reading the schema is thousands of messages, after which a run goes on whatever became of them.
  passage.project().write("slipway.toml", "[history]\nsnapshots = 0\n");
  const auto stride = test::Stride::of(4, test::TestServer::instance().major_version());
  int cuts = 0;
  for (int n = stride.first;; n += stride.step) {
    const auto url = passage.fresh_start();
    bool happened = false;
    test::Ran ran;
    {
      test::MessageRelay::Rules rules;
      rules.before = [&, how = fate](const test::Message& message) {
        if (message.number != n) return test::Fate::forwarded;
        happened = true;
        return how;
      };
      const test::MessageRelay relay(url, rules);
      ran = passage.go(relay.url());
    }
    if (!happened) break;
    ++cuts;
    ASSERT_TRUE(ran.status == 0 || ran.err.find("error: ") != std::string::npos)
        << "an end without a word at message " << n << ": " << ran.status << ran.err;
    ASSERT_EQ(passage.trouble_after_rerun(url), "")
        << passage.name() << ", cut at message " << n << "\n"
        << ran.err;
  }
  EXPECT_GT(cuts, 30);
  RecordProperty("cuts", cuts);
  std::cout << passage.name() << ": " << cuts << " cuts" << std::endl;
}

INSTANTIATE_TEST_SUITE_P(, NetworkCut,
                         ::testing::Values(std::tuple("mixed", Direction::up, test::Fate::reset),
                                           std::tuple("piecewise", Direction::down,
                                                      test::Fate::cut)),
                         [](const auto& one) {
                           return std::get<0>(one.param) + "_" +
                                  std::string(direction_name(std::get<1>(one.param)));
                         });

} // namespace
} // namespace slipway
