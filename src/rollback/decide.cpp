// The decision tree.
#include "slipway/rollback/decision.hpp"

#include "slipway/rollback/dropped.hpp"
#include "slipway/schema/difference.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::rollback {

namespace {

class Tree {
public:
  Tree(const Assessment& assessment, Wish wish) : assessment_(assessment), wish_(wish) {}

  Decision walk() {
    if (assessment_.undone_unproven) return finish_unproven();
    if (!left_anything()) return end(Path::none, "the run left nothing in the database");
    if (!is_newest()) return person_for_newer();
    if (wish_ == Wish::safe) return end(Path::safe, "it was asked for");
    if (!has_way_back()) return end(Path::safe, why_no_way_);
    if (!brings_values_back() && wish_ != Wish::fast)
      return end(Path::safe, "undoing in place would bring the schema back, but not what was in " +
                                 assessment_.losses.front().object);
    tell_given_up();
    if (!can_be_proven())
      return wish_ == Wish::fast
                 ? end(Path::fast, "it was asked for; nothing can show that the schema is back")
                 : end(Path::person,
                       "nobody kept the fingerprint from before the run, so nothing could show "
                       "that the schema is back",
                       "slipway rollback --path fast, to go on without that proof");
    return end(Path::fast, decision_.by_comparison
                               ? "what was done changed the schema only, and the schema from "
                                 "before the run is known"
                               : "every migration of the run has a script that undoes it");
  }

private:
  void ask(std::string question, std::string answer) {
    decision_.branches.push_back({std::move(question), std::move(answer)});
  }

  Decision end(Path path, std::string why, std::string next = {}) {
    decision_.path = path;
    decision_.why = std::move(why);
    decision_.next = std::move(next);
    return std::move(decision_);
  }

  bool left_anything() {
    const bool yes = !assessment_.migrations.empty();
    ask("is anything of the run in the database?",
        yes ? fmt::format("yes, {} migration{}", assessment_.migrations.size(),
                          assessment_.migrations.size() == 1 ? "" : "s")
            : "no");
    return yes;
  }

  // What undid the run is gone with it; there is only the way over the backup.
  Decision finish_unproven() {
    ask("is anything of the run in the database?",
        "its migrations are undone, but the schema is not the one from before, and the rollback that "
        "undid them did not end well");
    if (wish_ == Wish::fast)
      return end(Path::person,
                 "the scripts that undo the run were run already, and did not lead back",
                 "slipway rollback --path safe");
    return end(Path::safe, "the scripts that undo the run did not lead back");
  }

  bool is_newest() {
    const bool yes = assessment_.on_top.empty();
    ask("is it the newest change?",
        yes ? "yes" : fmt::format("no, on top of it: {}", fmt::join(assessment_.on_top, ", ")));
    return yes;
  }

  Decision person_for_newer() {
    return end(Path::person, "a newer run stands on top of this one",
               "slipway rollback, for the newest run first");
  }

  bool has_way_back() {
    const auto irreversible =
        std::find_if(assessment_.migrations.begin(), assessment_.migrations.end(),
                     [](const auto& one) { return one.irreversible || !one.down_text; });
    const bool half = is_half_way(assessment_);
    if (irreversible != assessment_.migrations.end() && !half) {
      ask("can each migration be undone?",
          fmt::format("no, {} {}: {}", irreversible->version.str(), irreversible->name,
                      irreversible->irreversible.value_or("it has no down script")));
      why_no_way_ = irreversible->name + " has no script that undoes it";
      return false;
    }
    if (!half) {
      ask("can each migration be undone?", "yes, by the scripts in the history");
      return true;
    }
    return is_way_back_by_comparison();
  }

  // A down script undoes a whole migration; what undoes a half one follows from the two schemas.
  bool is_way_back_by_comparison() {
    if (assessment_.rows_were_changed) {
      ask("did what is half way change the schema alone?", "no, rows were changed, too");
      why_no_way_ = "a migration is half way, and it changed rows";
      return false;
    }
    if (!assessment_.before) {
      ask("is the schema from before the run known?", "no");
      why_no_way_ = "a migration is half way, and nobody kept the schema from before the run";
      return false;
    }
    const auto plan = diff::make_plan(assessment_.now, *assessment_.before, {});
    if (!plan.questions.empty() || !plan.refusals.empty()) {
      const auto& object = plan.questions.empty() ? plan.refusals.front().object
                                                  : plan.questions.front().gone.path();
      ask("does comparing the two schemas give a way back?", "no, not for " + object);
      why_no_way_ = "a migration is half way, and no safe way back was found for " + object;
      return false;
    }
    ask("does comparing the two schemas give a way back?",
        fmt::format("yes, {} statement{}", plan.statements.size(),
                    plan.statements.size() == 1 ? "" : "s"));
    decision_.by_comparison = true;
    return true;
  }

  bool brings_values_back() {
    const auto& losses = assessment_.losses;
    std::string answer = "no";
    if (const auto& kept = assessment_.kept; !kept.empty())
      answer =
          fmt::format("no: {}{} went to the trash, and comes back from there", kept.front().object,
                      kept.size() > 1 ? fmt::format(" and {} more", kept.size() - 1) : "");
    if (!assessment_.before) answer = "not known: the schema from before the run was not kept";
    if (!losses.empty())
      answer = fmt::format("yes: {}{}", losses.front().object,
                           losses.size() > 1 ? fmt::format(" and {} more", losses.size() - 1) : "");
    ask("did the run destroy values?", std::move(answer));
    return losses.empty();
  }

  // Nobody may find out afterwards. All of them, since each may hold what somebody wrote.
  void tell_given_up() {
    if (!assessment_.before) return;
    const auto plan = undoing(assessment_, decision_);
    const auto kept = plan ? kept_aside(*plan, assessment_.given_up) : std::set<std::string>();
    std::vector<std::string> parked;
    std::vector<std::string> lost;
    for (const auto& one : assessment_.given_up)
      (kept.contains(one.object) ? parked : lost).push_back(one.object);
    std::vector<std::string> answers;
    if (!parked.empty())
      answers.push_back(
          fmt::format("what is in {}, which is parked first", fmt::join(parked, ", ")));
    if (!lost.empty())
      answers.push_back(fmt::format("what is in {}; --path safe keeps it", fmt::join(lost, ", ")));
    ask("does undoing drop what was written since?",
        answers.empty() ? "no" : fmt::format("yes, {}", fmt::join(answers, "; and ")));
  }

  bool can_be_proven() {
    const bool yes = assessment_.run.fingerprint_before.has_value();
    ask("is the fingerprint from before the run known?", yes ? "yes" : "no");
    return yes;
  }

  const Assessment& assessment_;
  const Wish wish_;
  Decision decision_;
  std::string why_no_way_;
};

} // namespace

std::string_view path_name(Path path) {
  switch (path) {
  case Path::none:
    return "none";
  case Path::fast:
    return "fast";
  case Path::safe:
    return "safe";
  case Path::person:
    break;
  }
  return "person";
}

Decision decide(const Assessment& assessment, Wish wish) {
  return Tree(assessment, wish).walk();
}

} // namespace slipway::rollback
