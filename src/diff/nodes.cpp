#include "nodes.hpp"

#include "naming.hpp"
#include "rules/clauses.hpp"
#include "rules/published_tables.hpp"
#include "rules/routine_transforms.hpp"
#include "satellites.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

// Where nothing else decides: what only adds comes first, what must be done in one go is kept
// together, what takes long comes after that, and what loses data last.
enum Rank : int {
  k_new_labels,
  k_new_schemas,
  k_new_types,
  k_new_routines,
  k_new_tables,
  k_new_columns,
  k_take_down,
  k_change,
  k_put_up,
  k_new_parts,
  k_remove,
  k_late,
  k_remove_index,
  k_remove_data,
  k_last,
};

int rank_of_new(const Object& object) {
  switch (object.kind()) {
  case Kind::extension:
  case Kind::schema:
  case Kind::language:
    return k_new_schemas;
  case Kind::collation:
  case Kind::enum_type:
  case Kind::domain:
  case Kind::composite_type:
  case Kind::range_type:
  case Kind::base_type:
  case Kind::sequence:
    return k_new_types;
  case Kind::function:
  case Kind::procedure:
  case Kind::aggregate:
  case Kind::operator_:
    return k_new_routines;
  case Kind::table:
  case Kind::foreign_table:
    return k_new_tables;
  case Kind::column:
    return k_new_columns;
  // These would do something to what is made after them.
  case Kind::event_trigger:
  case Kind::default_privileges:
    return k_last;
  default:
    return is_part(object.kind()) ? k_new_parts : k_put_up;
  }
}

int rank_of_drop(const Object& object) {
  switch (object.kind()) {
  case Kind::index:
    return k_remove_index;
  case Kind::table:
  case Kind::column:
  case Kind::sequence:
  case Kind::schema:
  case Kind::enum_type:
  case Kind::domain:
  case Kind::composite_type:
  case Kind::range_type:
  case Kind::base_type:
  case Kind::extension:
    return k_remove_data;
  case Kind::event_trigger:
    return k_take_down;
  case Kind::default_privileges:
    return k_last;
  default:
    return k_remove;
  }
}

bool has_long_step(const Draft& draft) {
  for (const auto& statement : draft.statements())
    if (!statement.transactional || statement.starts_transaction) return true;
  return false;
}

class NodeMaker {
public:
  explicit NodeMaker(const Scene& scene) : scene_(scene) {}

