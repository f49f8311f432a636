// What goes down and comes up again because of what else is done: everything that needs an object
// which is dropped and created anew, and what stands in the way of a column's new type.
#include "tasks.hpp"

#include "rules/published_tables.hpp"

#include <deque>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;
using Reach = Disturbance::Reach;

bool is_type(Kind kind) {
  return kind == Kind::enum_type || kind == Kind::domain || kind == Kind::composite_type ||
         kind == Kind::range_type || kind == Kind::base_type;
}

class Spreader {
public:
  Spreader(Scene& scene, Tasks& tasks) : scene_(scene), tasks_(tasks) {
    for (const auto& dependency : scene.from.dependencies())
      dependents_[dependency.needs].push_back(dependency.object);
  }

  void run() {
    for (const auto& [identity, task] : tasks_.all) {
      if (task.kind == Task::Kind::rebuild) disturbed_.push_back({identity, Reach::everything});
      if (task.kind == Task::Kind::rebuild) scene_.rebuilt.insert(identity);
      for (const auto& one : task.draft.disturbances()) {
        disturbed_.push_back(one);
        if (one.reach == Reach::type_swap && is_type(one.object.kind))
          scene_.swapped.insert(one.object);
      }
    }
    move_to_successors();
    while (!disturbed_.empty()) {
      const auto next = disturbed_.front();
      disturbed_.pop_front();
      if (const auto object = scene_.from.find(next.object)) spread_from(*object, next.reach);
    }
  }

private:
  // What stays as it is and needs something that goes must find another that serves: a foreign key
  // the primary key instead of the unique constraint, a view the table instead of the view of that
  // name. It does so when it is made anew.
  void move_to_successors() {
    std::vector<Object> gone;
    for (const auto& [identity, task] : tasks_.all)
      if (task.kind == Task::Kind::drop) gone.push_back(*task.from);
    for (const auto& object : gone) {
      move_from(object, object);
      for (const auto& part : object.parts()) move_from(object, part);
    }
  }

  void move_from(const Object& gone, const Object& needed) {
    // A routine may go on naming it, and no other serves.
    if (gone.kind() == Kind::transform) return;
    const auto found = dependents_.find(needed.index());
    if (found == dependents_.end()) return;
    for (const auto index : found->second) {
      const auto dependent = scene_.from.at(index);
      if (must_move(dependent)) reach_one(gone, dependent, Reach::everything);
    }
  }

  bool must_move(const Object& dependent) const {
    if (is_relation(dependent.kind()) && dependent.kind() != Kind::view) return false;
    if (dependent.kind() == Kind::composite_type || dependent.kind() == Kind::sequence)
      return false;
    const auto task = tasks_.all.find(dependent.identity());
    return task == tasks_.all.end() ||
           (dependent.kind() == Kind::constraint && task->second.kind == Task::Kind::alter);
  }

  void spread_from(const Object& object, Reach reach) {
    reach_dependents(object, object, reach);
    for (const auto& part : object.parts()) reach_dependents(object, part, reach);
  }

  void reach_dependents(const Object& disturbed, const Object& needed, Reach reach) {
    const auto found = dependents_.find(needed.index());
    if (found == dependents_.end()) return;
    for (const auto index : found->second) {
      const auto dependent = scene_.from.at(index);
      const bool own_part = dependent.parent() && *dependent.parent() == disturbed;
      if (!own_part && dependent != disturbed) reach_one(disturbed, dependent, reach);
    }
  }

  void reach_one(const Object& disturbed, const Object& dependent, Reach reach) {
    const bool whole_type = reach == Reach::type_swap && is_type(disturbed.kind());
    if (reach != Reach::everything && !whole_type && !minds_new_type(dependent, reach)) return;
    // The columns of a view are what its query says.
    if (is_view_column(dependent)) {
      reach_one(disturbed, *dependent.parent(), reach);
      return;
    }
    if (whole_type && is_moved(dependent)) return;
    const auto identity = dependent.identity();
    const auto to = scene_.to.find(identity);
    if (!to) return;
    if (const auto holder = dependent.parent();
        holder && scene_.rebuilt.contains(holder->identity()))
      return;
    switch (dependent.kind()) {
    case Kind::table:
    case Kind::foreign_table:
    case Kind::composite_type:
      refuse(disturbed, dependent);
      return;
    case Kind::column:
      reach_column(disturbed, dependent, *to, reach);
      return;
    case Kind::publication:
      reach_publication(disturbed, dependent, *to);
      return;
    case Kind::schema:
    case Kind::extension:
      return;
    default:
      rebuild(dependent, *to);
    }
  }

