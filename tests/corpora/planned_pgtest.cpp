// Plans between a schema and the same with random changes, there and back, proven by both
// observers on copies with all rows. CORPUS_PLANS says how many changes are planned one by one,
// CORPUS_BATCH how many at a time, CORPUS_SEED which.
#include "corpus.hpp"
#include "mutations.hpp"
#include "slipway/rehearse/application.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/rehearse/prove.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace slipway::test {
namespace {

constexpr std::uint64_t k_plans = 4;
constexpr std::uint64_t k_batch = 25;

/// Statements from one schema to another, or why there are none.
struct Way {
  std::vector<diff::Statement> statements;
  std::string stopped;
};

class Planned : public CorpusTest {
protected:
  static rehearse::ProofDatabase copy_of(const std::string& database) {
    auto made = rehearse::ProofDatabase::make(cluster(), database, long_wait());
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }

  static std::vector<Mutation> drawn(const std::string& database, std::uint64_t seed,
                                     std::uint64_t most) {
    const auto copy = copy_of(database);
    auto session = session_in(copy.name());
    auto all = draw_mutations(session, seed, most);
    std::erase_if(all,
                  [](const Mutation& one) { return one.looked_at_only || one.expected.empty(); });
    return all;
  }

  static bool change(pg::Session& session, const Mutation& mutation) {
    return session.execute(SqlText(mutation.statement), long_wait()).has_value();
  }

  /// A rename is answered as it was meant, as far as one is offered; everything else that goes,
  /// goes.
  static Way way(const std::string& from_database, const schema::Schema& from,
                 const schema::Schema& to, const std::vector<std::string>& created) {
    diff::Options options;
    std::vector<diff::Rename> renames;
    for (const auto& question : diff::make_plan(from, to, {}).questions) {
      const auto meant = std::find_if(
          question.candidates.begin(), question.candidates.end(), [&](const auto& one) {
            return std::find(created.begin(), created.end(), "created " + one.object.path()) !=
                   created.end();
          });
      if (meant != question.candidates.end() && created.size() == 1)
        renames.push_back({question.gone, meant->object});
      else
        options.not_renamed.push_back(question.gone);
    }
    if (renames.empty()) return plan(from, to, options);
    return by_renaming(from_database, from, to, renames);
  }

  static Way plan(const schema::Schema& from, const schema::Schema& to,
                  const diff::Options& options) {
    auto plan = diff::make_plan(from, to, options);
    if (!plan.questions.empty() || !plan.refusals.empty()) return {{}, told(plan)};
    return {std::move(plan.statements), {}};
  }

  static Way by_renaming(const std::string& from_database, const schema::Schema& from,
                         const schema::Schema& to, const std::vector<diff::Rename>& renames) {
    const auto renaming = diff::rename_statements(from, renames);
    if (!renaming.refusals.empty()) return {{}, told(renaming)};
    const auto copy = copy_of(from_database);
    auto session = session_in(copy.name());
    const auto stopped = rehearse::apply_plan(session, renaming.statements, long_wait());
    if (!stopped) throw std::runtime_error(stopped.error().message);
    if (*stopped) return {{}, (*stopped)->message};
    const auto renamed = read(session);
    diff::Options options;
    for (const auto& question : diff::make_plan(renamed, to, {}).questions)
      options.not_renamed.push_back(question.gone);
    auto rest = plan(renamed, to, options);
    rest.statements.insert(rest.statements.begin(), renaming.statements.begin(),
                           renaming.statements.end());
    return rest;
  }

  static std::string script(const std::vector<diff::Statement>& statements) {
    std::string text;
    for (const auto& one : statements) text += "    " + one.sql + ";\n";
    return text;
  }

  /// What is wrong with the way from the schema to the changed database and back.
  std::string wrong_between(const std::string& changed, const std::vector<std::string>& created,
                            const std::vector<std::string>& dropped) {
    const auto to = read(changed);
    const auto up = way(database(), schema(), to, created);
    const auto down = way(changed, to, schema(), dropped);
    if (!up.stopped.empty()) return "up is stopped:\n" + up.stopped;
    if (up.statements.empty()) return "nothing is planned\n";
    std::string found;
    if (!down.stopped.empty()) found = "down is stopped:\n" + down.stopped;
    const rehearse::ProofRequest request{cluster(),     database(),      changed,
                                         up.statements, down.statements, ""};
    const auto proof = rehearse::prove(request, long_wait());
    if (!proof) return proof.error().message;
    if (!proof->second_observer_looked) found += "pg_dump did not look\n";
    if (!proof->holds)
      found += fmt::format("{}\n  up:\n{}  down:\n{}", fmt::join(proof->differences, "\n"),
                           script(up.statements), script(down.statements));
    return found;
  }

  static std::vector<std::string> beginning_with(const std::string& word,
                                                 const std::vector<std::string>& lines) {
    std::vector<std::string> some;
    for (const auto& line : lines)
      if (line.starts_with(word)) some.push_back("created" + line.substr(word.size()));
    return some;
  }
};

TEST_P(Planned, OneChangeIsPlannedThereAndBack) {
  const auto wanted = number_from("CORPUS_PLANS", k_plans);
  std::uint64_t planned = 0;
  std::map<std::string, int> forms;
  for (const auto& mutation : drawn(database(), seed_of(GetParam()) + 100, 2 * wanted + 10)) {
    if (planned == wanted) break;
    const auto changed = copy_of(database());
    {
      auto session = session_in(changed.name());
      if (!change(session, mutation)) continue;
    }
    ++planned;
    ++forms[mutation.form];
    const auto wrong = wrong_between(changed.name(), beginning_with("created", mutation.expected),
                                     beginning_with("dropped", mutation.expected));
    EXPECT_TRUE(wrong.empty()) << mutation.form << ": " << mutation.statement << "\n" << wrong;
  }
  EXPECT_GE(planned, std::min<std::uint64_t>(wanted, 4));
  std::printf("%s: %llu changes of %zu forms planned there and back\n", GetParam().c_str(),
              static_cast<unsigned long long>(planned), forms.size());
}

TEST_P(Planned, ManyChangesArePlannedThereAndBack) {
  const auto changed = copy_of(database());
  std::string made;
  std::uint64_t count = 0;
  {
    auto session = session_in(changed.name());
    for (const auto& mutation :
         drawn(database(), seed_of(GetParam()) + 200, number_from("CORPUS_BATCH", k_batch))) {
      if (!change(session, mutation)) continue;
      made += "  " + mutation.statement + ";\n";
      ++count;
    }
  }
  const auto wrong = wrong_between(changed.name(), {}, {});
  EXPECT_TRUE(wrong.empty()) << made << wrong;
  std::printf("%s: %llu changes planned at a time, there and back\n", GetParam().c_str(),
              static_cast<unsigned long long>(count));
}

INSTANTIATE_TEST_SUITE_P(Corpora, Planned, ::testing::ValuesIn(corpus_names()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace slipway::test