  std::vector<Node> run(const Tasks& tasks) {
    for (const auto& [identity, task] : tasks.all) {
      if (goes_with_its_holder(identity, task)) continue;
      switch (task.kind) {
      case Task::Kind::create:
        make(task, rank_of_new(*task.to));
        break;
      case Task::Kind::drop:
        remove(*task.from, rank_of_drop(*task.from));
        break;
      case Task::Kind::rebuild:
        remove(*task.from, k_take_down);
        make(task, k_put_up);
        make_parts_again(*task.to);
        break;
      case Task::Kind::alter:
        alter(identity, task);
        break;
      }
    }
    columns_by_position();
    return std::move(nodes_);
  }

private:
  // New columns are in the order in which they are wanted, as far as that can still be had.
  void columns_by_position() {
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < nodes_.size(); ++at)
      if (nodes_[at].verb == Verb::create && nodes_[at].object.kind == Kind::column)
        places.push_back(at);
    std::vector<Node> columns;
    for (const auto at : places) columns.push_back(std::move(nodes_[at]));
    std::stable_sort(columns.begin(), columns.end(), [&](const Node& a, const Node& b) {
      return place_of(a.object) < place_of(b.object);
    });
    for (std::size_t at = 0; at < places.size(); ++at) nodes_[places[at]] = std::move(columns[at]);
  }

  std::tuple<std::string, std::string, int> place_of(const Identity& column) const {
    const auto object = scene_.to.find(column);
    const auto text = object ? object->text(Property::position) : std::string_view();
    int rank = 0;
    std::from_chars(text.data(), text.data() + text.size(), rank);
    return {column.schema, column.name, rank};
  }

  // What is a part of something that is rebuilt is made with that.
  bool goes_with_its_holder(const Identity& identity, const Task& task) const {
    if (!is_part(identity.kind)) return false;
    const auto& object = task.to ? *task.to : *task.from;
    const auto holder = object.parent();
    return holder && scene_.rebuilt.contains(holder->identity());
  }

  void make(const Task& task, int rank) {
    Node node{Verb::create, task.to->identity(), task.draft, rank};
    if (task.kind == Task::Kind::rebuild || node.draft.empty()) {
      node.draft = Draft();
      rule_of(task.to->kind()).create(scene_, *task.to, node.draft);
    }
    const bool first = is_declared_first(task.to->kind());
    if (first) satellites_of_new(*task.to, node.draft);
    Node late{Verb::late, node.object, node.draft.split_off_late(), k_late};
    if (first)
      late.rank = rank == k_new_types ? k_new_routines : rank;
    else
      satellites_of_new(*task.to, node.draft);
    add(std::move(node));
    add(std::move(late));
  }

  // A type whose functions need it already is defined when they are there.
  static bool is_declared_first(Kind kind) {
    return kind == Kind::base_type || kind == Kind::range_type;
  }

  void satellites_of_new(const Object& object, Draft& draft) {
    add_satellites(scene_, object, draft);
    for (const auto& part : object.parts())
      if (part.kind() == Kind::column || part.kind() == Kind::domain_constraint)
        add_satellites(scene_, part, draft);
  }

  void make_parts_again(const Object& object) {
    for (const auto& part : object.parts()) {
      if (part.kind() == Kind::column || part.kind() == Kind::domain_constraint) continue;
      Task task;
      task.kind = Task::Kind::create;
      task.to = part;
      make(task, k_put_up);
    }
  }

  void remove(const Object& object, int rank) {
    Node node{Verb::drop, object.identity(), {}, rank};
    rule_of(object.kind()).drop(scene_, object, node.draft);
    add(std::move(node));
  }

  void alter(const Identity& identity, const Task& task) {
    if (task.resets_default) {
      Node reset{Verb::drop, identity, {}, k_take_down};
      reset.draft.add("drop default", default_of(*task.from) + " DROP DEFAULT");
      add(std::move(reset));
    }
    Node node{Verb::alter, identity, task.draft, k_change};
    if (!node.draft.empty()) refuse_missing_transforms(scene_, *task.to, node.draft);
    if (identity.kind == Kind::default_privileges) node.rank = k_last;
    if (task.from->identity() != identity) node.renamed_from = task.from->identity();
    Node late{Verb::late, identity, node.draft.split_off_late(), k_late};
    if (identity.kind == Kind::operator_family) late.rank = k_change;
    if (identity.kind == Kind::enum_type && has_long_step(node.draft))
      node.rank = k_new_labels;
    else if (has_long_step(node.draft))
      node.rank = k_late;
    change_satellites(scene_, *task.from, *task.to, task.changed, node.draft);
    change_not_null_comment(*task.to, task.changed, late.draft);
    republish(identity, task);
    add(std::move(node));
    add(std::move(late));
    if (task.resets_default && task.to->has(Property::default_value)) {
      Node set{Verb::create, identity, {}, k_put_up};
      set.draft.add("set default", default_of(*task.to) + " SET DEFAULT " +
                                       std::string(task.to->text(Property::default_value)));
      add(std::move(set));
    }
  }

  // A column in the list or condition of a publication does not change its type.
  void republish(const Identity& identity, const Task& task) {
    if (task.resets_tables.empty()) return;
    const auto alter = "ALTER PUBLICATION " + qualified(*task.from);
    Node down{Verb::drop, identity, {}, k_take_down};
    Node up{Verb::create, identity, {}, k_put_up};
    // Never unpublished: what is written meanwhile would be missed.
    down.draft.add("alter publication",
                   alter + " SET " +
                       joined(published_plainly(scene_, *task.from, task.resets_tables)));
    up.draft.add("alter publication",
                 alter + " SET " + joined(published_plainly(scene_, *task.to, {})));
    add(std::move(down));
    add(std::move(up));
  }

  static std::string default_of(const Object& column) {
    return "ALTER TABLE " + qualified(column) + " ALTER COLUMN " + ident(column.part());
  }

  void add(Node node) {
    node.at_last = node.rank == k_last;
    if (!node.draft.empty() || !node.draft.refusals().empty()) nodes_.push_back(std::move(node));
  }

  const Scene& scene_;
  std::vector<Node> nodes_;
};

} // namespace

std::vector<Node> make_nodes(const Scene& scene, const Tasks& tasks) {
  return NodeMaker(scene).run(tasks);
}

} // namespace slipway::diff
