// Which migrations go up, and in which order.
#include "slipway/plan/plan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace slipway::plan {

namespace {

std::string label(const Entry& entry) {
  return entry.version.str() + " " + entry.name;
}

template<class Keep>
std::vector<std::string> labels(const Comparison& comparison, Keep keep) {
  std::vector<std::string> found;
  for (const auto& entry : comparison.entries)
    if (keep(entry)) found.push_back(label(entry));
  return found;
}

// Long lists bury the sentence they are in.
std::string listed(const std::vector<std::string>& all) {
  constexpr std::size_t k_shown = 8;
  std::vector<std::string> some(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), k_shown)));
  std::string text = fmt::format("{}", fmt::join(some, ", "));
  if (all.size() > k_shown) text += fmt::format(" and {} more", all.size() - k_shown);
  return text;
}

Status refuse_inconsistent(const Comparison& comparison, const source::Folder& folder) {
  const auto changed = labels(comparison, [](const Entry& e) {
    return e.difference == Difference::changed && e.state == EntryState::applied;
  });
  if (!changed.empty()) {
    Error error(ErrorCode::check_failed,
                fmt::format("changed after being applied: {}", listed(changed)));
    error.hint =
        "undo the edit and put the new statements into a new migration; if the database already has what the "
        "file now says, `slipway repair` records the file as applied";
    error.database_state = "nothing was changed";
    error.next_command = "slipway verify";
    for (const auto& entry : comparison.entries)
      if (entry.difference == Difference::changed && entry.file) {
        error.place = Place{.file = folder.files[*entry.file].path,
                            .line = 0,
                            .column = 0,
                            .source_line = {},
                            .width = 1};
        break;
      }
    return fail(std::move(error));
  }
  const auto undone =
      labels(comparison, [](const Entry& e) { return e.state == EntryState::half_undone; });
  if (!undone.empty())
    return fail(Error(ErrorCode::check_failed, fmt::format("half undone: {}", listed(undone)))
                    .with_hint("`slipway down` goes on where it stopped; then apply again")
                    .with_state("nothing was changed")
                    .with_next("slipway down"));
  const auto lost = labels(
      comparison, [](const Entry& e) { return e.state == EntryState::half_applied && !e.file; });
  if (!lost.empty())
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("half applied, and its file is missing here: {}", listed(lost)))
                    .with_hint("bring the file back to finish it")
                    .with_state("nothing was changed")
                    .with_next("slipway status"));
  return {};
}

Status refuse_late(const Comparison& comparison, LateMerges late) {
  if (late == LateMerges::allow) return {};
  const auto late_ones =
      labels(comparison, [](const Entry& e) { return e.state == EntryState::out_of_order; });
  if (late_ones.empty()) return {};
  std::string newest;
  for (const auto& entry : comparison.entries)
    if (entry.applied) newest = label(entry);
  return fail(
      Error(ErrorCode::check_failed,
            fmt::format("merged late: {} {} not applied, though later {} is", listed(late_ones),
                        late_ones.size() == 1 ? "is" : "are", newest))
          .with_hint(
              "give it a version after the newest applied one, or, when it does not depend on order, use "
              "--allow-out-of-order")
          .with_state("nothing was changed")
          .with_next("slipway up --allow-out-of-order"));
}

struct Pending {
  source::Migration migration;
  bool half_applied = false;
};

Result<std::vector<const Entry*>> select(const Comparison& comparison, const Selection& selection) {
  std::vector<const Entry*> chosen;
  bool found_target = !selection.to;
  for (const auto& entry : comparison.entries) {
    if (selection.to && entry.version == *selection.to) found_target = true;
    if (entry.state == EntryState::applied || entry.state == EntryState::missing) continue;
    // What is half done comes first whatever was selected: nothing else can be trusted before it is
    // whole.
    if (entry.state == EntryState::half_applied) {
      chosen.insert(chosen.begin(), &entry);
      continue;
    }
    if (selection.to && entry.version > *selection.to) continue;
    chosen.push_back(&entry);
  }
  if (!found_target)
    return fail(
        Error(ErrorCode::usage, fmt::format("there is no migration {}", selection.to->str()))
            .with_hint("`slipway status` lists the versions")
            .with_next("slipway status"));
  std::stable_partition(chosen.begin(), chosen.end(),
                        [](const Entry* e) { return e->state == EntryState::half_applied; });
  if (selection.steps && *selection.steps >= 0 &&
      static_cast<std::size_t>(*selection.steps) < chosen.size())
    chosen.resize(static_cast<std::size_t>(*selection.steps));
  return chosen;
}

