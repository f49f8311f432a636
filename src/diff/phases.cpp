// Which step of a change over several releases a file is.
#include "slipway/diff/contraction.hpp"
#include "slipway/diff/migration_text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace slipway::diff {

namespace {

/// What nobody who works with the schema before it can notice, but for the time that it takes.
constexpr auto k_adding = std::to_array<std::string_view>(
    {"create ", "add ", "comment", "grant", "attach index", "set statistics", "set storage",
     "set options", "validate constraint"});

bool only_adds(const Statement& statement) {
  const bool adds = std::any_of(k_adding.begin(), k_adding.end(), [&](std::string_view kind) {
    return statement.kind.starts_with(kind);
  });
  return adds &&
         std::none_of(statement.findings.begin(), statement.findings.end(), [](const Finding& one) {
           return one.kind == FindingKind::data_loss || one.kind == FindingKind::rewrite;
         });
}

} // namespace

void name_phases(std::vector<MigrationDraft>& drafts) {
  std::set<std::string> all;
  for (auto& draft : drafts) {
    const bool adds = std::all_of(draft.up.begin(), draft.up.end(), only_adds);
    draft.phase = draft.contracts ? "contract" : adds ? "expand" : "switch";
    all.insert(draft.phase);
  }
  if (all.size() > 1) return;
  for (auto& draft : drafts) draft.phase.clear();
}

} // namespace slipway::diff
