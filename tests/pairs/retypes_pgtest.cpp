// Every type that becomes every other one, with values at the edges of each: what a plan says of
// the values that are there is so, value by value.
#include "environment.hpp"
#include "pair_bench.hpp"
#include "random_rows.hpp"
#include "rows_look.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/rehearse/kept_values.hpp"

#include <algorithm>
#include <stdexcept>

namespace slipway::test {

namespace {

using diff::FindingKind;

struct Type {
  const char* sql;
  const char* values; ///< as values_to_try has them
};

const std::vector<Type>& types() {
  static const std::vector<Type> all{{"smallint", "int2"},
                                     {"integer", "int4"},
                                     {"bigint", "int8"},
                                     {"numeric", "numeric"},
                                     {"numeric(8,2)", "numeric"},
                                     {"numeric(12,4)", "numeric"},
                                     {"real", "float4"},
                                     {"double precision", "float8"},
                                     {"text", "text"},
                                     {"varchar", "text"},
                                     {"varchar(10)", "text"},
                                     {"varchar(40)", "text"},
                                     {"char(3)", "text"},
                                     {"char(12)", "text"},
                                     {"name", "text"},
                                     {"boolean", "bool"},
                                     {"date", "date"},
                                     {"time", "time"},
                                     {"timestamp", "timestamp"},
                                     {"timestamp(0)", "timestamp"},
                                     {"timestamptz", "timestamptz"},
                                     {"timestamptz(3)", "timestamptz"},
                                     {"interval", "interval"},
                                     {"interval(0)", "interval"},
                                     {"json", "json"},
                                     {"jsonb", "jsonb"},
                                     {"uuid", "uuid"},
                                     {"bytea", "bytea"},
                                     {"inet", "inet"},
                                     {"cidr", "cidr"},
                                     {"bit varying(8)", "varbit"},
                                     {"bit varying(4)", "varbit"},
                                     {"bit(3)", "varbit"},
                                     {"xml", "xml"},
                                     {"text[]", "_"},
                                     {"integer[]", "_"},
                                     {"varchar(2)[]", "_"},
                                     {"int4range", "range"},
                                     {"app.mood", "text"},
                                     {"app.positive", "int4"},
                                     {"app.email", "text"}};
  return all;
}

template<class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

class Retypes : public ::testing::TestWithParam<Type> {
protected:
  void SetUp() override {
    exec(bench_.session(), "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('ok', 'bad', '3');"
                           "CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);"
                           "CREATE DOMAIN app.email AS varchar(20) CHECK (VALUE LIKE '%@%')");
    looking_ = connect(bench_.url());
  }

  void make_table(const Type& type) {
    exec(bench_.session(), "DROP TABLE IF EXISTS app.t");
    exec(bench_.session(), std::string("CREATE TABLE app.t (id integer, c ") + type.sql + ")");
  }
  void fill(const Type& type) {
    int id = 0;
    for (const auto& value : values_to_try(type.values))
      static_cast<void>(
          bench_.session().execute(SqlText("INSERT INTO app.t VALUES (" + std::to_string(++id) +
                                           ", " + quote_literal(value) + ")"),
                                   long_wait()));
    exec(bench_.session(), "INSERT INTO app.t VALUES (0, NULL)");
  }
  std::string count(const std::string& sql) { return rows(bench_.session(), sql).front().front(); }

  // Which rows stop the plan when they are the only ones.
  std::vector<std::string> refused(const std::vector<diff::Statement>& statements) {
    auto& session = bench_.session();
    std::vector<std::string> found;
    for (const auto& row : rows(session, "SELECT id FROM app.t ORDER BY id")) {
      exec(session, "BEGIN; DELETE FROM app.t WHERE id <> " + row[0]);
      bool fine = true;
      for (const auto& one : statements)
        fine = fine && session.execute(SqlText(one.sql), long_wait()).has_value();
      exec(session, "ROLLBACK");
      if (!fine) found.push_back(row[0]);
    }
    return found;
  }

  std::string go(const schema::Schema& from, const schema::Schema& to);
  std::string judge_refused(const diff::Plan& plan);
  std::string judge_kept(const diff::Plan& plan, rehearse::KeptValues& kept);
  std::string judge_back(const diff::Plan& plan, const RowsLook& before,
                         const schema::Schema& from);

