// Compares two sides and has the plan between them proven.
#include "slipway/app/diff.hpp"

#include "diff_counts.hpp"
#include "diff_work.hpp"
#include "slipway/diff/answer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

// Parts first: they are named after the table as it is called before.
std::vector<std::vector<diff::Rename>> in_steps(std::vector<diff::Rename> renames) {
  const auto whole =
      std::stable_partition(renames.begin(), renames.end(),
                            [](const diff::Rename& one) { return schema::is_part(one.from.kind); });
  std::vector<std::vector<diff::Rename>> steps;
  if (whole != renames.begin()) steps.emplace_back(renames.begin(), whole);
  if (whole != renames.end()) steps.emplace_back(whole, renames.end());
  return steps;
}

// What a part is called once the thing it belongs to is renamed, too.
schema::Identity after_all(schema::Identity identity, const std::vector<diff::Rename>& renames) {
  for (const auto& one : renames) {
    const bool is_its_whole = !schema::is_part(one.from.kind) && schema::is_part(identity.kind) &&
                              one.from.schema == identity.schema && one.from.name == identity.name;
    if (!is_its_whole) continue;
    identity.schema = one.to.schema;
    identity.name = one.to.name;
  }
  return identity;
}

// A name that TO does not have would be dropped again by the same plan.
Status check_targets(const std::vector<diff::Rename>& renames, const schema::Schema& to) {
  for (const auto& one : renames)
    if (const auto wanted = after_all(one.to, renames); !to.find(wanted))
      return fail(Error(ErrorCode::usage, fmt::format("{} is to be renamed, but the other side has "
                                                      "no {}",
                                                      one.from.path(), wanted.path()))
                      .with_hint("--rename takes OLD=NEW, the new name as the other side has it"));
  return {};
}

// What was foretold and then seen is one finding that says both.
void add_seen(std::vector<diff::Finding>& findings, const std::vector<diff::Finding>& seen) {
  for (const auto& one : seen) {
    const auto known = std::find_if(findings.begin(), findings.end(), [&](const auto& other) {
      return other.kind == one.kind && other.object == one.object;
    });
    if (known == findings.end())
      findings.push_back(one);
    else if (known->message != one.message)
      known->message += "; seen on a copy: " + one.message;
  }
}

void take_proof(const Context& context, const Sides& sides, const rehearse::Proof& proof,
                DiffReport& report) {
  add_seen(report.findings, proof.observed);
  report.proven = proof.holds;
  if (!proof.holds)
    report.questions.push_back(
        {.object = {},
         .message = fmt::format("the plan was tried on a copy and is not shown to be right: {}",
                                fmt::join(proof.differences, "; ")),
         .is_refusal = true,
         .candidates = {}});
  if (!proof.second_observer_looked)
    context.events.on_event(event::Warning{
        .message = fmt::format("no pg_dump of version {} was found: only slipway itself looked at "
                               "the result",
                               sides.shadow->major_version()),
        .hint = "install it to have the proof looked at from outside"});
}

} // namespace

Result<Answers> read_answers(const DiffRequest& request, const Sides& sides) {
  Answers answers;
  std::vector<diff::Rename> renames;
  for (const auto& text : request.renames) {
    SLIPWAY_ASSIGN(auto rename, diff::read_rename(sides.from.schema, text));
    renames.push_back(std::move(rename));
  }
  SLIPWAY_TRY(check_targets(renames, sides.to.schema));
  answers.renames = in_steps(std::move(renames));
  for (const auto& path : request.drops) {
    SLIPWAY_ASSIGN(auto object, diff::find_object(sides.from.schema, path));
    answers.not_renamed.push_back(std::move(object));
  }
  return answers;
}

Result<std::string> read_seed(const Context& context, const DiffRequest& request) {
  return request.seed_file.empty() ? Result<std::string>(std::string())
                                   : context.files.read(request.seed_file);
}

Status prove(const Context& context, const Sides& sides, const std::string& seed,
             const std::vector<diff::Statement>& down, DiffReport& report, const Wait& wait) {
  if (report.statements.empty() || !report.questions.empty()) return {};
  SLIPWAY_ASSIGN(const auto proof, rehearse::prove({.cluster = sides.shadow->cluster(),
                                                    .from_database = sides.from.database,
                                                    .to_database = sides.to.database,
                                                    .up = report.statements,
                                                    .down = down,
                                                    .seed_sql = seed},
                                                   wait));
  take_proof(context, sides, proof, report);
  return {};
}

DiffReport report_of(const Sides& sides, TriedPlan plan) {
  return {.equal = plan.equal,
          .from = sides.from_name,
          .to = sides.to_name,
          .statements = std::move(plan.statements),
          .findings = std::move(plan.findings),
          .questions = std::move(plan.questions)};
}

Result<DiffReport> diff(const Context& context, const DiffRequest& request) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto seed, read_seed(context, request));
  SLIPWAY_ASSIGN(auto sides, make_sides(context, request.from, request.to, wait));
  SLIPWAY_ASSIGN(const auto answers, read_answers(request, sides));
  SLIPWAY_ASSIGN(auto plan, try_plan(*sides.workshop,
                                     {.from = sides.from,
                                      .to = sides.to.schema,
                                      .renames = answers.renames,
                                      .not_renamed = answers.not_renamed,
                                      .ask = request.ask},
                                     wait));
  auto report = report_of(sides, std::move(plan));
  SLIPWAY_TRY(prove(context, sides, seed, {}, report, wait));
  if (sides.live) SLIPWAY_TRY(count_rows(*sides.live, report.findings, wait));
  return report;
}

} // namespace slipway::app
