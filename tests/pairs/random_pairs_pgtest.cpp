// Random pairs of schemas: there and back. RANDOM_PAIRS says how many, RANDOM_SEED with which to
// begin; a failure prints the seed of its pair and the fewest statements that show it.
// RANDOM_STRENGTH=2 gives a pair twice the statements. RANDOM_GO_ON=1 goes on after one.
// RANDOM_PROGRESS is a file for how far it has come.
#include "environment.hpp"
#include "pair_trial.hpp"

#include "slipway/test/test_data.hpp"

#include <cstdlib>
#include <fstream>

namespace slipway::test {

namespace {

constexpr std::uint64_t k_pairs = 250;
constexpr std::uint64_t k_most_to_cover_all = 2000;
constexpr int k_strength_to_cover_all = 3;
constexpr std::uint64_t k_look_for_gaps_each = 25;

class RandomPairs : public ::testing::Test {
protected:
  static int major_version() { return TestServer::instance().major_version(); }

  static void report(std::uint64_t seed, PairTrial& trial, const PairScript& script,
                     const std::string& first_wrong) {
    auto small = shrunk(script, [&](PairScript& fewer) { return !trial.go(fewer).empty(); });
    auto wrong = trial.go(small);
    if (wrong.empty()) wrong = "only once: " + first_wrong;
    ADD_FAILURE() << "seed " << seed << ": " << wrong << "\n-- FROM\n"
                  << script_of_statements(small.creations)
                  << (small.unrelated ? "-- TO\n" : "-- then, for TO\n")
                  << script_of_statements(small.mutations);
  }

  static void tell_progress(std::uint64_t seed, int failed) {
    if (const char* const file = std::getenv("RANDOM_PROGRESS"); file != nullptr)
      std::ofstream(file) << seed << " " << failed << "\n";
  }
};

TEST_F(RandomPairs, GoThereAndBack) {
  const auto pairs = from_environment("RANDOM_PAIRS", k_pairs);
  const auto first = from_environment("RANDOM_SEED", 1);
  const auto strength = static_cast<int>(from_environment("RANDOM_STRENGTH", 1));
  const auto grammar = Grammar::parse(read_data("pairs/grammar.txt"), major_version());
  PairTrial trial;
  int failed = 0;
  for (auto seed = first; seed < first + pairs; ++seed) {
    auto script = script_of_pair(grammar, seed, strength);
    if (const auto wrong = trial.go(script); !wrong.empty()) {
      report(seed, trial, script, wrong);
      ++failed;
      if (from_environment("RANDOM_GO_ON", 0) == 0) break;
    }
    tell_progress(seed, failed);
  }
  int refused = 0;
  for (const auto& [why, times] : trial.refusals()) refused += times;
  std::printf(
      "%llu pairs from seed %llu on PostgreSQL %d: %d wrong, %d ways refused, %d looks by pg_dump\n",
      static_cast<unsigned long long>(pairs), static_cast<unsigned long long>(first),
      major_version(), failed, refused, trial.second_looks());
  if (from_environment("RANDOM_TELL_REFUSALS", 0) != 0)
    for (const auto& [why, times] : trial.refusals()) std::printf("%d x %s", times, why.c_str());
}

// What the grammar speaks of, comes about and differs. Pairs of one seed have it by luck, so it is
// looked for until all is found.
TEST_F(RandomPairs, HaveAllKindsAndProperties) {
  const auto most = from_environment("RANDOM_MOST", k_most_to_cover_all);
  const auto grammar = Grammar::parse(read_data("pairs/grammar.txt"), major_version());
  PairTrial trial;
  auto gaps = trial.coverage().gaps(major_version());
  std::uint64_t seed = 1;
  for (; seed <= most && !gaps.empty(); ++seed) {
    trial.only_make(script_of_pair(grammar, seed, k_strength_to_cover_all));
    if (seed % k_look_for_gaps_each == 0) gaps = trial.coverage().gaps(major_version());
  }
  std::string text;
  for (const auto& one : gaps) text += one + "\n";
  EXPECT_EQ(text, "") << "after " << seed - 1 << " pairs";
}

} // namespace

} // namespace slipway::test
