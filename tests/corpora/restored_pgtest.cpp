// A schema and what pg_dump and psql make of it elsewhere are the same.
#include "corpus.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/rehearse/same_meaning.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"

namespace slipway::test {
namespace {

constexpr std::size_t k_most_told = 20;

class Restored : public CorpusTest {
protected:
  /// A database with what the dump of another one makes.
  static rehearse::ProofDatabase restore_of(const std::string& database) {
    auto made = rehearse::ProofDatabase::make(cluster(), "", long_wait());
    if (!made) throw std::runtime_error(made.error().message);
    run_psql(made->name(), dump(database));
    return std::move(*made);
  }
};

TEST_P(Restored, IsEqualAndNothingIsPlanned) {
  const auto copy = restore_of(database());
  const auto restored = read(copy.name());
  const auto differences = schema::compare(schema(), restored);
  if (differences.empty()) {
    EXPECT_EQ(schema::fingerprint(schema()).text(), schema::fingerprint(restored).text());
    EXPECT_EQ(told(diff::make_plan(schema(), restored, {})), "");
    EXPECT_EQ(told(diff::make_plan(restored, schema(), {})), "");
    return;
  }
  // Texts of expressions may change when they are read in again, once.
  EXPECT_TRUE(rehearse::differ_in_text_only(differences))
      << ::testing::PrintToString(rehearse::told(differences, k_most_told));
  const auto second = restore_of(copy.name());
  EXPECT_EQ(rehearse::told(schema::compare(restored, read(second.name())), k_most_told),
            std::vector<std::string>());
  std::printf("%s: %zu texts are another after a restore\n", GetParam().c_str(),
              differences.size());
}

INSTANTIATE_TEST_SUITE_P(Corpora, Restored, ::testing::ValuesIn(corpus_names()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace slipway::test
