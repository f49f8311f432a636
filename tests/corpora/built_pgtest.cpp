// From nothing to the schema and back to nothing, by a plan of ours. pg_dump must not be able to
// tell what came of it from what the schema's own makers made.
#include "corpus.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/rehearse/application.hpp"
#include "slipway/rehearse/dump_normal_form.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/rehearse/same_meaning.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::test {
namespace {

constexpr std::size_t k_most_told = 20;

class Built : public CorpusTest {
protected:
  static rehearse::ProofDatabase nothing() {
    auto made = rehearse::ProofDatabase::make(cluster(), "", long_wait());
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }

  static void go(const std::string& database, const schema::Schema& to) {
    auto session = session_in(database);
    const auto from = read(session);
    const auto plan = diff::make_plan(from, to, {.online = false});
    ASSERT_TRUE(plan.questions.empty() && plan.refusals.empty()) << told(plan);
    const auto stopped = rehearse::apply_plan(session, plan.statements, long_wait());
    ASSERT_TRUE(stopped) << stopped.error().message;
    ASSERT_FALSE(*stopped) << (*stopped)->message;
    const auto again = diff::make_plan(read(session), to, {.online = false});
    EXPECT_EQ(told(again), "");
  }

  static std::vector<std::string> normal_dump(const std::string& database) {
    auto form = rehearse::dump_normal_form(dump(database));
    if (!form) throw std::runtime_error(form.error().message);
    return std::move(*form);
  }
};

TEST_P(Built, FromEmptyNothingIsMissingAndBackNothingIsLeft) {
  const auto copy = nothing();
  const auto empty = read(copy.name());
  go(copy.name(), schema());
  if (HasFatalFailure()) return;
  const auto made = read(copy.name());
  EXPECT_EQ(rehearse::told(schema::compare(made, schema()), k_most_told),
            std::vector<std::string>());
  const auto difference =
      rehearse::dump_difference(normal_dump(copy.name()), normal_dump(database()));
  EXPECT_TRUE(difference.empty()) << fmt::format("not meant: {}\nmissing: {}",
                                                 fmt::join(difference.only_first, "\n  "),
                                                 fmt::join(difference.only_second, "\n  "));
  std::printf("%s: %zu objects, %zu statements of pg_dump\n", GetParam().c_str(), schema().size(),
              normal_dump(database()).size());
  go(copy.name(), empty);
  EXPECT_EQ(rehearse::told(schema::compare(read(copy.name()), empty), k_most_told),
            std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Corpora, Built, ::testing::ValuesIn(corpus_names()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace slipway::test
