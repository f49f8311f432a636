// Asks the questions of all checks in one go, and one by one only where that fails.
#include "checks.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::preflight {

namespace {

// Checks wait for no lock; should one ever meet one, the run must not hang on it.
constexpr Millis k_patience{15'000};
constexpr Millis k_patience_for_one{3'000};

using Asked = std::vector<Result<Answers>>; // one a check

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status check_names_exist(const std::vector<std::string>& names, const std::string& setting) {
  const auto known = check_names();
  for (const auto& name : names) {
    if (contains(known, name)) continue;
    Error error(ErrorCode::configuration,
                fmt::format("{}: there is no check \"{}\"", setting, name));
    const auto meant = nearest(name, known);
    error.hint = meant ? fmt::format("did you mean {}?", *meant)
                       : fmt::format("the checks are {}", fmt::join(known, ", "));
    return fail(std::move(error));
  }
  return {};
}

bool ends_the_examination(const pg::Session& session, const Wait& wait) {
  return !session.usable() || wait.stop_requested() || wait.deadline.passed();
}

Result<Answers> ask_one_by_one(pg::Session& session, const std::vector<pg::Query>& questions,
                               const Wait& wait) {
  Answers answers;
  for (const auto& query : questions) {
    SLIPWAY_ASSIGN(auto rows,
                   session.query(query.sql, query.params, wait.within(k_patience_for_one)));
    answers.push_back(std::move(rows));
  }
  return answers;
}

Result<Asked> ask_in_turn(pg::Session& session,
                          const std::vector<std::vector<pg::Query>>& questions, const Wait& wait) {
  Asked asked;
  for (const auto& of_check : questions) {
    auto answers = ask_one_by_one(session, of_check, wait);
    if (!answers && ends_the_examination(session, wait)) return fail(std::move(answers).error());
    asked.push_back(std::move(answers));
  }
  return asked;
}

Result<Asked> ask(pg::Session& session, const std::vector<std::vector<pg::Query>>& questions,
                  const Wait& wait) {
  SLIPWAY_ASSIGN(const auto backend,
                 session.query(SqlText("SELECT pg_catalog.pg_backend_pid()"), {}, wait));
  // What a pipeline prepares would stay behind with a pooler's connections.
  if (backend.integer(0, 0) != session.backend_pid()) return ask_in_turn(session, questions, wait);
  std::vector<pg::Query> all;
  for (const auto& of_check : questions) all.insert(all.end(), of_check.begin(), of_check.end());
  auto rows = session.pipeline(all, wait.within(k_patience));
  if (!rows) {
    if (ends_the_examination(session, wait)) return fail(std::move(rows).error());
    return ask_in_turn(session, questions, wait);
  }
  Asked asked;
  auto next = rows->begin();
  for (const auto& of_check : questions) {
    const auto end = next + static_cast<std::ptrdiff_t>(of_check.size());
    asked.emplace_back(Answers(next, end));
    next = end;
  }
  return asked;
}

Opinion could_not_look(const Error& error) {
  return {.verdict = Verdict::unknown,
          .found = "could not be looked at: " + error.message,
          .remedy = error.hint};
}

Finding finding_of(const Check& check, const Scene& scene, const Result<Answers>& answers) {
  Opinion opinion = answers         ? check.judge(scene, *answers)
                    : check.refused ? check.refused(scene, answers.error())
                                    : could_not_look(answers.error());
  if (opinion.verdict == Verdict::stop && contains(scene.limits.warn_only, check.name))
    opinion.verdict = Verdict::warn;
  const bool matters = opinion.verdict == Verdict::unknown && check.must_know &&
                       !contains(scene.limits.warn_only, check.name);
  return {.check = std::string(check.name),
          .verdict = opinion.verdict,
          .found = std::move(opinion.found),
          .remedy = std::move(opinion.remedy),
          .matters = matters};
}

} // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
  case Verdict::pass:
    return "pass";
  case Verdict::warn:
    return "warn";
  case Verdict::stop:
    return "stop";
  case Verdict::unknown:
    return "unknown";
  }
  return "unknown";
}

const Finding* Report::first_stop() const {
  const auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::stop;
  });
  return found == findings.end() ? nullptr : &*found;
}

bool Report::may_start() const {
  return std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::stop || finding.matters;
  });
}

std::vector<std::string> check_names() {
  std::vector<std::string> names;
  for (const auto& check : all_checks()) names.emplace_back(check.name);
  return names;
}

Result<Report> examine(pg::Session& session, const plan::Plan& plan,
                       const std::string& history_schema, const Limits& limits, const Wait& wait) {
  SLIPWAY_TRY(check_names_exist(limits.skip, "preflight.skip"));
  SLIPWAY_TRY(check_names_exist(limits.warn_only, "preflight.warn_only"));
  const Scene scene = make_scene(session, plan, history_schema, limits);
  Report report;
  std::vector<Check> checks;
  std::vector<std::vector<pg::Query>> questions;
  for (const auto& check : all_checks()) {
    if (contains(limits.skip, check.name)) {
      report.skipped.emplace_back(check.name);
      continue;
    }
    checks.push_back(check);
    questions.push_back(check.questions(scene));
  }
  if (checks.empty()) return report;
  SLIPWAY_ASSIGN(const auto asked, ask(session, questions, wait));
  for (std::size_t i = 0; i < checks.size(); ++i)
    report.findings.push_back(finding_of(checks[i], scene, asked[i]));
  return report;
}

} // namespace slipway::preflight
