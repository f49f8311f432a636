// One random change after the other, each of which the comparison must name, and nothing else.
// CORPUS_MUTATIONS says how many, CORPUS_SEED which.
#include "corpus.hpp"
#include "mutations.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/schema/fingerprint.hpp"

#include <map>

namespace slipway::test {
namespace {

constexpr std::uint64_t k_mutations = 40;
constexpr std::uint64_t k_every = 50;

class Seen : public CorpusTest {
protected:
  /// Applies and reads in one transaction, of which nothing stays.
  static std::optional<schema::Schema> read_changed(pg::Session& session, const Mutation& mutation,
                                                    std::string& refused) {
    exec(session, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    if (const auto done = session.execute(SqlText(mutation.statement), long_wait()); !done) {
      refused = done.error().sql ? done.error().sql->message : done.error().message;
      exec(session, "ROLLBACK");
      return std::nullopt;
    }
    auto read = inspect::read_schema(session, {}, long_wait());
    if (session.usable()) exec(session, "ROLLBACK");
    if (!read) throw std::runtime_error(mutation.statement + ": " + read.error().message);
    return std::move(*read);
  }
};

TEST_P(Seen, EachChangeIsFoundAndNamed) {
  const auto wanted = number_from("CORPUS_MUTATIONS", k_mutations);
  const auto seed = seed_of(GetParam());
  auto copy = rehearse::ProofDatabase::make(cluster(), database(), long_wait());
  ASSERT_TRUE(copy) << copy.error().message;
  auto session = session_in(copy->name());
  const auto root = schema::fingerprint(schema()).root;
  std::uint64_t found = 0;
  std::map<std::string, std::string> refused;
  std::map<std::string, int> forms;
  for (const auto& mutation : draw_mutations(session, seed, 3 * wanted + 20)) {
    if (found == wanted) break;
    std::string reason;
    const auto changed = read_changed(session, mutation, reason);
    if (!changed) {
      refused[mutation.statement] = reason;
      continue;
    }
    ++found;
    ++forms[mutation.form];
    const auto seen = lines_of(schema::compare(schema(), *changed));
    const auto wrong = misseen(mutation, seen);
    EXPECT_TRUE(wrong.empty()) << wrong;
    EXPECT_EQ(schema::fingerprint(*changed).root == root, seen.empty()) << mutation.statement;
    if (found % k_every == 0) {
      EXPECT_EQ(schema::fingerprint(read(session)).root, root);
    }
  }
  EXPECT_EQ(schema::fingerprint(read(session)).root, root);
  EXPECT_GE(found, std::min<std::uint64_t>(wanted, 40));
  std::printf("%s: %llu changes of %zu forms, seed %llu; the server refused %zu others\n",
              GetParam().c_str(), static_cast<unsigned long long>(found), forms.size(),
              static_cast<unsigned long long>(seed), refused.size());
  if (number_from("CORPUS_VERBOSE", 0) != 0) {
    for (const auto& [form, count] : forms) std::printf("  form %s %d\n", form.c_str(), count);
    for (const auto& [statement, reason] : refused)
      std::printf("  refused %s: %s\n", reason.c_str(), statement.c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Corpora, Seen, ::testing::ValuesIn(corpus_names()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace slipway::test
