// The little language in which a case says what its plan must be like.
#include "case_rules.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace slipway::test {

namespace {

std::regex pattern(const std::string& text) {
  return std::regex(text, std::regex::ECMAScript | std::regex::icase);
}

std::string joined(const diff::Plan& plan) {
  std::string text;
  for (const auto& statement : plan.statements) text += statement.sql + ";\n";
  return text;
}

bool found(const std::string& text, const std::string& what) {
  return std::regex_search(text, pattern(what));
}

/// Offset of the first match, or npos.
std::size_t place_of(const std::string& text, const std::string& what) {
  std::smatch match;
  if (!std::regex_search(text, match, pattern(what))) return std::string::npos;
  return static_cast<std::size_t>(match.position(0));
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

bool in_order(const std::string& text, const std::string& both) {
  const auto between = both.find("<<");
  if (between == std::string::npos) throw std::runtime_error("order without <<: " + both);
  const auto first = place_of(text, trimmed(both.substr(0, between)));
  const auto second = place_of(text, trimmed(both.substr(between + 2)));
  return first != std::string::npos && second != std::string::npos && first < second;
}

bool has_finding(const diff::Plan& plan, const std::string& name) {
  const auto kind = diff::finding_named(name);
  if (!kind) throw std::runtime_error("no such finding: " + name);
  if (*kind == diff::FindingKind::ambiguity && !plan.questions.empty()) return true;
  return std::any_of(plan.findings.begin(), plan.findings.end(),
                     [&](const diff::Finding& one) { return one.kind == *kind; });
}

} // namespace

bool holds(const std::string& rule, const diff::Plan& plan) {
  if (rule == "empty")
    return plan.statements.empty() && plan.questions.empty() && plan.refusals.empty();
  if (rule == "stop") return !plan.questions.empty() || !plan.refusals.empty();
  const auto colon = rule.find(':');
  const std::string name = rule.substr(0, colon);
  const std::string value = colon == std::string::npos ? "" : rule.substr(colon + 1);
  if (name == "flag") return has_finding(plan, value);
  if (name == "re") return found(joined(plan), value);
  if (name == "order") return in_order(joined(plan), value);
  if (name == "nontx")
    return std::any_of(plan.statements.begin(), plan.statements.end(), [&](const auto& one) {
      return !one.transactional && found(one.sql, value);
    });
  throw std::runtime_error("no such rule: " + rule);
}

std::string told(const diff::Plan& plan) {
  std::string text;
  for (const auto& one : plan.statements)
    text += "  " + one.sql + (one.transactional ? ";\n" : ";  -- alone\n");
  for (const auto& one : plan.findings)
    text += "  finding " + std::string(diff::finding_name(one.kind)) + " of " + one.object + ": " +
            one.message + "\n";
  for (const auto& one : plan.questions) text += "  question: " + one.message + "\n";
  for (const auto& one : plan.refusals)
    text += "  refusal of " + one.object + ": " + one.message + "\n";
  return text;
}

} // namespace slipway::test
