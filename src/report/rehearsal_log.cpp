// The one part of a runbook that people write in as well: whatever is not a row of the table is
// left as it is.
#include "slipway/report/rehearsal_log.hpp"

#include "slipway/base/text.hpp"

#include <array>
#include <vector>

namespace slipway::report {

namespace {

constexpr std::string_view k_heading = "## 7. Rehearsal log";
constexpr std::string_view k_rule = "|---|---|---|---|---|---|---|---|---|---|---|---|";
constexpr std::string_view k_columns =
    "| date (UTC) | migration | path | backup | fast path | restore | carried over | closed | whole | rows | result | "
    "notes |";

using Member = std::string Rehearsal::*;
constexpr std::array<Member, 12> k_members{
    &Rehearsal::date,  &Rehearsal::migration, &Rehearsal::path,   &Rehearsal::backup,
    &Rehearsal::fast,  &Rehearsal::restore,   &Rehearsal::carry,  &Rehearsal::closed,
    &Rehearsal::whole, &Rehearsal::rows,      &Rehearsal::result, &Rehearsal::notes};

// A bar or a line end in a cell would make it two.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe.empty() ? "-" : safe;
}

std::string row(const Rehearsal& rehearsal) {
  std::string line = "|";
  for (const auto member : k_members) line += " " + cell(rehearsal.*member) + " |";
  return line;
}

std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> found;
  std::string text;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == '|') {
      text += line[++at];
    } else if (line[at] == '|') {
      found.emplace_back(trim(text));
      text.clear();
    } else {
      text += line[at];
    }
  }
  return found;
}

std::optional<Rehearsal> rehearsal_in(std::string_view line) {
  if (!line.starts_with("|") || line == k_columns || line == k_rule) return std::nullopt;
  const auto found = cells(line);
  if (found.size() != k_members.size()) return std::nullopt;
  Rehearsal rehearsal;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i] != "-") rehearsal.*k_members.at(i) = found[i];
  return rehearsal;
}

// Where the next row belongs: after the last line of the table that follows the rule.
std::size_t end_of_table(std::string_view log) {
  const auto rule = log.find(k_rule);
  if (rule == std::string_view::npos) return std::string_view::npos;
  auto end = std::min(log.find('\n', rule), log.size());
  while (end + 1 < log.size() && log[end + 1] == '|')
    end = std::min(log.find('\n', end + 1), log.size());
  return end;
}

} // namespace

std::string_view log_in(std::string_view runbook) {
  // At the start of a line: the heading may be quoted in a text.
  const auto at = runbook.rfind("\n" + std::string(k_heading));
  return at == std::string_view::npos ? std::string_view() : runbook.substr(at + 1);
}

std::string empty_log() {
  std::string text(k_heading);
  text +=
      "\n\n`slipway drill` adds a row for each rehearsal. This section is yours as well: add rows for rehearsals by "
      "hand and notes\nbelow the table; they stay when the runbook is written again.\n\n";
  text.append(k_columns).append("\n").append(k_rule).append("\n");
  return text;
}

std::string with_rehearsal(std::string_view log, const Rehearsal& rehearsal) {
  std::string text(log.empty() ? empty_log() : std::string(log));
  auto at = end_of_table(text);
  if (at == std::string::npos) {
    // Somebody took the table away; it comes back at the end.
    if (!text.ends_with("\n")) text += "\n";
    text.append("\n").append(k_columns).append("\n").append(k_rule);
    at = text.size();
  }
  text.insert(at, "\n" + row(rehearsal));
  if (!text.ends_with("\n")) text += "\n";
  return text;
}

std::optional<Rehearsal> last_good_rehearsal(std::string_view log) {
  std::optional<Rehearsal> last;
  while (!log.empty()) {
    const auto end = std::min(log.find('\n'), log.size());
    if (auto found = rehearsal_in(log.substr(0, end)); found && found->result == "good")
      last = std::move(found);
    log.remove_prefix(std::min(end + 1, log.size()));
  }
  return last;
}

} // namespace slipway::report
