// From effects of statements to the tables that a backup must hold. Where two readings are possible
// the one that keeps more is taken.
#include "slipway/plan/row_scope.hpp"

#include <algorithm>
#include <set>

namespace slipway::plan {

namespace {

using sql::RowEffect;
using sql::RowEffectKind;

class Fold {
public:
  explicit Fold(const std::vector<RowEffect>& effects) : effects_(effects) {}

  RowScope take() {
    for (const RowEffect& effect : effects_) note_names(effect);
    for (const RowEffect& effect : effects_) add(effect);
    return std::move(scope_);
  }

private:
  /// A name that is another relation's before or after says nothing.
  void note_names(const RowEffect& effect) {
    if (effect.kind == RowEffectKind::arms) armed_ = effect.what;
    if (effect.kind == RowEffectKind::creates_table) created_.insert(effect.table);
    if (effect.kind != RowEffectKind::renames) return;
    if (effect.column.empty()) {
      renamed_.insert(effect.table.name);
      renamed_.insert(effect.other_name);
    } else {
      renamed_columns_.insert(effect.column);
      renamed_columns_.insert(effect.other_name);
    }
  }

  void add(const RowEffect& effect) {
    switch (effect.kind) {
    case RowEffectKind::anything:
      scope_.unclear.push_back(effect.what);
      return;
    case RowEffectKind::drops_table:
    case RowEffectKind::writes:
    case RowEffectKind::drops_column:
    case RowEffectKind::retypes:
      return touch(effect);
    case RowEffectKind::creates_table:
    case RowEffectKind::adds_column:
    case RowEffectKind::renames:
    case RowEffectKind::arms:
      return;
    }
  }

  void touch(const RowEffect& effect) {
    const bool of_column = !effect.column.empty();
    if (renamed_.contains(effect.table.name) ||
        (of_column && renamed_columns_.contains(effect.column)))
      return scope_.unclear.push_back(effect.what + ", whose name changes");
    if (effect.kind == RowEffectKind::writes && !armed_.empty())
      return scope_.unclear.push_back(effect.what + ", and " + armed_);
    TouchedTable& table = entry(effect.table);
    const bool first = table.why.empty();
    if (!of_column || (!first && table.columns.empty()))
      table.columns.clear();
    else if (effect.cascades)
      table.columns.clear();
    else
      table.columns.push_back(effect.column);
    table.written = table.written || effect.kind == RowEffectKind::writes;
    table.cascades =
        table.cascades || (effect.cascades && effect.kind == RowEffectKind::drops_table);
    if (std::find(table.why.begin(), table.why.end(), effect.what) == table.why.end())
      table.why.push_back(effect.what);
  }

  TouchedTable& entry(const QualifiedName& name) {
    auto found = std::find_if(scope_.tables.begin(), scope_.tables.end(),
                              [&](const TouchedTable& one) { return one.name == name; });
    if (found != scope_.tables.end()) return *found;
    TouchedTable table;
    table.name = name;
    table.created = created_.contains(name);
    return scope_.tables.emplace_back(std::move(table));
  }

  const std::vector<RowEffect>& effects_;
  std::string armed_;
  std::set<QualifiedName> created_;
  std::set<std::string> renamed_;
  std::set<std::string> renamed_columns_;
  RowScope scope_;
};

void collect(const source::Section& section, std::vector<std::string_view>& statements) {
  for (const auto& one : section.statements) statements.push_back(section.sql(one));
}

} // namespace

RowScope row_scope(const std::vector<sql::RowEffect>& effects) {
  return Fold(effects).take();
}

RowScope row_scope(const Plan& plan) {
  std::vector<std::string_view> statements;
  bool resumed = false;
  for (const Step& step : plan.steps) {
    resumed = resumed || step.resumed;
    collect(step.section, statements);
    if (step.migration.down) collect(*step.migration.down, statements);
  }
  std::vector<sql::RowEffect> effects;
  for (auto& of_one : sql::row_effects(statements))
    for (auto& effect : of_one) effects.push_back(std::move(effect));
  RowScope scope = row_scope(effects);
  if (resumed) scope.unclear.emplace_back("a migration is half applied");
  return scope;
}

} // namespace slipway::plan
