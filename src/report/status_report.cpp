#include "slipway/report/status_report.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::report {

namespace {

using plan::Difference;
using plan::Entry;
using plan::EntryState;

constexpr std::array<EntryState, 6> k_states{EntryState::applied,      EntryState::pending,
                                             EntryState::out_of_order, EntryState::half_applied,
                                             EntryState::half_undone,  EntryState::missing};

std::string_view words(EntryState state) {
  switch (state) {
  case EntryState::applied:
    return "applied";
  case EntryState::pending:
    return "pending";
  case EntryState::out_of_order:
    return "merged late";
  case EntryState::half_applied:
    return "half applied";
  case EntryState::half_undone:
    return "half undone";
  case EntryState::missing:
    return "applied, no file here";
  }
  return "";
}

std::string_view difference_name(Difference difference) {
  switch (difference) {
  case Difference::none:
    return "none";
  case Difference::line_ends:
    return "line_ends";
  case Difference::comments:
    return "comments";
  case Difference::changed:
    return "changed";
  }
  return "none";
}

std::string_view difference_words(Difference difference) {
  switch (difference) {
  case Difference::none:
    return "";
  case Difference::line_ends:
    return "line ends differ from what was applied";
  case Difference::comments:
    return "comments or the down section differ from what was applied";
  case Difference::changed:
    return "CHANGED after being applied";
  }
  return "";
}

std::string_view box(const Entry& entry) {
  if (entry.difference == Difference::changed) return "[!]";
  switch (entry.state) {
  case EntryState::applied:
    return "[x]";
  case EntryState::pending:
    return "[ ]";
  case EntryState::out_of_order:
    return "[!]";
  case EntryState::half_applied:
  case EntryState::half_undone:
    return "[~]";
  case EntryState::missing:
    return "[?]";
  }
  return "[ ]";
}

std::string shown_time(const std::string& iso) {
  // "2026-11-20T10:31:07Z" -> "2026-11-20 10:31"
  constexpr std::size_t k_date = 10;
  constexpr std::size_t k_minutes = 16;
  return iso.size() < k_minutes
             ? iso
             : iso.substr(0, k_date) + " " + iso.substr(k_date + 1, k_minutes - k_date - 1);
}

std::string line_for(const Entry& entry, const plan::History& history, std::size_t version_width,
                     std::size_t name_width) {
  const std::size_t padding = name_width - std::min(name_width, code_points(entry.name));
  std::string text = fmt::format("{} {:>{}} {}{:{}}  {}", box(entry), entry.version.str(),
                                 version_width, entry.name, "", padding, words(entry.state));
  if (entry.applied && entry.state != EntryState::half_applied) {
    const auto& applied = history.applied[*entry.applied];
    text += fmt::format(
        " {} UTC, {}", shown_time(applied.applied_at),
        format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(applied.duration_ms))));
  }
  if (entry.difference != Difference::none)
    text += fmt::format("; {}", difference_words(entry.difference));
  return text + "\n";
}

std::string counts_line(const plan::Comparison& comparison) {
  std::string text;
  for (const auto state : k_states) {
    const auto count = comparison.count(state);
    if (count == 0 && state != EntryState::applied && state != EntryState::pending) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words(state));
  }
  if (const auto changed = comparison.changed(); changed > 0)
    text += fmt::format(", {} changed", changed);
  return text;
}

} // namespace

std::string next_command(const plan::Comparison& comparison) {
  if (comparison.count(EntryState::half_undone) > 0) return "slipway down";
  if (comparison.changed() > 0) return "slipway verify";
  if (comparison.count(EntryState::half_applied) > 0) return "slipway up";
  if (comparison.count(EntryState::out_of_order) > 0) return "slipway up --allow-out-of-order";
  if (comparison.count(EntryState::pending) > 0) return "slipway up";
  return {};
}

std::string status_text(const plan::Comparison& comparison, const source::Folder& folder,
                        const plan::History& history, const std::string& target) {
  std::string text = fmt::format("target      {}\nmigrations  {}\n", target, folder.path);
  if (!history.exists) text += "history     none yet: slipway has never run here\n";
  text += "\n";
  std::size_t version_width = 1;
  std::size_t name_width = 1;
  for (const auto& entry : comparison.entries) {
    version_width = std::max(version_width, entry.version.str().size());
    name_width = std::max(name_width, code_points(entry.name));
  }
  for (const auto& entry : comparison.entries)
    text += line_for(entry, history, version_width, name_width);
  if (comparison.entries.empty()) text += "no migrations yet\n";
  text += fmt::format("\n{}\n", counts_line(comparison));
  const auto next =
      comparison.entries.empty() ? std::string("slipway new NAME") : next_command(comparison);
  text += next.empty() ? "up to date\n" : fmt::format("next: {}\n", next);
  return text;
}

std::string status_json(const plan::Comparison& comparison, const source::Folder& folder,
                        const plan::History& history, const std::string& target) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["target"] = target;
  json["migrations_folder"] = folder.path;
  json["history_exists"] = history.exists;
  json["up_to_date"] = comparison.up_to_date();
  auto& counts = json["counts"];
  for (const auto state : k_states)
    counts[std::string(plan::entry_state_name(state))] = comparison.count(state);
  counts["changed"] = comparison.changed();
  auto& list = json["migrations"] = nlohmann::ordered_json::array();
  for (const auto& entry : comparison.entries) {
    nlohmann::ordered_json one;
    one["version"] = entry.version.str();
    one["name"] = entry.name;
    one["state"] = plan::entry_state_name(entry.state);
    one["difference"] = difference_name(entry.difference);
    one["file"] = entry.file ? nlohmann::ordered_json(folder.files[*entry.file].path)
                             : nlohmann::ordered_json();
    if (entry.applied) {
      const auto& applied = history.applied[*entry.applied];
      one["applied_at"] = applied.applied_at;
      one["duration_ms"] = applied.duration_ms;
      one["run"] = applied.run;
      one["reversible"] = !applied.irreversible.has_value();
    }
    list.push_back(std::move(one));
  }
  json["next_command"] = next_command(comparison);
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string verify_text(const plan::Comparison& comparison, const source::Folder& folder) {
  std::string text;
  for (const auto& entry : comparison.entries) {
    const bool state_matters =
        entry.state != EntryState::applied && entry.state != EntryState::pending;
    if (!state_matters && entry.difference == Difference::none) continue;
    const auto path = entry.file ? folder.files[*entry.file].path : std::string("no file");
    const auto why = entry.difference != Difference::none ? difference_words(entry.difference)
                                                          : words(entry.state);
    const bool note = !state_matters && entry.difference != Difference::changed;
    text += fmt::format("{} {} {} ({}): {}\n", note ? "note    " : "mismatch", entry.version.str(),
                        entry.name, path, why);
  }
  text += fmt::format("{}\n", counts_line(comparison));
  return text;
}

} // namespace slipway::report
