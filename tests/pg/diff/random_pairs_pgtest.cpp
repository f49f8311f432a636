// Random pairs of schemas: there and back. RANDOM_PAIRS says how many, RANDOM_SEED where to begin;
// a failure prints the seed of its pair.
#include "plan_test.hpp"
#include "random_ddl.hpp"

#include <cstdlib>

namespace slipway::test {

namespace {

constexpr std::uint64_t k_pairs = 100;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class RandomPairs : public ::testing::Test {
protected:
  void SetUp() override {
    auto session = test::connect(TestServer::instance().fresh_database());
    for (const std::string role : {"slipway_reader", "slipway_writer"})
      static_cast<void>(session.execute(SqlText("CREATE ROLE " + role), long_wait()));
  }

  static void make(pg::Session& session, const std::vector<std::string>& statements) {
    exec(session, "DROP SCHEMA IF EXISTS app, z, \"Odd \"\"One\" CASCADE");
    // What cannot be is left out: the rest is the schema.
    for (const auto& one : statements)
      static_cast<void>(session.execute(SqlText(one), long_wait()));
  }

  static schema::Schema read(pg::Session& session) {
    inspect::Scope scope;
    scope.dependencies = true;
    auto read = inspect::read_schema(session, scope, long_wait());
    if (!read) throw std::runtime_error(read.error().message);
    return std::move(*read);
  }

  /// Brings the database to `wanted`. Yields what went wrong, nothing when it arrived.
  std::string bring(pg::Session& session, const schema::Schema& wanted) {
    std::string script;
    for (int round = 0; round < 4; ++round) {
      const auto now = read(session);
      const auto differences = schema::compare(now, wanted);
      if (differences.empty()) return {};
      if (round == 3) return differences.front().identity.path() + " still differs\n" + script;
      diff::Options options;
      for (const auto& one : differences)
        if (one.change == schema::Change::dropped) options.not_renamed.push_back(one.identity);
      const auto plan = diff::make_plan(now, wanted, options);
      if (!plan.refusals.empty()) {
        ++refused_;
        return {};
      }
      if (plan.statements.empty())
        return differences.front().identity.path() + " differs and nothing is planned\n" + script;
      for (const auto& one : plan.statements) script += one.sql + ";\n";
      if (const auto error = apply_plan(session, plan.statements); !error.empty())
        return error + "\n" + script;
    }
    return {};
  }

  int refused_ = 0;
};

TEST_F(RandomPairs, GoThereAndBack) {
  const auto pairs = from_environment("RANDOM_PAIRS", k_pairs);
  const auto first = from_environment("RANDOM_SEED", 1);
  auto one = test::connect(TestServer::instance().fresh_database());
  auto other = test::connect(TestServer::instance().fresh_database());
  for (auto seed = first; seed < first + pairs; ++seed) {
    RandomDdl random(seed);
    auto statements = random.creations(14);
    make(one, statements);
    const auto from = read(one);
    const auto mutations = random.mutations(10);
    statements.insert(statements.end(), mutations.begin(), mutations.end());
    make(other, statements);
    const auto to = read(other);
    EXPECT_EQ(bring(one, to), "") << "up, seed " << seed;
    EXPECT_EQ(bring(one, from), "") << "down, seed " << seed;
    if (HasFailure() && from_environment("RANDOM_GO_ON", 0) == 0) break;
  }
  RecordProperty("refused", refused_);
  std::printf("%llu pairs, %d refused\n", static_cast<unsigned long long>(pairs), refused_);
}

} // namespace

} // namespace slipway::test
