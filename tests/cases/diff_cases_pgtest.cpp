// Each case: two schemas, what the plan between them must and must not be like, and rows that must
// survive it. Every plan that is not stopped is proven, and so is the way back when there is one.
// Cases that a server of another version than 15 cannot load are left out there, and counted.
#include "case_rules.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/rehearse/application.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/rehearse/prove.hpp"
#include "slipway/test/test_data.hpp"
#include "slipway/test/test_server.hpp"

#include <fmt/format.h>

namespace slipway::test {
namespace {

constexpr int k_first_with_all = 15;

struct Case {
  std::string id;
  std::string from_sql;
  std::string to_sql;
  std::string seed_sql;
  std::vector<std::string> must;
  std::vector<std::string> must_not;
};

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const char* file : {"diff.jsonl", "diff_more.jsonl"})
    for (const auto& one : read_json_lines(file))
      cases.push_back({one.at("id"), one.at("from_sql"), one.at("to_sql"),
                       one.value("seed_sql", std::string()), one.at("must"), one.at("must_not")});
  return cases;
}

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.id;
}

class DiffCaseTest : public ::testing::TestWithParam<Case> {
protected:
  static pg::Cluster& cluster() { return TestServer::instance().cluster(); }

  /// A database made of the script; nothing when this server cannot load it.
  static std::optional<rehearse::ProofDatabase> made_of(const std::string& sql) {
    auto database = rehearse::ProofDatabase::make(cluster(), "", long_wait());
    if (!database) throw std::runtime_error(database.error().message);
    auto session = rehearse::open_in(cluster(), database->name(), long_wait());
    if (!session) throw std::runtime_error(session.error().message);
    const auto loaded = rehearse::run_script(*session, sql, "case", long_wait());
    if (loaded) return std::move(*database);
    EXPECT_LT(TestServer::instance().major_version(), k_first_with_all) << loaded.error().message;
    return std::nullopt;
  }
  static schema::Schema read(const rehearse::ProofDatabase& database) {
    auto session = rehearse::open_in(cluster(), database.name(), long_wait());
    if (!session) throw std::runtime_error(session.error().message);
    inspect::Scope scope;
    scope.dependencies = true;
    auto schema = inspect::read_schema(*session, scope, long_wait());
    if (!schema) throw std::runtime_error(schema.error().message);
    return std::move(*schema);
  }
  static bool is_stopped(const diff::Plan& plan) { return holds("stop", plan); }
};

TEST_P(DiffCaseTest, ThePlanIsAsItMustBeAndProven) {
  const Case& one = GetParam();
  const auto from = made_of(one.from_sql);
  const auto to = made_of(one.to_sql);
  if (!from || !to) return;
  const schema::Schema from_schema = read(*from);
  const schema::Schema to_schema = read(*to);
  const diff::Plan up = diff::make_plan(from_schema, to_schema, {});
  for (const auto& rule : one.must)
    EXPECT_TRUE(holds(rule, up)) << "must " << rule << "\n" << told(up);
  for (const auto& rule : one.must_not)
    EXPECT_FALSE(holds(rule, up)) << "must not " << rule << "\n" << told(up);
  if (is_stopped(up)) {
    EXPECT_TRUE(std::any_of(
        one.must.begin(), one.must.end(),
        [](const std::string& rule) { return rule == "stop" || rule == "flag:ambiguity"; }))
        << "stopped without need\n"
        << told(up);
    return;
  }
  const diff::Plan down = diff::make_plan(to_schema, from_schema, {});
  rehearse::ProofRequest request{cluster(),     from->name(), to->name(),
                                 up.statements, {},           one.seed_sql};
  if (!is_stopped(down)) request.down = down.statements;
  const auto proof = rehearse::prove(request, long_wait());
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_TRUE(proof->holds) << fmt::format("{}", fmt::join(proof->differences, "\n")) << "\nup:\n"
                            << told(up) << "down:\n"
                            << told(down);
  EXPECT_TRUE(proof->second_observer_looked ||
              TestServer::instance().major_version() > k_first_with_all);
}

INSTANTIATE_TEST_SUITE_P(All, DiffCaseTest, ::testing::ValuesIn(all_cases()), [](const auto& one) {
  std::string name = one.param.id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(DiffCases, AreAllThere) {
  EXPECT_GE(all_cases().size(), 300U);
}

} // namespace
} // namespace slipway::test
