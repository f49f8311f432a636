// What a runbook remembers of the database: JSON in a comment that Markdown does not show.
#include "slipway/report/runbook.hpp"

#include "runbook_parts.hpp"

#include <nlohmann/json.hpp>

namespace slipway::report {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view k_begin = "<!-- slipway:seen ";
constexpr std::string_view k_end = " -->";

ordered_json timing_json(const std::optional<RunbookTiming>& timing) {
  if (!timing) return nullptr;
  return {{"took", timing->took}, {"source", timing->source}};
}

std::optional<RunbookTiming> timing_from(const ordered_json& json) {
  if (!json.is_object()) return std::nullopt;
  return RunbookTiming{.took = json.at("took"), .source = json.at("source")};
}

// Two dashes would end the comment; they can only stand within a text of the JSON.
std::string without_double_dashes(std::string text) {
  for (auto at = text.find("--"); at != std::string::npos; at = text.find("--", at))
    text.replace(at + 1, 1, "\\u002d");
  return text;
}

RunbookSightings sightings_from(const ordered_json& json) {
  RunbookSightings seen{.seen_at = json.at("seen_at"),
                        .variable = json.at("variable"),
                        .database = json.at("database"),
                        .server = json.at("server")};
  for (const auto& one : json.at("tables"))
    seen.tables.push_back({.name = one.at("name"), .rows = one.at("rows")});
  seen.backup = timing_from(json.at("backup"));
  seen.up = timing_from(json.at("up"));
  seen.rollback = timing_from(json.at("rollback"));
  return seen;
}

} // namespace

std::string sightings_comment(const RunbookSightings& seen) {
  auto tables = ordered_json::array();
  for (const auto& one : seen.tables) tables.push_back({{"name", one.name}, {"rows", one.rows}});
  const ordered_json json{{"seen_at", seen.seen_at},     {"variable", seen.variable},
                          {"database", seen.database},   {"server", seen.server},
                          {"tables", std::move(tables)}, {"backup", timing_json(seen.backup)},
                          {"up", timing_json(seen.up)},  {"rollback", timing_json(seen.rollback)}};
  return std::string(k_begin) +
         without_double_dashes(
             json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) +
         std::string(k_end);
}

std::optional<RunbookSightings> sightings_in(std::string_view runbook) {
  const auto begin = runbook.find(k_begin);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto from = begin + k_begin.size();
  const auto end = runbook.find(k_end, from);
  if (end == std::string_view::npos) return std::nullopt;
  // A page that somebody edited is written anew; it must not end the program.
  try {
    return sightings_from(ordered_json::parse(runbook.substr(from, end - from)));
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

} // namespace slipway::report
