#include "slipway/report/plan_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::report {

namespace {

std::string indented(std::string_view sql, std::size_t columns) {
  std::string text;
  const std::string margin(columns, ' ');
  for (std::size_t start = 0; start <= sql.size();) {
    const auto end = std::min(sql.find('\n', start), sql.size());
    auto line = sql.substr(start, end - start);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    text += (start == 0 ? "" : margin) + std::string(line) + "\n";
    start = end + 1;
  }
  return text;
}

std::string locks_text(const sql::StatementFacts& facts) {
  if (!facts.parsed) return "unchecked: " + facts.unparsed_why;
  std::string text;
  for (const auto& lock : facts.locks)
    text +=
        fmt::format("{}{} on {}", text.empty() ? "locks " : ", ", sql::lock_mode_name(lock.mode),
                    lock.relation.schema.empty() ? lock.relation.name
                                                 : lock.relation.schema + "." + lock.relation.name);
  return text;
}

std::string statement_text(const plan::Step& step, const plan::PlannedStatement& one) {
  const auto place =
      fmt::format("{}:{}", one.statement.position.line, one.statement.position.column);
  std::string text =
      fmt::format("     {:<8}{}", place, indented(step.section.sql(one.statement), 13));
  if (one.done) text += "             done by an earlier run\n";
  if (one.interrupted())
    text +=
        fmt::format("             begun by run {}, which did not see its end: looked up first\n",
                    one.earlier->run);
  if (one.facts.transaction_safety == sql::TransactionSafety::unsafe)
    text += fmt::format("             {}\n", one.facts.unsafe_why);
  if (const auto locks = locks_text(one.facts); !locks.empty())
    text += fmt::format("             {}\n", locks);
  return text;
}

std::string relation_name(const QualifiedName& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

nlohmann::ordered_json statement_json(const plan::Step& step, const plan::PlannedStatement& one) {
  nlohmann::ordered_json json;
  json["number"] = one.number;
  json["line"] = one.statement.position.line;
  json["column"] = one.statement.position.column;
  json["kind"] = one.facts.kind;
  json["sql"] = std::string(step.section.sql(one.statement));
  json["parsed"] = one.facts.parsed;
  json["done"] = one.done;
  auto& locks = json["locks"] = nlohmann::ordered_json::array();
  for (const auto& lock : one.facts.locks)
    locks.push_back({{"relation", relation_name(lock.relation)},
                     {"mode", std::string(sql::lock_mode_name(lock.mode))}});
  return json;
}

} // namespace

std::string plan_text(const plan::Plan& plan) {
  if (plan.steps.empty()) return "nothing to do\n";
  std::string text;
  std::size_t number = 0;
  for (const auto& step : plan.steps) {
    text += fmt::format("{}. {} {} {}{}\n", ++number, direction_name(step.direction),
                        step.migration.version.str(), step.migration.name,
                        step.migration.path.empty() ? "" : "  (" + step.migration.path + ")");
    if (step.resumed) text += fmt::format("   goes on at statement {}\n", step.first_undone());
    for (const auto& group : step.groups) {
      text += group.transactional ? "   in one transaction\n"
                                  : "   on its own, outside a transaction\n";
      for (const auto& one : group.statements) text += statement_text(step, one);
    }
    if (step.groups.empty()) text += "   no statements\n";
  }
  for (const auto& warning : plan.warnings) text += fmt::format("warning: {}\n", warning);
  return text;
}

std::string plan_json(const plan::Plan& plan) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  auto& steps = json["steps"] = nlohmann::ordered_json::array();
  for (const auto& step : plan.steps) {
    nlohmann::ordered_json one;
    one["version"] = step.migration.version.str();
    one["name"] = step.migration.name;
    one["direction"] = direction_name(step.direction);
    one["path"] = step.migration.path;
    one["resumed"] = step.resumed;
    auto& groups = one["groups"] = nlohmann::ordered_json::array();
    for (const auto& group : step.groups) {
      nlohmann::ordered_json members = nlohmann::ordered_json::array();
      for (const auto& statement : group.statements)
        members.push_back(statement_json(step, statement));
      groups.push_back(
          {{"transactional", group.transactional}, {"statements", std::move(members)}});
    }
    steps.push_back(std::move(one));
  }
  json["warnings"] = plan.warnings;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace slipway::report