  static bool is_view_column(const Object& object) {
    if (object.kind() != Kind::column) return false;
    const auto kind = object.parent()->kind();
    return kind == Kind::view || kind == Kind::materialized_view;
  }

  // Moved to the new type, or refused, by the draft that swaps the type.
  static bool is_moved(const Object& object) {
    return object.kind() == Kind::domain || object.kind() == Kind::domain_constraint ||
           (object.kind() == Kind::column && object.parent()->kind() == Kind::composite_type);
  }

  // https://www.postgresql.org/docs/current/sql-altertable.html, and ATPrepAlterColumnType's
  // errors: views, rules, policies, triggers and generated columns stop it; constraints, indexes
  // and statistics are carried over, if their expressions still mean something. Statistics come
  // out with whoever runs the plan as their owner, and with the usual target.
  static bool minds_new_type(const Object& dependent, Reach reach) {
    switch (dependent.kind()) {
    case Kind::index:
      return reach != Reach::type_change &&
             (dependent.has(Property::predicate) || has_expression(dependent));
    case Kind::constraint:
      return (reach == Reach::type_swap && dependent.has(Property::referenced_table)) ||
             (reach != Reach::type_change &&
              (dependent.has(Property::expression) || dependent.has(Property::definition)));
    case Kind::column:
      return dependent.has(Property::generated);
    case Kind::statistics:
      return dependent.has(Property::statistics_target) || dependent.has(Property::owner);
    case Kind::sequence:
      return false;
    default:
      return true;
    }
  }

  static bool has_expression(const Object& index) {
    return index.text(Property::columns).find('(') != std::string_view::npos;
  }

  void reach_column(const Object& disturbed, const Object& from, const Object& to, Reach reach) {
    if ((is_type(disturbed.kind()) || disturbed.kind() == Kind::collation) &&
        reach != Reach::type_swap) {
      refuse(disturbed, from);
      return;
    }
    if (from.has(Property::generated)) {
      if (to.has(Property::generated)) rebuild(from, to);
      return;
    }
    if (!from.has(Property::default_value)) return;
    auto& task = task_of(from, to);
    task.resets_default = true;
  }

  // What it says of the table goes and comes back; the publication stays, so that nobody loses
  // their place in it.
  void reach_publication(const Object& disturbed, const Object& from, const Object& to) {
    if (disturbed.kind() != Kind::column) {
      rebuild(from, to);
      return;
    }
    const auto entry = published_entry(to, *disturbed.parent());
    if (entry.empty() || entry != published_entry(from, *disturbed.parent())) return;
    task_of(from, to).resets_tables.insert(entry);
  }

  Task& task_of(const Object& from, const Object& to) {
    auto& task = tasks_.all[to.identity()];
    if (!task.from && !task.to) {
      task.from = from;
      task.to = to;
    }
    return task;
  }

  void rebuild(const Object& from, const Object& to) {
    auto& task = task_of(from, to);
    if (task.kind != Task::Kind::alter) return;
    task.kind = Task::Kind::rebuild;
    scene_.rebuilt.insert(to.identity());
    disturbed_.push_back({from.identity(), Reach::everything});
  }

  void refuse(const Object& disturbed, const Object& dependent) {
    const auto path = disturbed.path();
    if (!refused_.insert({disturbed.identity(), dependent.identity()}).second) return;
    tasks_.refusals.push_back(
        {path,
         path + " would have to be made anew, which " + dependent.path() +
             " does not survive: change it by hand, in steps (a new one beside it, move what uses it, drop the old)"});
  }

  Scene& scene_;
  Tasks& tasks_;
  std::map<Object::Index, std::vector<Object::Index>> dependents_;
  std::deque<Disturbance> disturbed_;
  std::set<std::pair<Identity, Identity>> refused_;
};

} // namespace

void spread(Scene& scene, Tasks& tasks) {
  Spreader(scene, tasks).run();
}

} // namespace slipway::diff
