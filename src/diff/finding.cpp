#include "slipway/diff/plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace slipway::diff {

namespace {

constexpr auto k_names = std::to_array<std::pair<FindingKind, std::string_view>>({
    {FindingKind::data_loss, "data_loss"},
    {FindingKind::rewrite, "rewrite"},
    {FindingKind::data_dependent, "data_dependent"},
    {FindingKind::ambiguity, "ambiguity"},
    {FindingKind::access_exclusive, "access_exclusive"},
    {FindingKind::index_dropped, "index_dropped"},
    {FindingKind::kept, "kept"},
});

} // namespace

std::string_view finding_name(FindingKind kind) {
  return k_names[static_cast<std::size_t>(kind)].second;
}

std::optional<FindingKind> finding_named(std::string_view name) {
  const auto* found = std::find_if(k_names.begin(), k_names.end(),
                                   [&](const auto& one) { return one.second == name; });
  if (found == k_names.end()) return std::nullopt;
  return found->first;
}

} // namespace slipway::diff
