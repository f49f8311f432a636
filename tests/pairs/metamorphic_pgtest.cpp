// What must hold of any schemas: the way there does not count, nor what names are like, nor how
// whoever looks has set up their session.
#include "pair_trial.hpp"

#include "slipway/inspect/read.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/test/test_data.hpp"

#include <algorithm>
#include <map>

namespace slipway::test {

namespace {

constexpr int k_creations = 40;
constexpr int k_mutations = 15;
constexpr std::uint64_t k_first_seed = 500'001; // others than the random pairs have

class Metamorphic : public ::testing::Test {
protected:
  static int major_version() { return TestServer::instance().major_version(); }
  static std::string grammar_text() { return read_data("pairs/grammar.txt"); }

  std::string root() { return schema::fingerprint(bench_.read()).root; }

  /// Nothing when it arrived or was refused; whether it was refused.
  bool is_refused(const schema::Schema& now, const schema::Schema& wanted) {
    const auto brought = bench_.bring(now, wanted);
    EXPECT_NE(brought.end, Brought::End::failed) << brought.why << "\n" << brought.script;
    return brought.end != Brought::End::arrived;
  }

  PairBench bench_;
};

// By way of B or not, one arrives at the same C.
TEST_F(Metamorphic, TwoStepsLeadWhereOneDoes) {
  constexpr std::uint64_t k_chains = 12;
  const auto grammar = Grammar::parse(grammar_text(), major_version());
  int gone = 0;
  for (auto seed = k_first_seed; seed < k_first_seed + k_chains; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomDdl random(grammar, seed);
    bench_.empty();
    bench_.make(random.creations(k_creations));
    const auto a = bench_.read();
    bench_.make(random.mutations(k_mutations));
    const auto b = bench_.read();
    bench_.make(random.mutations(k_mutations));
    const auto c = bench_.read();
    if (is_refused(c, a)) continue;
    if (is_refused(a, c)) continue;
    const auto in_one_step = root();
    if (is_refused(c, a) || is_refused(a, b) || is_refused(b, c)) continue;
    EXPECT_EQ(root(), in_one_step);
    ++gone;
  }
  EXPECT_GT(gone, static_cast<int>(k_chains / 2)) << "hardly any way was open";
}

// From nothing, in the order that the plan chooses and with other numbers in the catalogs.
TEST_F(Metamorphic, MadeInAnotherOrderItIsTheSame) {
  constexpr std::uint64_t k_schemas = 12;
  const auto grammar = Grammar::parse(grammar_text(), major_version());
  for (auto seed = k_first_seed; seed < k_first_seed + k_schemas; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomDdl random(grammar, seed);
    bench_.empty();
    const auto nothing = bench_.read();
    bench_.make(random.creations(k_creations));
    const auto wanted = bench_.read();
    bench_.empty();
    if (is_refused(nothing, wanted)) continue;
    EXPECT_EQ(root(), schema::fingerprint(wanted).root);
  }
}

// The same schemas under names that sort the other way round differ in the same, and have the same
// ways between them.
TEST_F(Metamorphic, NamesDoNotCount) {
  constexpr std::uint64_t k_pairs = 12;
  const std::map<std::string, std::vector<std::string>> one{{"table_name", {"ta", "tb", "tc"}},
                                                            {"ca", {"ca"}},
                                                            {"cb", {"cb"}},
                                                            {"cc", {"cc"}},
                                                            {"cd", {"cd"}},
                                                            {"ce", {"ce"}},
                                                            {"other_schema", {"bb"}}};
  const std::map<std::string, std::vector<std::string>> other{
      {"table_name", {"\"Z z\"", "\"M\"\"m\"", "\"A\na\""}},
      {"ca", {"\"z.z\""}},
      {"cb", {"\"Y\""}},
      {"cc", {"\"select\""}},
      {"cd", {"\"\xc3\xa4\""}},
      {"ce", {"a"}},
      {"other_schema", {"zzz"}}};
  const auto differences = [&](const std::map<std::string, std::vector<std::string>>& names,
                               std::uint64_t seed) {
    auto grammar = Grammar::parse(grammar_text(), major_version());
    for (const auto& [rule, alternatives] : names) grammar.rename(rule, alternatives);
    RandomDdl random(grammar, seed);
    bench_.empty();
    bench_.make(random.creations(k_creations));
    const auto from = bench_.read();
    bench_.make(random.mutations(k_mutations));
    const auto to = bench_.read();
    const bool refused = is_refused(to, from);
    std::map<std::string, int> found{{"refused", refused ? 1 : 0}};
    for (const auto& difference : schema::compare(from, to))
      ++found[std::string(schema::kind_name(difference.identity.kind)) + " " +
              std::string(schema::change_name(difference.change))];
    return found;
  };
  for (auto seed = k_first_seed; seed < k_first_seed + k_pairs; ++seed)
    EXPECT_EQ(differences(one, seed), differences(other, seed)) << "seed " << seed;
}

TEST_F(Metamorphic, SettingsOfWhoLooksDoNotCount) {
  constexpr std::uint64_t k_schemas = 12;
  const auto grammar = Grammar::parse(grammar_text() + R"(
:look
SET search_path = {app, pg_catalog|z, app|nowhere|pg_catalog, "$user"}
SET DateStyle = '{German, DMY|SQL, MDY|Postgres, YMD}'
SET TimeZone = '{Asia/Tokyo|America/St_Johns|UTC}'
SET IntervalStyle = '{iso_8601|sql_standard|postgres_verbose}'
SET quote_all_identifiers = {on|off}
SET extra_float_digits = {-15|0|3}
SET bytea_output = '{escape|hex}'
SET standard_conforming_strings = {on|off}
SET array_nulls = off
SET enable_seqscan = off
SET default_transaction_isolation = '{serializable|read committed}'
SET row_security = off
)",
                                      major_version());
  for (auto seed = k_first_seed; seed < k_first_seed + k_schemas; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomDdl random(grammar, seed);
    bench_.empty();
    bench_.make(random.creations(k_creations));
    const auto usual = root();
    auto session = connect(bench_.url());
    std::string settings;
    for (int count = 0; count < 6; ++count) {
      const auto setting = random.statement("look");
      exec(session, setting);
      settings += setting + "; ";
      inspect::Scope scope;
      scope.salt = "pairs";
      scope.dependencies = true;
      const auto seen = inspect::read_schema(session, scope, long_wait());
      ASSERT_TRUE(seen) << seen.error().message;
      EXPECT_EQ(schema::fingerprint(*seen).root, usual) << settings;
    }
  }
}

} // namespace

} // namespace slipway::test