Error requires_error(const source::Migration& migration, std::string why, std::string hint) {
  Error error(ErrorCode::check_failed,
              fmt::format("{} {} {}", migration.version.str(), migration.name, why));
  error.hint = std::move(hint);
  error.database_state = "nothing was changed";
  error.place =
      Place{.file = migration.path, .line = 0, .column = 0, .source_line = {}, .width = 1};
  return error;
}

// Depth-first over `requires`, in the given order, so that without edges the order stays as it is.
// An explicit stack: a chain may be as long as the folder.
class Ordering {
public:
  Ordering(std::map<Version, Pending>& pending, const std::vector<Version>& order,
           const source::Folder& folder, const History& history)
      : pending_(pending), order_(order), history_(history) {
    for (const auto& file : folder.files) in_folder_.insert(file.version);
  }

  Result<std::vector<Version>> sorted() {
    for (const auto& version : order_) SLIPWAY_TRY(visit(version));
    return std::move(done_order_);
  }

private:
  enum class Mark { none, open, done };
  struct Frame {
    Version version;
    std::size_t next = 0;
  };

  Status visit(Version start) {
    if (marks_[start] == Mark::done) return {};
    std::vector<Frame> stack{{start, 0}};
    marks_[start] = Mark::open;
    while (!stack.empty()) {
      auto& frame = stack.back();
      const auto& migration = pending_.at(frame.version).migration;
      if (frame.next == migration.requires_versions.size()) {
        marks_[frame.version] = Mark::done;
        done_order_.push_back(frame.version);
        stack.pop_back();
        continue;
      }
      const Version needed = migration.requires_versions[frame.next++];
      SLIPWAY_ASSIGN(const bool descend, must_visit(migration, needed, stack));
      if (!descend) continue;
      marks_[needed] = Mark::open;
      stack.push_back({needed, 0});
    }
    return {};
  }

  Result<bool> must_visit(const source::Migration& migration, Version needed,
                          const std::vector<Frame>& stack) {
    if (pending_.count(needed) == 0) {
      const auto* applied = history_.find(needed);
      if (applied != nullptr && applied->state == AppliedState::applied) return false;
      if (in_folder_.count(needed) > 0)
        return fail(requires_error(
            migration, fmt::format("requires {}, which is not among those selected", needed.str()),
            "select that one too"));
      return fail(
          requires_error(migration, fmt::format("requires {}, which does not exist", needed.str()),
                         "correct the `-- slipway:requires` line, or bring the missing file"));
    }
    if (marks_[needed] == Mark::done) return false;
    if (marks_[needed] == Mark::none) return true;
    std::vector<std::string> cycle;
    const auto first = std::find_if(stack.begin(), stack.end(),
                                    [&](const Frame& f) { return f.version == needed; });
    for (auto it = first; it != stack.end(); ++it) cycle.push_back(it->version.str());
    cycle.push_back(needed.str());
    return fail(requires_error(
        migration, fmt::format("requires itself in a circle: {}", fmt::join(cycle, " -> ")),
        "remove one of the `-- slipway:requires` lines"));
  }

  std::map<Version, Pending>& pending_;
  const std::vector<Version>& order_;
  const History& history_;
  std::set<Version> in_folder_;
  std::map<Version, Mark> marks_;
  std::vector<Version> done_order_;
};

} // namespace

Result<Plan> plan_up(const source::Folder& folder, const History& history,
                     const Selection& selection, LateMerges late) {
  const auto comparison = compare(folder, history);
  SLIPWAY_TRY(refuse_inconsistent(comparison, folder));
  SLIPWAY_TRY(refuse_late(comparison, late));
  SLIPWAY_ASSIGN(const auto chosen, select(comparison, selection));

  std::map<Version, Pending> pending;
  std::vector<Version> order;
  for (const auto* entry : chosen) {
    SLIPWAY_ASSIGN(auto migration, source::parse_migration(folder.files[*entry->file]));
    order.push_back(entry->version);
    pending.emplace(entry->version,
                    Pending{std::move(migration), entry->state == EntryState::half_applied});
  }
  SLIPWAY_ASSIGN(const auto sorted, Ordering(pending, order, folder, history).sorted());

  Plan plan;
  for (const auto& version : sorted) {
    auto& one = pending.at(version);
    auto section = one.migration.up;
    SLIPWAY_ASSIGN(auto step,
                   make_step(Direction::up, std::move(one.migration), std::move(section)));
    if (one.half_applied)
      SLIPWAY_TRY(mark_done(step, history.unfinished_of(version, Direction::up)));
    plan.steps.push_back(std::move(step));
  }
  const auto missing =
      labels(comparison, [](const Entry& e) { return e.state == EntryState::missing; });
  if (!missing.empty() && !plan.steps.empty())
    plan.warnings.push_back(fmt::format("applied, but without a file here: {}", listed(missing)));
  return plan;
}

} // namespace slipway::plan
