#include "slipway/diff/plan.hpp"

#include "naming.hpp"
#include "rules.hpp"
#include "sketch.hpp"
#include "unchecked_bodies.hpp"

#include <algorithm>
#include <map>

namespace slipway::diff {

namespace {

using schema::Kind;

void emit(const Node& node, Plan& plan) {
  const auto path = node.object.path();
  for (const auto& refusal : node.draft.refusals()) plan.refusals.push_back({path, refusal});
  for (auto finding : node.draft.refused()) {
    if (finding.object.empty()) finding.object = path;
    plan.findings.push_back(std::move(finding));
  }
  if (!node.draft.refusals().empty()) return;
  for (const auto& drafted : node.draft.statements()) {
    Statement statement;
    statement.sql = drafted.sql;
    statement.kind = drafted.kind;
    statement.object = path;
    statement.transactional = drafted.transactional;
    statement.starts_transaction = drafted.starts_transaction;
    statement.with_previous = drafted.with_previous;
    statement.findings = drafted.findings;
    for (auto& finding : statement.findings) {
      if (finding.object.empty()) finding.object = path;
      plan.findings.push_back(finding);
    }
    plan.statements.push_back(std::move(statement));
  }
}

// The setting ends with the transaction, which the routine has to share.
void emit_unchecked(Node node, Plan& plan) {
  plan.statements.push_back(
      {"SET LOCAL check_function_bodies = off", "set", node.object.path(), true, false, false, {}});
  node.draft.statements().front().with_previous = true;
  emit(node, plan);
}

// What follows a statement that takes long does not keep that one's locks.
void end_long_transactions(Plan& plan) {
  for (std::size_t at = 1; at < plan.statements.size(); ++at) {
    auto& next = plan.statements[at];
    if (plan.statements[at - 1].kind == "validate constraint" && !next.with_previous)
      next.starts_transaction = true;
  }
}

} // namespace

bool Scene::in_use(const schema::Object& object) const {
  if (!options.online) return false;
  const auto holder = object.parent().value_or(object);
  if (rebuilt.contains(holder.identity()) || rebuilt.contains(object.identity())) return false;
  return from.find(holder.identity()).has_value();
}

Plan make_plan(const schema::Schema& from, const schema::Schema& to, const Options& options) {
  auto sketch = sketch_plan(from, to, options);
  auto& [scene, tasks, nodes, sorted] = *sketch;
  Plan plan;
  plan.refusals = std::move(tasks.refusals);
  plan.questions = std::move(tasks.questions);
  for (const auto& question : plan.questions)
    plan.findings.push_back({FindingKind::ambiguity, question.gone.path(), question.message, {}});
  const auto unchecked = names_what_is_not_found(scene, nodes, sorted.order);
  for (const auto at : sorted.order)
    unchecked[at] ? emit_unchecked(nodes[at], plan) : emit(nodes[at], plan);
  end_long_transactions(plan);
  return plan;
}

const Rule& rule_of(Kind kind) {
  static const std::map<Kind, Rule> rules = [] {
    std::map<Kind, Rule> all;
    for (const auto list :
         {table_rules, column_rules, constraint_rules, index_rules, view_rules, trigger_rules,
          type_rules, sequence_rules, routine_rules, operator_rules, schema_rules, text_rules,
          foreign_rules, replication_rules, privilege_rules})
      for (const auto& rule : list()) all.emplace(rule.kind, rule);
    return all;
  }();
  return rules.at(kind);
}

void plain_drop(const Scene&, const schema::Object& object, Draft& draft) {
  draft.add("drop " + std::string(kind_name(object.kind())), "DROP " + sql_name(object.identity()));
}

Altered always_rebuild(const Scene&, const Alteration&, Draft&) {
  return Altered::rebuild;
}

} // namespace slipway::diff
