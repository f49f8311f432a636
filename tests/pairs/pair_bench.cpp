#include "pair_bench.hpp"

#include "slipway/diff/transactions.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/rehearse/same_meaning.hpp"
#include "slipway/test/used_database.hpp"

#include <stdexcept>

namespace slipway::test {

namespace {

// Dropped objects stay in the catalogs until they are vacuumed.
constexpr int k_uses_of_a_database = 150;

std::string run_transaction(pg::Session& session, const diff::Transaction& transaction) {
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

std::string first_lines(const std::vector<diff::Refusal>& refusals) {
  std::string text;
  for (const auto& one : refusals) text += one.object + ": " + one.message + "\n";
  return text;
}

// Roles and tablespaces that the grammar speaks of.
void make_global_objects(TestServer& server) {
  auto session = connect(server.cluster().connection_string());
  if (!rows(session, "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'slipway_reader'").empty())
    return;
  for (const std::string role : {"slipway_reader", "slipway_writer", "slipway_admin SUPERUSER"})
    exec(session, "CREATE ROLE " + role);
  for (const std::string space : {"slipway_one", "slipway_two"}) {
    const auto folder = server.cluster().folder() + "/" + space;
    // The server makes the folder, since it must be the server's.
    exec(session, "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; mkdir -p " + folder + "'");
    exec(session, "CREATE TABLESPACE " + space + " LOCATION '" + folder + "'");
  }
}

} // namespace

std::string run_plan(pg::Session& session, const std::vector<diff::Statement>& statements) {
  for (const auto& one : diff::transactions_of(statements))
    if (auto error = run_transaction(session, one); !error.empty()) return error;
  return {};
}

std::string text_of(const std::vector<schema::Difference>& differences) {
  std::string text;
  for (const auto& one : differences) {
    if (one.properties.empty())
      text += one.identity.path() + " " + std::string(schema::change_name(one.change)) + "\n";
    for (const auto& value : one.properties)
      text += one.identity.path() + " " + std::string(schema::property_name(value.property)) +
              ": " + value.from.value_or("(none)") + " -> " + value.to.value_or("(none)") + "\n";
  }
  return text;
}

std::string script_of_statements(const std::vector<std::string>& statements) {
  std::string script;
  for (const auto& one : statements) script += one + ";\n";
  return script;
}

PairBench::PairBench() {
  make_global_objects(TestServer::instance());
  take_new_database();
}

void PairBench::take_new_database() {
  auto& server = TestServer::instance();
  if (session_) {
    const auto old = database();
    session_.reset();
    // One with a subscription cannot be dropped; it goes with the server.
    static_cast<void>(server.cluster().drop_database(old, long_wait()));
  }
  url_ = server.fresh_database();
  session_ = connect(url_);
  // The schema public has another number in a database that was emptied, which is seen.
  empty_database(*session_);
  new_traces_ = traces(*session_);
  used_ = 0;
}

void PairBench::empty() {
  if (++used_ > k_uses_of_a_database) return take_new_database();
  empty_database(*session_);
  if (traces(*session_) != new_traces_) take_new_database();
}

std::vector<std::string> PairBench::make(const std::vector<std::string>& statements) {
  std::vector<std::string> made;
  for (const auto& one : statements)
    if (!one.empty() && session_->execute(SqlText(one), long_wait())) made.push_back(one);
  return made;
}

schema::Schema PairBench::read() {
  inspect::Scope scope;
  scope.dependencies = true;
  scope.salt = "pairs";
  auto read = inspect::read_schema(*session_, scope, long_wait());
  if (!read) throw std::runtime_error(read.error().message);
  return std::move(*read);
}

// Some expressions get another text when their text is read in again. What differs in texts only
// is the same when it is the same after that.
bool PairBench::mean_the_same(const schema::Schema& one, const schema::Schema& other,
                              const std::vector<schema::Difference>& differences) {
  if (!rehearse::differ_in_text_only(differences)) return false;
  const auto made_of = [&](const schema::Schema& schema) {
    PairBench fresh;
    const auto nothing = fresh.read();
    diff::Options options;
    options.online = false;
    EXPECT_EQ(run_plan(*fresh.session_, diff::make_plan(nothing, schema, options).statements), "");
    return fresh.read();
  };
  return schema::compare(made_of(one), made_of(other)).empty();
}

Brought PairBench::bring(const schema::Schema& now, const schema::Schema& wanted) {
  Brought brought;
  const auto failed = [&](std::string why) {
    brought.end = Brought::End::failed;
    brought.why = std::move(why);
    return brought;
  };
  const auto differences = schema::compare(now, wanted);
  diff::Options options;
  for (const auto& one : differences)
    if (one.change == schema::Change::dropped) options.not_renamed.push_back(one.identity);
  const auto plan = diff::make_plan(now, wanted, options);
  for (const auto& one : plan.statements) brought.script += one.sql + ";\n";
  if (!plan.questions.empty()) return failed("it asks: " + plan.questions.front().message);
  if (!plan.refusals.empty()) {
    brought.end = Brought::End::refused;
    brought.why = first_lines(plan.refusals);
    return brought;
  }
  if (auto error = run_plan(*session_, plan.statements); !error.empty()) return failed(error);
  const auto then = read();
  if (const auto left = schema::compare(then, wanted); !left.empty()) {
    if (mean_the_same(then, wanted, left)) return brought;
    return failed("still differs:\n" + text_of(left));
  }
  const auto again = diff::make_plan(then, wanted, {});
  if (!again.statements.empty() || !again.refusals.empty() || !again.questions.empty())
    return failed("planning again is not empty: " +
                  (again.statements.empty() ? std::string() : again.statements.front().sql));
  return brought;
}

} // namespace slipway::test
