// Which migrations are undone: newest first by order of application, never by version, because a
// late merge was applied after higher versions and may depend on them.
#include "slipway/plan/plan.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/source/stored.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace slipway::plan {

namespace {

std::string label(const AppliedMigration& one) {
  return one.version.str() + " " + one.name;
}

std::vector<const AppliedMigration*> newest_first(const History& history) {
  std::vector<const AppliedMigration*> all;
  for (const auto& one : history.applied) all.push_back(&one);
  std::sort(all.begin(), all.end(),
            [](const auto* a, const auto* b) { return a->order > b->order; });
  return all;
}

Status check_undoable(const std::vector<const AppliedMigration*>& chosen) {
  for (const auto* one : chosen) {
    if (one->state == AppliedState::applying)
      return fail(
          Error(ErrorCode::check_failed, fmt::format("{} is half applied", label(*one)))
              .with_hint(
                  "finish it with `slipway up`, or undo its finished statements by hand and tell the history with "
                  "`slipway repair --forget " +
                  one->version.str() + "`")
              .with_state("nothing was changed")
              .with_next("slipway status"));
    if (one->irreversible)
      return fail(Error(ErrorCode::check_failed,
                        fmt::format("{} cannot be undone: {}", label(*one), *one->irreversible))
                      .with_hint("write a new migration that goes forward to the state you want")
                      .with_state("nothing was changed")
                      .with_next("slipway new"));
  }
  return {};
}

Result<std::vector<const AppliedMigration*>> choose(const History& history,
                                                    const Selection& selection) {
  const auto all = newest_first(history);
  std::size_t count = 1;
  if (selection.to) {
    const auto target = std::find_if(
        all.begin(), all.end(), [&](const auto* one) { return one->version == *selection.to; });
    if (target == all.end() && selection.to->number() != 0)
      return fail(
          Error(ErrorCode::usage, fmt::format("{} is not applied, so there is no way down to it",
                                              selection.to->str()))
              .with_hint("`slipway status` lists what is applied; 0 undoes everything")
              .with_next("slipway status"));
    count = static_cast<std::size_t>(target - all.begin());
  } else if (selection.steps) {
    count = static_cast<std::size_t>(std::max<std::int64_t>(0, *selection.steps));
  }
  std::vector<const AppliedMigration*> chosen(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size())));
  SLIPWAY_TRY(check_undoable(chosen));
  return chosen;
}

const source::MigrationFile* find_file(const source::Folder& folder, Version version) {
  const auto found = std::lower_bound(
      folder.files.begin(), folder.files.end(), version,
      [](const source::MigrationFile& file, Version wanted) { return file.version < wanted; });
  return found != folder.files.end() && found->version == version ? &*found : nullptr;
}

} // namespace

Result<std::vector<Version>> undo_candidates(const History& history, const Selection& selection) {
  SLIPWAY_ASSIGN(const auto chosen, choose(history, selection));
  std::vector<Version> versions;
  for (const auto* one : chosen) versions.push_back(one->version);
  return versions;
}

Result<Plan> plan_down(const History& history, const Selection& selection) {
  SLIPWAY_ASSIGN(const auto chosen, choose(history, selection));
  Plan plan;
  for (const auto* one : chosen) {
    if (!one->down_text)
      return fail(
          Error(ErrorCode::check_failed,
                fmt::format("the history holds no down script for {}", label(*one)))
              .with_hint(
                  "it was recorded without being applied (baseline); write a migration that goes forward")
              .with_state("nothing was changed")
              .with_next("slipway new"));
    SLIPWAY_ASSIGN(
        auto stored,
        source::read_stored(*one->down_text, fmt::format("the stored down of {}", label(*one))));
    source::Migration migration{.version = one->version, .name = one->name, .path = {}};
    migration.checksums = one->checksums;
    migration.lock_timeout = stored.lock_timeout;
    migration.statement_timeout = stored.statement_timeout;
    migration.transaction = stored.transaction;
    SLIPWAY_ASSIGN(auto step,
                   make_step(Direction::down, std::move(migration), std::move(stored.section)));
    if (one->state == AppliedState::undoing)
      SLIPWAY_TRY(mark_done(step, history.unfinished_of(one->version, Direction::down)));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Status check_files(const source::Folder& folder, const std::vector<Version>& versions) {
  for (const auto& version : versions)
    if (find_file(folder, version) == nullptr)
      return fail(
          Error(ErrorCode::check_failed,
                fmt::format("{} has no file here, so it could not be applied again", version.str()))
              .with_hint("bring the file back, or use `slipway down`")
              .with_state("nothing was changed")
              .with_next("slipway status"));
  return {};
}

Result<Plan> plan_again(const source::Folder& folder, const History& history,
                        const std::vector<Version>& versions) {
  Plan plan;
  for (const auto& version : versions) {
    SLIPWAY_ASSERT(history.find(version) == nullptr);
    SLIPWAY_ASSIGN(auto migration, source::parse_migration(*find_file(folder, version)));
    auto section = migration.up;
    SLIPWAY_ASSIGN(auto step, make_step(Direction::up, std::move(migration), std::move(section)));
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Result<GotoPlan> plan_goto(const source::Folder& folder, const History& history, Version to) {
  const bool known = history.find(to) != nullptr || to.number() == 0 ||
                     std::any_of(folder.files.begin(), folder.files.end(),
                                 [&](const auto& file) { return file.version == to; });
  if (!known)
    return fail(Error(ErrorCode::usage, fmt::format("there is no migration {}", to.str()))
                    .with_hint("`slipway status` lists the versions")
                    .with_next("slipway status"));
  GotoPlan result;
  std::vector<const AppliedMigration*> above;
  for (const auto* one : newest_first(history))
    if (one->version > to) above.push_back(one);
  // Everything applied after the oldest of those must be undone too, or the order of application
  // would be broken.
  if (!above.empty()) {
    for (const auto* one : newest_first(history)) {
      if (one->order < above.back()->order) break;
      result.undo.push_back(one->version);
    }
  }
  if (to.number() != 0)
    result.redo.to = to;
  else
    result.redo.steps = 0;
  return result;
}

} // namespace slipway::plan
