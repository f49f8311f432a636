// The order of the tree, whatever waits for whatever.
#include "slipway/locks/blocking_tree.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace slipway::locks {
namespace {

TreeSession session(int pid, std::vector<std::size_t> blocked_by, double waited = 0) {
  TreeSession one{.pid = pid};
  one.blocked_by = std::move(blocked_by);
  if (!one.blocked_by.empty()) {
    one.wanted = TreeLock{.object = "public.t", .mode = "ACCESS SHARE"};
    one.waited_s = waited;
  }
  return one;
}

std::vector<int> pids(const std::vector<TreeSession>& sessions) {
  std::vector<int> all;
  for (const auto& one : sessions) all.push_back(one.pid);
  return all;
}

TEST(ArrangeTree, the_holder_is_the_root_and_the_queue_hangs_below_the_alter) {
  // Places: 0 select, 1 alter, 2 idle holder, 3 a second select that waits longer.
  std::vector<TreeSession> sessions{session(120, {1}, 1), session(90, {2}, 9), session(88, {}),
                                    session(133, {1}, 2)};
  arrange(sessions);
  EXPECT_EQ(pids(sessions), (std::vector<int>{88, 90, 133, 120}));
  EXPECT_EQ(sessions[1].depth, 1U);
  EXPECT_EQ(sessions[2].depth, 2U);
  EXPECT_EQ(sessions[2].parent, 1U);
  EXPECT_EQ(sessions[2].blocked_by, (std::vector<std::size_t>{1}));
}

TEST(ArrangeTree, who_waits_for_several_hangs_below_the_last_of_them) {
  std::vector<TreeSession> sessions{session(1, {}), session(2, {0}, 5), session(3, {0, 1}, 3)};
  arrange(sessions);
  EXPECT_EQ(pids(sessions), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(sessions[2].parent, 1U);
  EXPECT_EQ(sessions[2].depth, 2U);
}

// Fails when circles are not cut: the arrangement would not end.
TEST(ArrangeTree, a_circle_begins_with_the_one_that_waited_longest) {
  std::vector<TreeSession> sessions{session(1, {1}, 1), session(2, {2}, 7), session(3, {0}, 3),
                                    session(4, {0}, 1)};
  arrange(sessions);
  EXPECT_EQ(sessions.size(), 4U);
  EXPECT_EQ(sessions[0].pid, 2);
  EXPECT_EQ(sessions[0].depth, 0U);
  EXPECT_EQ(std::count_if(sessions.begin(), sessions.end(),
                          [](const TreeSession& one) { return one.in_cycle; }),
            3);
  for (const auto& one : sessions) {
    if (one.pid == 4) {
      EXPECT_FALSE(one.in_cycle);
    }
  }
}

RC_GTEST_PROP(ArrangeTree, every_session_stands_once_below_one_that_blocks_it, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 9);
  std::vector<TreeSession> sessions;
  for (std::size_t i = 0; i < size; ++i) {
    auto blockers = *rc::gen::unique<std::vector<std::size_t>>(
        *rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(size, 3)),
        rc::gen::inRange<std::size_t>(0, size));
    sessions.push_back(
        session(static_cast<int>(i) + 1, std::move(blockers), *rc::gen::inRange(0, 100)));
  }
  arrange(sessions);
  auto seen = pids(sessions);
  std::sort(seen.begin(), seen.end());
  RC_ASSERT(seen.size() == size);
  RC_ASSERT(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  for (std::size_t i = 0; i < size; ++i) {
    const auto& one = sessions[i];
    if (one.depth == 0) continue;
    RC_ASSERT(one.parent < i);
    RC_ASSERT(sessions[one.parent].depth + 1 == one.depth);
    RC_ASSERT(std::find(one.blocked_by.begin(), one.blocked_by.end(), one.parent) !=
              one.blocked_by.end());
  }
}

} // namespace
} // namespace slipway::locks