  PairBench bench_;
  std::optional<pg::Session> looking_;
};

std::string text_of(const diff::Plan& plan) {
  std::string text;
  for (const auto& one : plan.statements) {
    for (const auto& finding : one.findings)
      text += "-- " + std::string(diff::finding_name(finding.kind)) + ": " + finding.message +
              "; " + finding.count_sql + "\n";
    text += one.sql + ";\n";
  }
  return text;
}

bool has(const diff::Plan& plan, FindingKind kind) {
  return std::any_of(plan.findings.begin(), plan.findings.end(),
                     [&](const auto& one) { return one.kind == kind; });
}

std::string Retypes::go(const schema::Schema& from, const schema::Schema& to) {
  const auto plan = diff::make_plan(from, to, {});
  if (!plan.refusals.empty() || !plan.questions.empty()) return {};
  auto wrong = judge_refused(plan);
  if (wrong.empty()) {
    auto kept = value_of(rehearse::KeptValues::remember(*looking_, long_wait()));
    const RowsLook before(*looking_);
    wrong = run_plan(bench_.session(), plan.statements);
    if (wrong.empty()) wrong = judge_kept(plan, kept);
    exec(*looking_, "DROP TABLE pg_temp.slipway_kept");
    if (wrong.empty()) wrong = judge_back(plan, before, from);
  }
  return wrong.empty() ? wrong : wrong + "\n" + text_of(plan);
}

// What is told to stop it does, and nothing else.
std::string Retypes::judge_refused(const diff::Plan& plan) {
  const auto stopping = refused(plan.statements);
  std::string list;
  for (const auto& id : stopping) list += (list.empty() ? "" : ", ") + id;
  if (!stopping.empty() && !has(plan, FindingKind::data_dependent))
    return "rows " + list + " stop it, and nothing says so";
  for (const auto& one : plan.findings) {
    const bool stops =
        one.kind == FindingKind::data_dependent && one.message.find("stop") != std::string::npos;
    if (!stops || one.count_sql.empty()) continue;
    const auto counted = count(one.count_sql);
    if (counted != std::to_string(stopping.size()))
      return "counts " + counted + " rows, but these stop it: " + list + "; " + one.count_sql;
  }
  if (!stopping.empty()) exec(bench_.session(), "DELETE FROM app.t WHERE id IN (" + list + ")");
  return {};
}

std::string Retypes::judge_kept(const diff::Plan& plan, rehearse::KeptValues& kept) {
  const auto losses = value_of(kept.losses(long_wait()));
  if (!losses.empty() && !has(plan, FindingKind::data_loss)) return losses.front().finding.message;
  const bool written = !value_of(kept.rewrites(long_wait())).empty();
  if (written != has(plan, FindingKind::rewrite))
    return written ? "it is written anew, and nothing says so"
                   : "it is not written anew, though it says so";
  return {};
}

std::string Retypes::judge_back(const diff::Plan& plan, const RowsLook& before,
                                const schema::Schema& from) {
  if (has(plan, FindingKind::data_loss)) return {};
  const auto back = diff::make_plan(bench_.read(), from, {});
  if (!back.refusals.empty()) return {};
  if (const auto error = run_plan(bench_.session(), back.statements); !error.empty())
    return "an exact way back: " + error;
  return before.difference(RowsLook(*looking_));
}

TEST_P(Retypes, DoWhatIsSaidOfThem) {
  const auto& type = GetParam();
  make_table(type);
  const auto from = bench_.read();
  std::vector<schema::Schema> others;
  for (const auto& other : types()) {
    make_table(other);
    others.push_back(bench_.read());
  }
  for (std::size_t at = 0; at < types().size(); ++at) {
    if (std::string_view(types()[at].sql) == type.sql) continue;
    make_table(type);
    fill(type);
    EXPECT_EQ(go(from, others[at]), "") << type.sql << " to " << types()[at].sql;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Retypes, ::testing::ValuesIn(types()), [](const auto& one) {
  std::string name = one.param.sql;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

} // namespace

} // namespace slipway::test
