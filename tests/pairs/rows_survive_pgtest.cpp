// Random pairs of schemas, FROM filled with rows: none is lost but those that the plan names, what
// it counted is what is there, and an exact way back gives every row back. RANDOM_PAIRS and
// RANDOM_SEED say which, RANDOM_GO_ON=1 goes on after a failure.
//
// Seen to fail before plans said it: a column of a typed table that goes with an attribute of the
// type (seed 1000023), one of an inheriting table that goes with its parent's (2000062), a table
// copied to another tablespace without a word (1000104).
#include "environment.hpp"
#include "rows_trial.hpp"

#include "slipway/test/test_data.hpp"

namespace slipway::test {

namespace {

constexpr std::uint64_t k_pairs = 50;
constexpr std::uint64_t k_first_seed = 2'000'001; // others than the other tests have

TEST(RandomRows, SurviveThereAndBack) {
  const auto pairs = from_environment("RANDOM_PAIRS", k_pairs);
  const auto first = from_environment("RANDOM_SEED", k_first_seed);
  const auto grammar =
      Grammar::parse(read_data("pairs/grammar.txt"), TestServer::instance().major_version());
  RowsTrial trial;
  int failed = 0;
  for (auto seed = first; seed < first + pairs; ++seed) {
    auto script = script_of_filled_pair(grammar, seed);
    const auto wrong = trial.go(script, seed);
    if (wrong.empty()) continue;
    const auto small =
        shrunk(script, [&](PairScript& fewer) { return !trial.go(fewer, seed).empty(); });
    auto again = small;
    ADD_FAILURE() << "seed " << seed << ": " << trial.go(again, seed) << "\n-- FROM\n"
                  << script_of_statements(small.creations) << "-- then, for TO\n"
                  << script_of_statements(small.mutations);
    ++failed;
    if (from_environment("RANDOM_GO_ON", 0) == 0) break;
  }
  const auto& tally = trial.tally();
  std::printf(
      "%llu pairs from seed %llu on PostgreSQL %d: %d wrong, %d ways refused, %zu rows, %d arrived, %d back, %d of them "
      "exact, %d stopped as told, %d with renames, %d counts, %d taken away\n",
      static_cast<unsigned long long>(pairs), static_cast<unsigned long long>(first),
      TestServer::instance().major_version(), failed, tally.refused, tally.rows, tally.arrived,
      tally.back, tally.exact, tally.stopped, tally.renamed, tally.counts, tally.removed);
  for (const auto& [why, times] : tally.not_counted)
    std::printf("not counted %d x: %s\n", times, why.c_str());
  EXPECT_GT(tally.arrived, static_cast<int>(pairs / 3)) << "hardly any way was open";
  EXPECT_GT(tally.exact, static_cast<int>(pairs / 10)) << "hardly any way back was exact";
}

} // namespace

} // namespace slipway::test
