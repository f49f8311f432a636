// What is said of the locks and the rewrites of random plans, and what the server does.
// RANDOM_PAIRS and RANDOM_SEED say which.
#include "environment.hpp"
#include "lock_watch.hpp"
#include "rows_trial.hpp"

#include "slipway/test/test_data.hpp"

#include <set>

namespace slipway::test {

namespace {

constexpr std::uint64_t k_pairs = 100;
constexpr std::uint64_t k_first_seed = 3'000'001;

std::vector<diff::Statement> planned(const schema::Schema& from, const schema::Schema& to) {
  diff::Options options;
  for (const auto& one : schema::compare(from, to))
    if (one.change == schema::Change::dropped) options.not_renamed.push_back(one.identity);
  const auto plan = diff::make_plan(from, to, options);
  return plan.refusals.empty() ? plan.statements : std::vector<diff::Statement>();
}

TEST(LocksSeen, AreNoneThatNobodyWasToldOf) {
  const auto pairs = from_environment("RANDOM_PAIRS", k_pairs);
  const auto first = from_environment("RANDOM_SEED", k_first_seed);
  const auto grammar =
      Grammar::parse(read_data("pairs/grammar.txt"), TestServer::instance().major_version());
  PairBench bench;
  int compared = 0;
  int rewrites = 0;
  std::set<std::string> told;
  for (auto seed = first; seed < first + pairs; ++seed) {
    auto script =
        seed % 2 == 0 ? script_of_pair(grammar, seed, 1) : script_of_filled_pair(grammar, seed);
    bench.empty();
    bench.make(script.creations);
    const auto from = bench.read();
    if (script.unrelated) bench.empty();
    bench.make(script.mutations);
    const auto to = bench.read();
    LockWatch watch(bench.session());
    if (watch.run(planned(to, from)).empty()) watch.run(planned(bench.read(), to));
    for (const auto& one : watch.untrue()) {
      const auto text = one.what + ": " + one.sql;
      if (told.insert(text).second) ADD_FAILURE() << "seed " << seed << ": " << text;
    }
    compared += watch.compared();
    rewrites += watch.rewrites();
  }
  std::printf("%d locks and %d rewrites were seen\n", compared, rewrites);
  EXPECT_GT(compared, static_cast<int>(pairs) * 3);
  EXPECT_GT(rewrites, static_cast<int>(pairs) / 10);
}

} // namespace

} // namespace slipway::test
