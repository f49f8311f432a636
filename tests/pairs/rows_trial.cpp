// One pair of schemas with rows in FROM: what becomes of the rows, and of what was said of them.
#include "rows_trial.hpp"

#include "random_rows.hpp"

#include "slipway/diff/transactions.hpp"
#include "slipway/rehearse/kept_values.hpp"
#include "slipway/rehearse/same_meaning.hpp"

#include <algorithm>
#include <stdexcept>

namespace slipway::test {

namespace {

constexpr int k_creations = 22;
constexpr int k_mutations = 20;
constexpr int k_first_tables = 3;
constexpr int k_rounds_of_taking_away = 4;
/// How many seeds leave the rows that stand in the way.
constexpr std::uint64_t k_stopped_each = 5;

using diff::FindingKind;

template<class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

diff::Options no_renames(const schema::Schema& from, const schema::Schema& to) {
  diff::Options options;
  for (const auto& one : schema::compare(from, to))
    if (one.change == schema::Change::dropped) options.not_renamed.push_back(one.identity);
  return options;
}

// The first candidate that nobody else has taken.
std::vector<diff::Rename> answered(const std::vector<diff::Question>& questions) {
  std::vector<diff::Rename> renames;
  for (const auto& question : questions)
    for (const auto& candidate : question.candidates) {
      const bool taken = std::any_of(renames.begin(), renames.end(),
                                     [&](const auto& one) { return one.to == candidate.object; });
      if (taken) continue;
      renames.push_back({question.gone, candidate.object});
      break;
    }
  return renames;
}

std::vector<std::vector<diff::Rename>>
reversed(const std::vector<std::vector<diff::Rename>>& renames) {
  std::vector<std::vector<diff::Rename>> back;
  for (auto step = renames.rbegin(); step != renames.rend(); ++step) {
    auto& swapped = back.emplace_back();
    for (const auto& one : *step) swapped.push_back({one.to, one.from});
  }
  return back;
}

// What the finding says stops the statement, and not only that values mean something else.
bool is_stop(const diff::Finding& finding) {
  return finding.kind == FindingKind::data_dependent &&
         (finding.message.find("stop") != std::string::npos ||
          finding.message.find("fails") != std::string::npos);
}

constexpr const char* k_above = R"sql(
WITH RECURSIVE above AS (
  SELECT inhrelid AS child, inhparent AS parent FROM pg_catalog.pg_inherits
  UNION SELECT a.child, i.inhparent FROM above AS a JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = a.parent)
SELECT pn.nspname, p.relname FROM above AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.child JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS p ON p.oid = a.parent JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
WHERE 'table ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) = $1)sql";

/// A finding is about a table when it names it, or a column of it.
bool says_rewrite(const diff::Finding& one, const std::string& table) {
  if (one.kind != FindingKind::rewrite) return false;
  const auto name = table.substr(table.find(' ') + 1);
  return one.object.find(name) != std::string::npos || one.message.find(name) != std::string::npos;
}

/// What is done to a table is done to those that inherit from it.
std::string unsaid_rewrite(pg::Session& session, rehearse::KeptValues& kept,
                           const std::vector<diff::Finding>& findings) {
  for (const auto& one : value_of(kept.rewrites(long_wait()))) {
    std::vector<std::string> tables{one.object};
    const auto above = value_of(session.query(SqlText(k_above), {one.object}, long_wait()));
    for (std::size_t row = 0; row < above.size(); ++row)
      tables.push_back(schema::Identity{
          schema::Kind::table,
          std::string(above.text(row, 0)),
          std::string(above.text(row, 1)),
          {}}.path());
    if (std::none_of(findings.begin(), findings.end(), [&](const auto& finding) {
          return std::any_of(tables.begin(), tables.end(),
                             [&](const auto& table) { return says_rewrite(finding, table); });
        }))
      return one.object + " was written anew, and nothing says so";
  }
  return {};
}

std::string untold_loss(rehearse::KeptValues& kept, const std::vector<diff::Finding>& findings) {
  for (const auto& one : value_of(kept.losses(long_wait())))
    if (!rehearse::is_announced(one, findings)) return "lost: " + one.finding.message;
  return {};
}

} // namespace

PairScript script_of_filled_pair(const Grammar& grammar, std::uint64_t seed) {
  RandomDdl random(grammar, seed);
  PairScript script;
  script.creations = {"CREATE SCHEMA app", random.statement("create_type")};
  for (int at = 0; at < k_first_tables; ++at)
    script.creations.push_back(random.statement("create_table"));
  for (int at = 0; at < k_creations; ++at) script.creations.push_back(random.statement("filled"));
  for (int at = 0; at < k_mutations; ++at)
    script.mutations.push_back(random.statement("change_of_filled"));
  return script;
}

std::string RowsTrial::go(PairScript& script, std::uint64_t seed) {
  bench_.empty();
  script.creations = bench_.make(script.creations);
  const auto from = bench_.read();
  script.mutations = bench_.make(script.mutations);
  const auto to = bench_.read();
  bench_.empty();
  bench_.make(script.creations);
  fill_with_rows(bench_.session(), seed);
  const auto renames = prepare(from, to, seed);
  return go_there_and_back(from, to, renames);
}

std::string RowsTrial::go_there_and_back(const schema::Schema& from, const schema::Schema& to,
                                         const Renames& renames) {
  auto looking = connect(bench_.url());
  auto kept = value_of(rehearse::KeptValues::remember(looking, long_wait()));
  const RowsLook before(looking);
  tally_.rows += before.size();
  const auto up = walk(to, renames);
  if (up.end == Way::End::wrong) return "up: " + up.why + "\n-- the plan\n" + up.script;
  if (up.end == Way::End::stopped) ++tally_.stopped;
  if (up.end != Way::End::arrived) return {};
  ++tally_.arrived;
  auto wrong = untold_loss(kept, up.findings);
  if (wrong.empty()) wrong = before.lost(RowsLook(looking), up.findings);
  if (wrong.empty()) wrong = unsaid_rewrite(looking, kept, up.findings);
  if (!wrong.empty()) return "up: " + wrong + "\n-- the plan\n" + up.script;

  const auto down = walk(from, reversed(renames));
  const auto both = "\n-- the plan\n" + up.script + "\n-- the way back\n" + down.script;
  if (down.end == Way::End::wrong) return "down: " + down.why + both;
  if (down.end == Way::End::stopped && !up.lossy)
    return "down: it was exact, and " + down.why + both;
  if (down.end != Way::End::arrived) return {};
  ++tally_.back;
  if (up.lossy) return {};
  ++tally_.exact;
  const auto other = before.difference(RowsLook(looking));
  return other.empty() ? std::string()
                       : "down: it was exact, and the rows are others\n" + other + both;
}

// Answers what is asked, and takes away rows that stand in the way, so that most ways lead on.
RowsTrial::Renames RowsTrial::prepare(const schema::Schema& from, const schema::Schema& to,
                                      std::uint64_t seed) {
  Renames renames;
  auto current = bench_.read();
  std::string script;
  if (seed % 2 == 1)
    for (auto plan = diff::make_plan(current, to, {}); !plan.questions.empty();) {
      const auto some = answered(plan.questions);
      if (some.empty() || !rename(current, {some}, script)) break;
      renames.push_back(some);
      plan = diff::make_plan(current, to, no_renames(current, to));
    }
  if (!renames.empty()) ++tally_.renamed;
  const auto plan = diff::make_plan(current, to, no_renames(current, to));
  if (seed % k_stopped_each != 0 && plan.refusals.empty()) take_away(plan.statements);
  if (!renames.empty()) rename(current, reversed(renames), script);
  const auto left = schema::compare(bench_.read(), from);
  if (!left.empty() && !rehearse::differ_in_text_only(left))
    throw std::runtime_error("the renames did not lead back: " + text_of(left));
  return renames;
}

bool RowsTrial::rename(schema::Schema& current, const Renames& renames, std::string& script) {
  for (const auto& step : renames) {
    const auto plan = diff::rename_statements(current, step);
    if (!plan.refusals.empty()) return false;
    for (const auto& one : plan.statements) script += one.sql + ";\n";
    if (!run_plan(bench_.session(), plan.statements).empty()) return false;
    current = bench_.read();
  }
  return true;
}

RowsTrial::Way RowsTrial::walk(const schema::Schema& to, const Renames& renames) {
  Way way;
  auto current = bench_.read();
  if (!rename(current, renames, way.script)) {
    way.end = Way::End::wrong;
    way.why = "it cannot be renamed";
    return way;
  }
  const auto plan = diff::make_plan(current, to, no_renames(current, to));
  for (const auto& one : plan.statements) way.script += one.sql + ";\n";
  if (!plan.refusals.empty()) {
    ++tally_.refused;
    way.end = Way::End::refused;
    return way;
  }
  const auto told = tell(plan.statements);
  for (const auto& one : told) {
    way.lossy = way.lossy || one.finding.kind == FindingKind::data_loss;
    if (one.count != 0) way.findings.push_back(one.finding);
  }
  run(plan.statements, told, way);
  if (way.end != Way::End::arrived) return way;
  const auto left = schema::compare(bench_.read(), to);
  if (left.empty() || rehearse::differ_in_text_only(left)) return way;
  way.end = Way::End::wrong;
  way.why = "still differs:\n" + text_of(left);
  return way;
}

void RowsTrial::run(const std::vector<diff::Statement>& statements, const std::vector<Told>& told,
                    Way& way) {
  std::size_t at = 0;
  for (const auto& transaction : diff::transactions_of(statements)) {
    const auto& some = transaction.statements;
    const auto error = run_plan(bench_.session(), some);
    if (!error.empty()) {
      // What failed stands before its error.
      std::size_t failed = 0;
      while (failed + 1 < some.size() && !error.starts_with(some[failed].sql + ": ")) ++failed;
      return judge_failure(statements, told, at + failed, error, way);
    }
    at += some.size();
  }
  for (const auto& one : told)
    if (is_stop(one.finding) && one.count.value_or(0) > 0) {
      way.end = Way::End::wrong;
      way.why = "went through, though " + std::to_string(*one.count) + " were counted by " +
                one.finding.count_sql;
    }
}

void RowsTrial::judge_failure(const std::vector<diff::Statement>& statements,
                              const std::vector<Told>& told, std::size_t failed,
                              const std::string& error, Way& way) {
  bool warned = false;
  std::string counted;
  for (const auto& one : told) {
    if (!is_stop(one.finding)) continue;
    if (one.statement != failed && one.finding.object != statements[failed].object) continue;
    if (one.count == 0)
      counted = one.finding.count_sql;
    else
      warned = true;
  }
  way.end = warned ? Way::End::stopped : Way::End::wrong;
  way.why = (warned            ? ""
             : counted.empty() ? "no word of it: "
                               : "nothing was counted by " + counted + ": ") +
            error;
}

std::vector<RowsTrial::Told> RowsTrial::tell(const std::vector<diff::Statement>& statements) {
  std::vector<Told> told;
  for (std::size_t at = 0; at < statements.size(); ++at)
    for (const auto& finding : statements[at].findings) {
      told.push_back({at, finding, {}});
      if (finding.count_sql.empty()) continue;
      told.back().count = count(finding.count_sql);
      if (told.back().count) ++tally_.counts;
    }
  return told;
}

std::optional<std::int64_t> RowsTrial::count(const std::string& sql) {
  const auto counted = bench_.session().query(SqlText(sql), {}, long_wait());
  if (counted) return counted->integer(0, 0);
  ++tally_.not_counted[counted.error().message];
  return std::nullopt;
}

// Just the rows that are counted, where the query can be made to say which; else all of the table.
void RowsTrial::take_away(const std::vector<diff::Statement>& statements) {
  const std::string head = "SELECT count(*) FROM ";
  for (int round = 0; round < k_rounds_of_taking_away; ++round) {
    bool again = false;
    for (const auto& one : tell(statements)) {
      if (!is_stop(one.finding) || one.count.value_or(0) == 0) continue;
      auto rest = one.finding.count_sql.substr(head.size());
      if (rest.starts_with("(SELECT 1 FROM ")) rest = rest.substr(15, rest.find(" GROUP BY") - 15);
      again = bench_.session().execute(SqlText("DELETE FROM " + rest), long_wait()).has_value() ||
              again;
      ++tally_.removed;
    }
    if (!again) return;
  }
}

} // namespace slipway::test
