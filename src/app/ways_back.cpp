// The way back of a plan, found as the plan was: by trying.
#include "ways_back.hpp"

#include <algorithm>

namespace slipway::app {

namespace {

Renames reversed(const Renames& renames) {
  Renames back;
  for (auto step = renames.rbegin(); step != renames.rend(); ++step) {
    std::vector<diff::Rename> swapped;
    for (const auto& one : *step) swapped.push_back({one.to, one.from});
    back.push_back(std::move(swapped));
  }
  return back;
}

const diff::Finding* first_loss(const std::vector<diff::Statement>& statements) {
  for (const auto& one : statements)
    for (const auto& finding : one.findings)
      if (finding.kind == diff::FindingKind::data_loss) return &finding;
  return nullptr;
}

// What goes again on the way back, with everything that was written to it.
std::vector<std::string> losses_in(const std::vector<diff::Statement>& statements) {
  std::vector<std::string> objects;
  for (const auto& one : statements)
    for (const auto& finding : one.findings)
      if (finding.kind == diff::FindingKind::data_loss &&
          std::find(objects.begin(), objects.end(), finding.object) == objects.end())
        objects.push_back(finding.object);
  return objects;
}

// The way back of each file leads from where it ends to where it begins, so that any number of them
// can be undone.
class WaysBack {
public:
  WaysBack(const Sides& sides, Renames renames, const Wait& wait)
      : sides_(sides), renames_(std::move(renames)), wait_(wait) {}

  Status find(std::vector<diff::MigrationDraft>& drafts) {
    const rehearse::Materialised* before = &sides_.from;
    rehearse::Materialised after;
    for (auto& draft : drafts) {
      SLIPWAY_ASSIGN(auto reached, applied(*before, draft.up));
      rehearse::Materialised undone;
      if (!draft.down.empty()) {
        SLIPWAY_ASSIGN(undone, applied(reached, draft.down));
      }
      // All renames are made first, in the first file.
      SLIPWAY_ASSIGN(
          const auto plan,
          try_plan(*sides_.workshop,
                   {.from = draft.down.empty() ? reached : undone,
                    .to = before->schema,
                    .renames = &draft == &drafts.front() ? reversed(renames_) : Renames{},
                    .not_renamed = {},
                    // What is a rename has been settled on the way there.
                    .ask = [](const diff::Question&) -> Result<std::optional<std::size_t>> {
                      return std::nullopt;
                    },
                    .first = diff::taken_back(draft.up)},
                   wait_));
      settle(draft, plan);
      after = std::move(reached);
      before = &after;
    }
    return {};
  }

private:
  Result<rehearse::Materialised> applied(const rehearse::Materialised& before,
                                         const std::vector<diff::Statement>& statements) {
    auto& shadow = *sides_.shadow;
    SLIPWAY_ASSIGN(const auto database, shadow.new_database(before.database, wait_));
    SLIPWAY_TRY(shadow.run(database, statements, wait_));
    SLIPWAY_ASSIGN(auto schema, rehearse::read_back(*sides_.workshop, database, wait_));
    return rehearse::Materialised{std::move(schema), database};
  }

  static void settle(diff::MigrationDraft& draft, const TriedPlan& plan) {
    if (!plan.questions.empty()) {
      const auto& open = plan.questions.front();
      draft.down.clear();
      draft.way_back = diff::WayBack::impossible;
      draft.why = open.object.empty() ? open.message : open.object + ": " + open.message;
      return;
    }
    draft.down.insert(draft.down.end(), plan.statements.begin(), plan.statements.end());
    if (const auto* loss = first_loss(draft.up)) {
      draft.way_back = diff::WayBack::lossy;
      draft.why = "what was in " + loss->object + " does not come back";
    } else {
      draft.written_since = losses_in(draft.down);
    }
  }

  const Sides& sides_;
  const Renames renames_;
  const Wait wait_;
};

} // namespace

Status find_ways_back(const Sides& sides, Renames renames,
                      std::vector<diff::MigrationDraft>& drafts, const Wait& wait) {
  return WaysBack(sides, std::move(renames), wait).find(drafts);
}

// Newest first, as they are undone. Nothing when one of them cannot be.
std::vector<diff::Statement> whole_way_back(const std::vector<diff::MigrationDraft>& drafts) {
  std::vector<diff::Statement> all;
  for (auto draft = drafts.rbegin(); draft != drafts.rend(); ++draft) {
    if (draft->way_back == diff::WayBack::impossible) return {};
    const auto at = static_cast<std::ptrdiff_t>(all.size());
    all.insert(all.end(), draft->down.begin(), draft->down.end());
    // Each file is a transaction of its own.
    if (at < static_cast<std::ptrdiff_t>(all.size()))
      all[static_cast<std::size_t>(at)].starts_transaction = true;
  }
  return all;
}

} // namespace slipway::app
