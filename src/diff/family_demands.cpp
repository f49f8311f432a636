#include "family_demands.hpp"

#include "naming.hpp"
#include "rules/family.hpp"
#include "rules/partition_bounds.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

class FamilyDemands {
public:
  FamilyDemands(const Scene& scene, const std::vector<Node>& nodes, Asking& asking)
      : scene_(scene), nodes_(nodes), asking_(asking) {}

  void run() {
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
      with_table_above(at);
      after_all_parts(at);
      without_leaving_partitions(at);
      without_leaving_children(at);
      rules_stay_with_leaving_children(at);
      after_columns_above(at);
      over_partitions(at);
      primary_key_first(at);
      after_bounds_are_free(at);
      with_referenced_tables(at);
    }
  }

private:
  using Where = Asking::Where;
  Where at(const Identity& identity, Verb verb) const { return asking_.at(identity, verb); }
  void demand(Where first, Where second) { asking_.demand(first, second); }

  std::vector<Identity> tables_above(const schema::Schema& schema, const Identity& table) const {
    std::vector<Identity> above;
    const auto object = schema.find({Kind::table, table.schema, table.name, {}});
    if (!object) return above;
    auto parents = object->list(Property::inherits);
    if (object->has(Property::partition_of))
      parents.emplace_back(object->text(Property::partition_of));
    for (const auto& parent : parents) {
      const auto name = split_name(parent);
      above.push_back({Kind::table, name.schema, name.name, {}});
    }
    return above;
  }

  // What is done to a column or rule of a table reaches the tables below it.
  void with_table_above(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::column && identity.kind != Kind::constraint) return;
    const auto verb = nodes_[node].verb;
    for (const auto& above : tables_above(verb == Verb::drop ? scene_.from : scene_.to, identity))
      demand(at(Identity{identity.kind, above.schema, above.name, identity.part}, verb), node);
    // What a table is to have as its own is that when the one above has let go of it.
    if (verb == Verb::alter && identity.kind == Kind::column)
      for (const auto& above : tables_above(scene_.from, identity))
        demand(at(Identity{Kind::column, above.schema, above.name, identity.part}, Verb::drop),
               node);
  }

  // A table becomes a partition, and is said to be clustered on an index, when all parts are there.
  void after_all_parts(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::table || nodes_[node].verb != Verb::late) return;
    auto tables = tables_above(scene_.to, identity);
    tables.push_back(identity);
    if (const auto own = scene_.to.find(identity); own && gets_new_bound(scene_, *own))
      for (const auto& one : given_bounds_with(scene_, *own))
        if (one != *own) tables.push_back(one.identity());
    for (const auto& table : tables) {
      const auto object = scene_.to.find(table);
      if (!object) continue;
      for (const auto& part : object->parts()) {
        if (is_made_over_partitions(part)) continue;
        for (const auto verb : {Verb::drop, Verb::create, Verb::alter})
          demand(at(part.identity(), verb), node);
      }
      // A column that goes is gone from both, or from the one that is above, and an index is in
      // nobody's way.
      if (const auto before = scene_.from.find(table))
        for (const auto kind : {Kind::column, Kind::constraint, Kind::index})
          for (const auto& part : before->parts(kind))
            demand(at(part.identity(), Verb::drop), node);
      // While a column becomes NOT NULL, there is a rule that a new partition would need, too.
      for (const auto& part : object->parts())
        if (table == identity || part.kind() == Kind::column)
          demand(at(part.identity(), Verb::late), node);
    }
  }

  // What a partition is to have, another may have until it goes, or gets another bound.
  void after_bounds_are_free(std::size_t node) {
    const auto& identity = nodes_[node].object;
    const auto table = nodes_[node].verb == Verb::late ? scene_.to.find(identity) : std::nullopt;
    if (!table || !table->has(Property::partition_of)) return;
    const bool again = gets_new_bound(scene_, *table);
    const auto taking = again ? given_bounds_with(scene_, *table) : std::vector<Object>{*table};
    const auto above = relation_of(scene_.from, table->text(Property::partition_of));
    if (!above) return;
    for (const auto& other : children_of(scene_.from, *above)) {
      const bool stays = gets_new_bound(scene_, other);
      if (again && stays) continue;
      const bool in_the_way = std::any_of(taking.begin(), taking.end(), [&](const Object& one) {
        return one.identity() != other.identity() &&
               may_overlap(other.text(Property::partition_bound),
                           one.text(Property::partition_bound));
      });
      if (!in_the_way) continue;
      if (stays)
        demand(at(given_bounds_with(scene_, other).front().identity(), Verb::late), node);
      else if (const auto later = scene_.to.find(other.identity());
               !later || later->get(Property::partition_of) != other.get(Property::partition_of))
        for (const auto verb : {Verb::drop, Verb::alter}) demand(at(other.identity(), verb), node);
    }
  }

  // Whether a table that stays is a child of this one no longer.
  bool leaves(const Object& child, const Object& table) const {
    const auto later = scene_.to.relation(child.schema(), child.name());
    if (!later) return false;
    const auto parents = parents_of(*later);
    return std::find(parents.begin(), parents.end(), qualified(table)) == parents.end();
  }

  // A table below that goes is not in the way of what is done to a column.
  void without_leaving_children(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::column) return;
    const auto table = scene_.from.relation(identity.schema, identity.name);
    if (!table) return;
    // One that is half detached has to match its parent when that goes on.
    for (const auto& below : children_of(scene_.from, *table))
      if (below.has(Property::detach_pending))
        for (const auto verb : {Verb::drop, Verb::alter}) demand(at(below.identity(), verb), node);
    for (const auto& below : children_of(scene_.from, *table))
      if (leaves(below, *table)) demand(at(below.identity(), Verb::alter), node);
    if (nodes_[node].verb == Verb::drop) return;
    for (const auto& below : all_below(scene_.from, *table))
      if (below.part(Kind::column, identity.part)) demand(at(below.identity(), Verb::drop), node);
  }

  // What a table lets go of goes from all that are still below it; one that has left by then has
  // its own.
  void rules_stay_with_leaving_children(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (nodes_[node].verb != Verb::drop ||
        (identity.kind != Kind::constraint && identity.kind != Kind::index))
      return;
    const auto table = scene_.from.relation(identity.schema, identity.name);
    if (!table) return;
    for (const auto& below : children_of(scene_.from, *table))
      if (leaves(below, *table)) demand(at(below.identity(), Verb::alter), node);
  }

  // A new table below would meet its own columns in the one above, which are others as yet.
  void after_columns_above(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::table || nodes_[node].verb != Verb::create) return;
    for (const auto& above : tables_above(scene_.to, identity))
      if (const auto table = scene_.from.find(above))
        for (const auto& column : table->parts(Kind::column))
          for (const auto verb : {Verb::drop, Verb::alter})
            demand(at(column.identity(), verb), node);
  }

  // The part of an index that is made over the partitions, too.
  bool is_made_over_partitions(const Object& index) const {
    if (lacks_parts(scene_, index)) return true;
    const auto table = index.parent();
    if (!index.has(Property::parent) || !table || !table->has(Property::partition_of)) return false;
    const auto parent = relation_of(scene_.to, table->text(Property::partition_of));
    const auto above = parent ? parent->part(Kind::index, index.text(Property::parent)) : parent;
    return above && is_made_over_partitions(*above);
  }

  // The server gives each index of the table above the first one of the partition that is like it,
  // and the primary key of a new table is its first.
  void primary_key_first(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::constraint || nodes_[node].verb != Verb::create) return;
    const auto key = scene_.to.find(identity);
    if (!key || !key->has(Property::parent) ||
        key->text(Property::constraint_type) != "primary key")
      return;
    for (const auto& other : key->parent()->parts(Kind::constraint))
      if (const auto made = at(other.identity(), Verb::create);
          made && *made != node && other.has(Property::parent) &&
          other.get(Property::columns) == key->get(Property::columns))
        demand(node, made);
  }

  void over_partitions(std::size_t node) {
    if (nodes_[node].verb != Verb::create || nodes_[node].object.kind != Kind::index) return;
    const auto index = scene_.to.find(nodes_[node].object);
    if (!index || !lacks_parts(scene_, *index)) return;
    for (const auto& partition : children_of(scene_.to, *index->parent()))
      for (const auto verb : {Verb::create, Verb::alter, Verb::late})
        demand(at(partition.identity(), verb), node);
  }

  // The index of a partitioned table is valid when each partition has its part of it; one that goes
  // will not get any.
  void without_leaving_partitions(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (nodes_[node].verb != Verb::create ||
        (identity.kind != Kind::constraint && identity.kind != Kind::index))
      return;
    const auto table = scene_.from.find({Kind::table, identity.schema, identity.name, {}});
    if (!table || !table->has(Property::partition_by)) return;
    for (const auto& partition : children_of(scene_.from, *table)) {
      const auto later = scene_.to.find(partition.identity());
      if (later && later->get(Property::partition_of) == partition.get(Property::partition_of))
        continue;
      demand(at(partition.identity(), Verb::drop), node);
      demand(at(partition.identity(), Verb::alter), node);
    }
  }

  // A logged table references no unlogged one.
  void with_referenced_tables(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::table || nodes_[node].verb != Verb::alter) return;
    const auto before = scene_.from.find(identity);
    const auto after = scene_.to.find(identity);
    if (!before || !after ||
        before->get(Property::persistence) == after->get(Property::persistence))
      return;
    const bool is_logged = !after->has(Property::persistence);
    for (const auto& table : scene_.from.objects(Kind::table))
      for (const auto& key : table.parts(Kind::constraint)) {
        const auto referenced = relation_of(scene_.from, key.text(Property::referenced_table));
        if (!referenced || *referenced == table) continue;
        if (is_logged ? table != *before : *referenced != *before) continue;
        demand(asking_.at(key, Verb::drop), node);
        demand(at((is_logged ? *referenced : table).identity(), Verb::alter), node);
      }
  }

  const Scene& scene_;
  const std::vector<Node>& nodes_;
  Asking& asking_;
};

} // namespace

void demand_within_families(const Scene& scene, const std::vector<Node>& nodes, Asking& asking) {
  FamilyDemands(scene, nodes, asking).run();
}

} // namespace slipway::diff
