// Finds the statements that lead from one schema to another by trying them on a copy.
#include "diff_plan.hpp"

#include "slipway/rehearse/same_meaning.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

constexpr int k_rounds = 3;
constexpr std::size_t k_shown_differences = 5;

class Trial {
public:
  Trial(const rehearse::Workshop& workshop, const PlanRequest& request, const Wait& wait)
      : workshop_(workshop), request_(request), wait_(wait) {
    options_.not_renamed = request.not_renamed;
  }

  Result<TriedPlan> run() {
    SLIPWAY_TRY(begin());
    for (const auto& step : request_.renames)
      if (going_on()) SLIPWAY_TRY(rename(step));
    for (int round = 0; going_on(); ++round) {
      SLIPWAY_ASSIGN(const bool there, arrived());
      if (there) break;
      if (round == k_rounds) {
        refuse_rest("the plan was tried, and this still differs");
        break;
      }
      SLIPWAY_TRY(plan_once());
    }
    plan_.equal = plan_.statements.empty() && plan_.questions.empty();
    plan_.not_renamed = options_.not_renamed;
    return std::move(plan_);
  }

private:
  Status begin() {
    if (request_.first.empty()) return {};
    diff::Plan planned;
    planned.statements = request_.first;
    return take(std::move(planned));
  }

  // The stamp does not matter to what can be put aside.
  diff::Plan with_soft_drops(diff::Plan planned) {
    constexpr const char* k_some_stamp = "00000000000000";
    const bool wanted = !request_.soft_drop.empty();
    auto soft = diff::soften(wanted ? std::move(planned) : planned, current(), request_.to,
                             wanted ? request_.soft_drop : k_some_stamp);
    plan_.soft_drops.insert(plan_.soft_drops.end(), soft.kept.begin(), soft.kept.end());
    plan_.plain_drops.insert(plan_.plain_drops.end(), soft.plain.begin(), soft.plain.end());
    return wanted ? std::move(soft.plan) : std::move(planned);
  }

  bool going_on() const { return plan_.questions.empty(); }
  const schema::Schema& current() const { return moved_ ? *moved_ : request_.from.schema; }

  Result<bool> arrived() {
    const auto differences = schema::compare(current(), request_.to);
    if (differences.empty()) return true;
    if (!rehearse::differ_in_text_only(differences)) return false;
    return rehearse::mean_the_same(workshop_, current(), request_.to, wait_);
  }

  Status plan_once() {
    auto planned = diff::make_plan(current(), request_.to, options_);
    SLIPWAY_ASSIGN(const bool answered, answer(planned));
    if (answered) return {};
    for (const auto& one : planned.questions)
      plan_.questions.push_back({.object = one.gone.path(),
                                 .message = one.message,
                                 .is_refusal = false,
                                 .candidates = one.candidates});
    if (planned.statements.empty() && planned.questions.empty() && planned.refusals.empty()) {
      refuse_rest("there is no statement for this");
      return {};
    }
    return take(with_soft_drops(std::move(planned)));
  }

  // Asks whoever can be asked. Says whether an answer changes what is to be planned.
  Result<bool> answer(const diff::Plan& planned) {
    if (!request_.ask || planned.questions.empty()) return false;
    std::vector<diff::Rename> renames;
    for (const auto& question : planned.questions) {
      SLIPWAY_ASSIGN(const auto chosen, request_.ask(question));
      if (chosen)
        renames.push_back({question.gone, question.candidates.at(*chosen).object});
      else
        options_.not_renamed.push_back(question.gone);
    }
    if (!renames.empty()) SLIPWAY_TRY(rename(renames));
    return true;
  }

  Status rename(const std::vector<diff::Rename>& renames) {
    if (renames.empty()) return {};
    auto planned = diff::rename_statements(current(), renames);
    const auto first = plan_.statements.size();
    SLIPWAY_TRY(take(std::move(planned)));
    for (auto at = first; at < plan_.statements.size(); ++at) plan_.renaming.push_back(at);
    plan_.renames.push_back(renames);
    return {};
  }

  // Adds what was planned, and applies it where nothing is open.
  Status take(diff::Plan planned) {
    for (auto& one : planned.findings) plan_.findings.push_back(std::move(one));
    for (auto& one : planned.refusals)
      plan_.questions.push_back({.object = std::move(one.object),
                                 .message = std::move(one.message),
                                 .is_refusal = true,
                                 .candidates = {}});
    if (going_on()) SLIPWAY_TRY(apply(planned.statements));
    plan_.statements.insert(plan_.statements.end(),
                            std::make_move_iterator(planned.statements.begin()),
                            std::make_move_iterator(planned.statements.end()));
    return {};
  }

  Status apply(const std::vector<diff::Statement>& statements) {
    if (copy_.empty()) {
      SLIPWAY_ASSIGN(copy_, workshop_.shadow.new_database(request_.from.database, wait_));
    }
    if (auto done = workshop_.shadow.run(copy_, statements, wait_); !done)
      return refuse_failure(std::move(done).error());
    SLIPWAY_ASSIGN(moved_, rehearse::read_back(workshop_, copy_, wait_));
    return {};
  }

  Status refuse_failure(Error error) {
    if (error.code == ErrorCode::cancelled || !error.connection_usable())
      return fail(std::move(error));
    std::string message = "the plan failed on a copy: " + error.message;
    for (const auto& note : error.notes) message += "; " + note;
    plan_.questions.push_back(
        {.object = {}, .message = std::move(message), .is_refusal = true, .candidates = {}});
    return {};
  }

  void refuse_rest(std::string_view why) {
    const auto differences = schema::compare(current(), request_.to);
    plan_.questions.push_back(
        {.object = differences.empty() ? std::string() : differences.front().identity.path(),
         .message = fmt::format("{}: {}", why,
                                fmt::join(rehearse::told(differences, k_shown_differences), "; ")),
         .is_refusal = true,
         .candidates = {}});
  }

  const rehearse::Workshop& workshop_;
  const PlanRequest& request_;
  const Wait wait_;
  diff::Options options_;
  TriedPlan plan_;
  std::string copy_; ///< the database that the plan is tried on, once there is one
  std::optional<schema::Schema> moved_; ///< what it holds
};

} // namespace

Result<TriedPlan> try_plan(const rehearse::Workshop& workshop, const PlanRequest& request,
                           const Wait& wait) {
  return Trial(workshop, request, wait).run();
}

} // namespace slipway::app
