// From differences to tasks: what is created, dropped, altered, renamed.
#include "tasks.hpp"

#include "naming.hpp"
#include "rename_questions.hpp"
#include "rules/composite_attributes.hpp"
#include "satellites.hpp"
#include "takeovers.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Change;
using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

// The columns of a relation are made by its CREATE.
bool is_made_with_its_parent(const Object& part) {
  return part.kind() == Kind::column || part.kind() == Kind::domain_constraint;
}

class Finder {
public:
  explicit Finder(Scene& scene) : scene_(scene) {}

  Tasks run() {
    for (const auto& difference : schema::compare(scene_.from, scene_.to)) note(difference);
    ask_for_renames(scene_, tasks_);
    take_over(scene_, tasks_);
    rebuild_reordered_types(scene_, tasks_);
    for (auto& [identity, task] : tasks_.all)
      if (task.kind == Task::Kind::alter) draft(task);
    return std::move(tasks_);
  }

private:
  void note(const schema::Difference& difference) {
    auto& task = tasks_.all[difference.identity];
    task.from = scene_.from.find(difference.identity);
    task.to = scene_.to.find(difference.identity);
    task.changed = difference.properties;
    switch (difference.change) {
    case Change::created:
      task.kind = Task::Kind::create;
      for (const auto& part : task.to->parts())
        if (!is_made_with_its_parent(part)) note_part(part, Task::Kind::create);
      break;
    case Change::dropped:
      task.kind = Task::Kind::drop;
      for (const auto& part : task.from->parts())
        if (points_at_what_goes(part) || needs_what_needs_its_holder(part))
          note_part(part, Task::Kind::drop);
      break;
    case Change::changed:
      task.kind = Task::Kind::alter;
      break;
    }
  }

  void note_part(const Object& part, Task::Kind kind) {
    Task task;
    task.kind = kind;
    (kind == Task::Kind::create ? task.to : task.from) = part;
    tasks_.all.emplace(part.identity(), std::move(task));
  }

  // Two tables that point at each other can only be dropped when one does so no longer.
  bool points_at_what_goes(const Object& foreign_key) {
    if (!foreign_key.has(Property::referenced_table)) return false;
    const auto name = split_name(foreign_key.text(Property::referenced_table));
    const bool itself = name.schema == foreign_key.schema() && name.name == foreign_key.name();
    return !itself && !scene_.to.find({Kind::table, name.schema, name.name, {}});
  }

  bool needs(const Object& object, const Object& needed) const {
    const auto& all = scene_.from.dependencies();
    return std::binary_search(all.begin(), all.end(),
                              schema::Dependency{object.index(), needed.index()});
  }

  // A rule of a table that calls a function over the table's rows goes before that function, which
  // goes before the table. What writes to another table that goes, goes first, too: that one may
  // itself be below this table, or have such a rule.
  bool needs_what_needs_its_holder(const Object& part) const {
    if (is_made_with_its_parent(part)) return false;
    const bool reaches_out = part.kind() == Kind::rule || part.kind() == Kind::policy;
    const auto& all = scene_.from.dependencies();
    auto at = std::lower_bound(all.begin(), all.end(), schema::Dependency{part.index(), 0});
    for (; at != all.end() && at->object == part.index(); ++at) {
      const auto needed = scene_.from.at(at->needs);
      const auto holder = needed.parent().value_or(needed);
      if (holder == *part.parent()) continue;
      if (reaches_out && is_relation(holder.kind()) && !scene_.to.find(holder.identity()))
        return true;
      if (!is_part(needed.kind()) && needs(needed, *part.parent())) return true;
    }
    return false;
  }

  void draft(Task& task) {
    Alteration alteration{*task.from, *task.to, {}};
    for (const auto& one : task.changed)
      if (!is_satellite(one.property)) alteration.changed.insert(one.property);
    if (alteration.changed.empty()) return;
    if (rule_of(task.to->kind()).alter(scene_, alteration, task.draft) == Altered::rebuild)
      task.kind = Task::Kind::rebuild;
  }

  Scene& scene_;
  Tasks tasks_;
};

} // namespace

Tasks find_tasks(Scene& scene) {
  return Finder(scene).run();
}

} // namespace slipway::diff
