// Compares two sides and has the plan between them proven.
#include "slipway/app/diff.hpp"

#include "diff_counts.hpp"
#include "diff_work.hpp"
#include "ways_back.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

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

Result<WayDown> way_down(const Sides& sides, Renames renames,
                         const std::vector<diff::Statement>& up, const Wait& wait) {
  std::vector<diff::MigrationDraft> drafts(1);
  drafts.front().up = up;
  SLIPWAY_TRY(find_ways_back(sides, std::move(renames), drafts, wait));
  auto& draft = drafts.front();
  return WayDown{.way_back = draft.way_back,
                 .message = diff::way_back_text(draft),
                 .statements = std::move(draft.down)};
}

} // namespace

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
                                                    .seed_sql = seed,
                                                    .scope = sides.workshop->scope},
                                                   wait));
  take_proof(context, sides, proof, report);
  return {};
}

SidesRequest sides_request(const DiffRequest& request) {
  return {.from = request.from,
          .to = request.to,
          .cache = request.cache,
          .may_be_equal =
              request.renames.empty() && request.drops.empty() && request.seed_file.empty()};
}

DiffReport equal_report(const Sides& sides) {
  DiffReport report;
  report.equal = true;
  report.from = sides.from_name;
  report.to = sides.to_name;
  return report;
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
  SLIPWAY_ASSIGN(auto sides, make_sides(context, sides_request(request), wait));
  if (sides.equal) return equal_report(sides);
  SLIPWAY_ASSIGN(const auto answers, read_answers(context, request, sides));
  SLIPWAY_ASSIGN(auto plan, try_plan(*sides.workshop,
                                     {.from = sides.from,
                                      .to = sides.to.schema,
                                      .renames = answers.renames,
                                      .not_renamed = answers.not_renamed,
                                      .ask = request.ask},
                                     wait));
  auto renames = plan.renames;
  auto report = report_of(sides, std::move(plan));
  if (request.down && !report.equal && report.questions.empty()) {
    SLIPWAY_ASSIGN(report.down, way_down(sides, std::move(renames), report.statements, wait));
  }
  SLIPWAY_TRY(prove(context, sides, seed,
                    report.down ? report.down->statements : std::vector<diff::Statement>(), report,
                    wait));
  if (sides.live) SLIPWAY_TRY(count_rows(*sides.live, report.findings, wait));
  return report;
}

} // namespace slipway::app
