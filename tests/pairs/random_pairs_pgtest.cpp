// Random pairs of schemas: there and back. RANDOM_PAIRS says how many, RANDOM_SEED with which to
// begin; a failure prints the seed of its pair and the fewest statements that show it.
// RANDOM_STRENGTH=2 gives a pair twice the statements. RANDOM_GO_ON=1 goes on after one.
// RANDOM_PROGRESS is a file for how far it has come.
#include "pair_trial.hpp"

#include "slipway/test/test_data.hpp"

#include <cstdlib>
#include <fstream>

namespace slipway::test {

namespace {

constexpr std::uint64_t k_pairs = 250;
// With fewer the coverage is a matter of luck.
constexpr std::uint64_t k_enough_to_cover_all = 500;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class RandomPairs : public ::testing::Test {
protected:
  static int major_version() { return TestServer::instance().major_version(); }

  static void report(std::uint64_t seed, PairTrial& trial, const PairScript& script,
                     const std::string& first_wrong) {
    auto small = trial.shrunk(script);
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
  if (pairs >= k_enough_to_cover_all) {
    std::string gaps;
    for (const auto& one : trial.coverage().gaps(major_version())) gaps += one + "\n";
    EXPECT_EQ(gaps, "");
  }
}

} // namespace

} // namespace slipway::test
