#include "slipway/report/drift_report.hpp"

#include "slipway/report/schema_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::report {

namespace {

using Json = nlohmann::ordered_json;

std::string indented(std::string_view text, std::string_view by) {
  std::string all(by);
  for (const char c : text) {
    all += c;
    if (c == '\n') all += by;
  }
  return all;
}

std::string answer(const DriftFacts& facts, const diff::Drift& drift) {
  const auto count = drift.items.size();
  if (!facts.is_drift)
    return fmt::format("no drift: {} is what {} left", facts.target, facts.against);
  if (count == 0) return fmt::format("drift: nothing expects what follows in {}", facts.target);
  return fmt::format("drift: {} object{} of {} {} not as {} left {}", count, count == 1 ? "" : "s",
                     facts.target, count == 1 ? "is" : "are", facts.against,
                     count == 1 ? "it" : "them");
}

std::string statements_text(std::string_view title, const std::vector<std::string>& statements) {
  if (statements.empty()) return {};
  std::string text = fmt::format("  {}\n", title);
  for (const auto& sql : statements) text += indented(sql + ";", "    ") + "\n";
  return text;
}

std::string item_text(const diff::DriftItem& item) {
  std::string text;
  for (const auto& line : difference_lines(item.difference)) text += line + "\n";
  return text + statements_text("made by:", item.made_by) +
         statements_text("undone by:", item.undone_by);
}

std::string unmanaged_title(const DriftFacts& facts) {
  return fmt::format("Unmanaged, there and expected by nothing{}:",
                     facts.unmanaged_allowed ? " (allowed)" : "");
}

std::string code(const std::vector<std::string>& statements) {
  // More backquotes than any line of a statement begins with.
  std::string fence = "```";
  for (const auto& sql : statements)
    while (sql.find(fence) != std::string::npos) fence += '`';
  std::string text = fence + "sql\n";
  for (const auto& sql : statements) text += sql + ";\n";
  return text + fence + "\n";
}

// Characters that would end the span or begin something else.
std::string span(std::string_view text) {
  std::string marks = "`";
  while (text.find(marks) != std::string_view::npos) marks += '`';
  const std::string_view pad = text.find('`') == std::string_view::npos ? "" : " ";
  return fmt::format("{0}{1}{2}{1}{0}", marks, pad, text);
}

std::string item_markdown(const diff::DriftItem& item) {
  std::string text;
  for (const auto& line : difference_lines(item.difference)) text += "- " + span(line) + "\n";
  if (!item.made_by.empty()) text += "\nMade by:\n\n" + code(item.made_by);
  if (!item.undone_by.empty()) text += "\nUndone by:\n\n" + code(item.undone_by);
  return text + "\n";
}

Json side_json(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

Json item_json(const diff::DriftItem& item) {
  Json properties = Json::array();
  for (const auto& one : item.difference.properties)
    properties.push_back({{"property", schema::property_name(one.property)},
                          {"from", side_json(one.from)},
                          {"to", side_json(one.to)}});
  return {{"object", item.difference.identity.path()},
          {"change", schema::change_name(item.difference.change)},
          {"properties", properties},
          {"made_by", item.made_by},
          {"undone_by", item.undone_by}};
}

Json items_json(const std::vector<diff::DriftItem>& items) {
  Json all = Json::array();
  for (const auto& item : items) all.push_back(item_json(item));
  return all;
}

} // namespace

std::string drift_text(const DriftFacts& facts, const diff::Drift& drift) {
  std::string text = answer(facts, drift) + "\n";
  for (const auto& note : facts.notes) text += "note: " + note + "\n";
  for (const auto& item : drift.items) text += "\n" + item_text(item);
  if (!drift.unmanaged.empty()) text += "\n" + unmanaged_title(facts) + "\n";
  for (const auto& item : drift.unmanaged) text += "\n" + item_text(item);
  if (!drift.also_undone_by.empty() || !drift.also_made_by.empty())
    text += "\nAround it:\n" + statements_text("made with it:", drift.also_made_by) +
            statements_text("to be undone with it:", drift.also_undone_by);
  for (const auto& one : drift.not_planned) text += "\nno statement for " + one + "\n";
  if (drift.ignored > 0)
    text += fmt::format("\nignored, as drift.ignore says: {}\n", drift.ignored);
  return text;
}

std::string drift_markdown(const DriftFacts& facts, const diff::Drift& drift) {
  std::string text = fmt::format("## Schema drift\n\n{}\n\n", answer(facts, drift));
  for (const auto& note : facts.notes) text += "> " + note + "\n\n";
  for (const auto& item : drift.items) text += item_markdown(item);
  if (!drift.unmanaged.empty()) text += "### " + unmanaged_title(facts) + "\n\n";
  for (const auto& item : drift.unmanaged) text += item_markdown(item);
  if (!drift.also_made_by.empty()) text += "Made with it:\n\n" + code(drift.also_made_by) + "\n";
  if (!drift.also_undone_by.empty())
    text += "To be undone with it:\n\n" + code(drift.also_undone_by) + "\n";
  for (const auto& one : drift.not_planned) text += "No statement for " + span(one) + "\n\n";
  if (drift.ignored > 0)
    text += fmt::format("Ignored, as `drift.ignore` says: {}\n", drift.ignored);
  return text;
}

std::string drift_json(const DriftFacts& facts, const diff::Drift& drift) {
  const Json json{{"schema", 1},
                  {"drift", facts.is_drift},
                  {"target", facts.target},
                  {"against", facts.against},
                  {"level", facts.level},
                  {"notes", facts.notes},
                  {"differences", items_json(drift.items)},
                  {"unmanaged", items_json(drift.unmanaged)},
                  {"unmanaged_allowed", facts.unmanaged_allowed},
                  {"also_made_by", drift.also_made_by},
                  {"also_undone_by", drift.also_undone_by},
                  {"not_planned", drift.not_planned},
                  {"ignored", drift.ignored}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace slipway::report
