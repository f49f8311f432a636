// Decides for each version whether it is applied, pending, late, half done, missing or changed.
#include "slipway/plan/comparison.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace slipway::plan {

namespace {

Difference difference_of(const source::MigrationFile& file, const AppliedMigration& applied) {
  if (source::bytes_checksum(file) == applied.checksums.bytes) return Difference::none;
  if (source::normalised_checksum(file) == applied.checksums.normalised)
    return Difference::line_ends;
  const auto migration = source::parse_migration(file);
  if (migration && migration->checksums.tokens == applied.checksums.tokens)
    return Difference::comments;
  return Difference::changed;
}

EntryState state_of(const AppliedMigration& applied, bool has_file) {
  switch (applied.state) {
  case AppliedState::applying:
    return EntryState::half_applied;
  case AppliedState::undoing:
    return EntryState::half_undone;
  case AppliedState::applied:
    break;
  }
  return has_file ? EntryState::applied : EntryState::missing;
}

} // namespace

std::string_view entry_state_name(EntryState state) {
  switch (state) {
  case EntryState::applied:
    return "applied";
  case EntryState::pending:
    return "pending";
  case EntryState::out_of_order:
    return "out_of_order";
  case EntryState::half_applied:
    return "half_applied";
  case EntryState::half_undone:
    return "half_undone";
  case EntryState::missing:
    return "missing";
  }
  return "pending";
}

std::size_t Comparison::count(EntryState state) const {
  return static_cast<std::size_t>(std::count_if(
      entries.begin(), entries.end(), [&](const Entry& entry) { return entry.state == state; }));
}

std::size_t Comparison::changed() const {
  return static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(),
                    [](const Entry& entry) { return entry.difference == Difference::changed; }));
}

bool Comparison::up_to_date() const {
  return std::all_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.state == EntryState::applied || entry.state == EntryState::missing;
  });
}

bool Comparison::clean() const {
  return up_to_date() && changed() == 0 && count(EntryState::missing) == 0;
}

Comparison compare(const source::Folder& folder, const History& history) {
  std::map<Version, Entry> by_version;
  std::int64_t highest = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < history.applied.size(); ++i) {
    const auto& applied = history.applied[i];
    highest = std::max(highest, applied.version.number());
    Entry entry{.version = applied.version, .name = applied.name};
    entry.state = state_of(applied, false);
    entry.applied = i;
    by_version.emplace(applied.version, std::move(entry));
  }
  for (std::size_t i = 0; i < folder.files.size(); ++i) {
    const auto& file = folder.files[i];
    const auto found = by_version.find(file.version);
    if (found == by_version.end()) {
      Entry entry{.version = file.version, .name = file.name};
      entry.state =
          file.version.number() < highest ? EntryState::out_of_order : EntryState::pending;
      entry.file = i;
      by_version.emplace(file.version, std::move(entry));
      continue;
    }
    const auto& applied = history.applied[*found->second.applied];
    found->second.file = i;
    found->second.state = state_of(applied, true);
    found->second.difference = difference_of(file, applied);
  }
  Comparison comparison;
  comparison.entries.reserve(by_version.size());
  for (auto& [version, entry] : by_version) comparison.entries.push_back(std::move(entry));
  return comparison;
}

} // namespace slipway::plan
