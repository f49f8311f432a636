#include "plan_test.hpp"

#include "slipway/diff/transactions.hpp"

namespace slipway::test {

namespace {

schema::Schema read(const std::string& url) {
  auto& session = TestServer::instance().session_in(url);
  inspect::Scope scope;
  scope.dependencies = true;
  auto read = inspect::read_schema(session, scope, long_wait());
  if (!read) throw std::runtime_error(read.error().message);
  return std::move(*read);
}

std::string apply(pg::Session& session, const diff::Transaction& transaction) {
  const auto run = [&](const std::string& sql) -> std::string {
    const auto done = session.execute(SqlText(sql), long_wait());
    return done ? std::string() : sql + ": " + done.error().message;
  };
  if (!transaction.transactional) return run(transaction.statements.front().sql);
  std::string error = run("BEGIN");
  for (const auto& one : transaction.statements)
    if (error.empty()) error = run(one.sql);
  const auto ended = run(error.empty() ? "COMMIT" : "ROLLBACK");
  return error.empty() ? ended : error;
}

std::vector<std::string> described(const std::vector<schema::Difference>& differences) {
  std::vector<std::string> lines;
  for (const auto& one : differences) {
    std::string line = one.identity.path() + " " + std::string(schema::change_name(one.change));
    for (const auto& property : one.properties)
      line += "; " + std::string(schema::property_name(property.property)) + ": " +
              property.from.value_or("(none)") + " -> " + property.to.value_or("(none)");
    lines.push_back(std::move(line));
  }
  return lines;
}

} // namespace

std::string apply_plan(pg::Session& session, const std::vector<diff::Statement>& statements) {
  for (const auto& one : diff::transactions_of(statements))
    if (auto error = apply(session, one); !error.empty()) return error;
  return {};
}

std::string Planned::sql() const {
  std::string all;
  for (const auto& one : plan.statements) all += one.sql + ";\n";
  return all;
}

bool Planned::has(diff::FindingKind kind) const {
  for (const auto& one : plan.findings)
    if (one.kind == kind) return true;
  return false;
}

std::string Planned::values(const std::string& query) const {
  auto session = connect(url);
  std::string text;
  const auto found = rows(session, query);
  for (const auto& one : found.at(0)) text += (text.empty() ? "" : " ") + one;
  return text;
}

std::string PlanTest::new_database() {
  auto url = TestServer::instance().borrow_database();
  borrowed_.push_back(url);
  return url;
}

void PlanTest::TearDown() {
  for (const auto& url : borrowed_) TestServer::instance().give_back(url);
}

Planned PlanTest::run(const std::string& from_sql, const std::string& to_sql,
                      const std::string& seed, diff::Options options) {
  const auto from_url = new_database();
  const auto to_url = new_database();
  {
    auto to = connect(to_url);
    if (!to_sql.empty()) exec(to, to_sql);
  }
  auto session = connect(from_url);
  if (!from_sql.empty()) exec(session, from_sql);
  if (!seed.empty()) exec(session, seed);
  const auto wanted = read(to_url);

  Planned planned;
  planned.url = from_url;
  for (planned.rounds = 0; planned.rounds < 3; ++planned.rounds) {
    const auto now = read(from_url);
    planned.left = described(schema::compare(now, wanted));
    if (planned.left.empty()) return planned;
    const auto plan = diff::make_plan(now, wanted, options);
    planned.plan.statements.insert(planned.plan.statements.end(), plan.statements.begin(),
                                   plan.statements.end());
    planned.plan.findings.insert(planned.plan.findings.end(), plan.findings.begin(),
                                 plan.findings.end());
    planned.plan.questions.insert(planned.plan.questions.end(), plan.questions.begin(),
                                  plan.questions.end());
    planned.plan.refusals.insert(planned.plan.refusals.end(), plan.refusals.begin(),
                                 plan.refusals.end());
    if (!plan.questions.empty() || !plan.refusals.empty()) return planned;
    planned.error = apply_plan(session, plan.statements);
    if (!planned.error.empty()) return planned;
  }
  planned.left = described(schema::compare(read(from_url), wanted));
  return planned;
}

void PlanTest::expect_arrives(const std::string& from_sql, const std::string& to_sql) {
  const auto planned = run(from_sql, to_sql);
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql();
  EXPECT_TRUE(planned.plan.questions.empty()) << planned.plan.questions.front().message;
  EXPECT_TRUE(planned.plan.refusals.empty()) << planned.plan.refusals.front().message;
}

void PlanTest::expect_both_ways(const std::string& from_sql, const std::string& to_sql) {
  expect_arrives(from_sql, to_sql);
  expect_arrives(to_sql, from_sql);
}

TEST_F(PlanTest, BetweenEqualSchemasThereIsNothingToDo) {
  const auto planned = run("CREATE TABLE t (id int)", "CREATE TABLE t (id int)");
  EXPECT_TRUE(planned.plan.statements.empty());
  EXPECT_TRUE(planned.left.empty());
}

} // namespace slipway::test
