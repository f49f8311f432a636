// What must come before what.
#include "nodes.hpp"

#include "ambiguous_calls.hpp"
#include "asking.hpp"
#include "family_demands.hpp"
#include "naming.hpp"
#include "rules/base_types.hpp"
#include "rules/family.hpp"
#include "rules/identity.hpp"
#include "words.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>
#include <unordered_map>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

// Objects that cannot have the same name at one time.
std::string name_space(const Identity& identity) {
  switch (identity.kind) {
  case Kind::table:
  case Kind::foreign_table:
  case Kind::view:
  case Kind::materialized_view:
  case Kind::sequence:
    return "relation " + qualified(identity);
  case Kind::index:
    return "relation " + qualified(identity.schema, identity.part);
  case Kind::enum_type:
  case Kind::domain:
  case Kind::composite_type:
  case Kind::range_type:
  case Kind::base_type:
    return "relation " + qualified(identity);
  case Kind::function:
  case Kind::procedure:
  case Kind::aggregate:
    return "routine " + qualified(identity) + "(" + identity.part + ")";
  default:
    return identity.path();
  }
}

class Demands {
public:
  Demands(const Scene& scene, const std::vector<Node>& nodes)
      : scene_(scene), nodes_(nodes), asking_(nodes) {
    for (std::size_t at = 0; at < nodes.size(); ++at) {
      for (const auto& other : nodes[at].draft.disturbances())
        if (other.object != nodes[at].object) also_altered_by_.emplace(other.object, at);
    }
  }

  Order run() {
    for (const auto& one : scene_.to.dependencies())
      made_before(scene_.to.at(one.needs), scene_.to.at(one.object));
    for (const auto& one : scene_.from.dependencies())
      gone_before(scene_.from.at(one.object), scene_.from.at(one.needs));
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
      with_parent(at);
      late_columns(at);
      with_owner(at);
      with_attribute(at);
      after_other_keys(at);
      after_default_privileges(at);
    }
    demand_within_families(scene_, nodes_, asking_);
    keep_calls_clear(scene_, nodes_, asking_);
    same_names();
    mentioned_in_bodies();
    return std::move(asking_.order());
  }

private:
  using Where = Asking::Where;
  // Nodes by the names that they make free.
  struct Leaver {
    std::size_t node;
    std::string rename;
  };
  using Leaving = std::multimap<std::string, Leaver>;

  template<class Named>
  Where at(const Named& named, Verb verb) const {
    return asking_.at(named, verb);
  }
  void demand(Where first, Where second) { asking_.demand(first, second); }

  // A type that is declared first and defined late: only its own functions do with a declaration,
  // and only the definition needs them.
  bool is_declared_first(const Object& object) const {
    return at(object.identity(), Verb::create) && at(object.identity(), Verb::late) &&
           (object.kind() == Kind::base_type || object.kind() == Kind::range_type);
  }

  // An operator family: its members that go do so in its alter, those that come are for later.
  static bool lets_go_first(const Object& object) { return object.kind() == Kind::operator_family; }

  bool needs(const schema::Schema& schema, const Object& object, const Object& needed) const {
    const auto& all = schema.dependencies();
    const schema::Dependency wanted{object.index(), needed.index()};
    return std::binary_search(all.begin(), all.end(), wanted);
  }

  void made_before(const Object& needed, const Object& object) {
    const auto own = object.identity();
    if (is_declared_first(object)) {
      demand(at(needed, Verb::create), at(own, Verb::late));
      return;
    }
    if (is_declared_first(needed) && !needs(scene_.to, needed, object)) {
      demand(at(needed.identity(), Verb::late), at(object, Verb::create));
      demand(at(needed.identity(), Verb::late), at(own, Verb::alter));
    }
    if (needed.kind() == Kind::composite_type)
      for (const auto verb : {Verb::create, Verb::alter, Verb::late})
        after_attributes(needed.identity(), object.has(Property::of_type),
                         verb == Verb::create ? at(object, verb) : at(own, verb));
    // What is made anew goes when what it is to need is there, however long that takes.
    const auto down = at(own, Verb::drop);
    const auto up = at(needed.identity(), Verb::create);
    if (down && up && at(own, Verb::create) && !at(needed.identity(), Verb::drop))
      asking_.order().rather_before(*up, *down);
    for (const auto verb : {Verb::create, Verb::alter}) {
      if (verb == Verb::alter && lets_go_first(object)) continue;
      const auto later = verb == Verb::create ? at(object, verb) : at(own, verb);
      demand(at(needed, Verb::create), later);
      demand(at(needed.identity(), Verb::alter), later);
    }
    demand(at(needed, Verb::create), at(own, Verb::late));
    demand(at(needed.identity(), Verb::alter), at(own, Verb::late));
  }

  // A sequence that goes with the column that owns it has no step of its own.
  Where goes_at(const Object& object) const {
    const auto own = at(object, Verb::drop);
    if (own || object.kind() != Kind::sequence || !object.has(Property::owned_by)) return own;
    const auto owner = split_name(object.text(Property::owned_by));
    const auto column = scene_.from.find({Kind::column, owner.schema, owner.name, owner.column});
    return column ? at(*column, Verb::drop) : own;
  }

  // A table of a type takes its columns from what the type has by then; and no attribute changes
  // its type while a column holds it.
  void after_attributes(const Identity& type, bool is_table_of_it, Where made) {
    for (const auto* schema : {&scene_.from, &scene_.to})
      if (const auto found = schema->find(type))
        for (const auto& attribute : found->parts(Kind::column)) {
          demand(at(attribute.identity(), Verb::alter), made);
          if (!is_table_of_it) continue;
          demand(at(attribute.identity(), Verb::drop), made);
          demand(at(attribute.identity(), Verb::create), made);
        }
  }

  void gone_before(const Object& object, const Object& needed) {
    const auto goes = goes_at(needed);
    demand(at(object, Verb::drop), goes);
    demand(at(object.identity(), Verb::alter), goes);
    if (!lets_go_first(object)) demand(at(object.identity(), Verb::late), goes);
    // What a schema is given changes nothing for what is in it, nor a sequence's options for whose
    // default it is in.
    if (needed.kind() != Kind::schema && needed.kind() != Kind::sequence)
      demand(at(object, Verb::drop), at(needed.identity(), Verb::alter));
    // What is made anew is not to find what goes again.
    if (at(object.identity(), Verb::drop)) demand(goes, at(object.identity(), Verb::create));
    const auto [first, last] = also_altered_by_.equal_range(needed.identity());
    for (auto one = first; one != last; ++one) demand(at(object, Verb::drop), one->second);
    if (needed.kind() != Kind::schema && at(object.identity(), Verb::alter) &&
        at(needed.identity(), Verb::alter) && !still_needs(object, needed))
      demand(at(object.identity(), Verb::alter), at(needed.identity(), Verb::alter));
  }

  // What lets go of something does so before that changes.
  bool still_needs(const Object& object, const Object& needed) const {
    const auto later = scene_.to.find(object.identity());
    const auto later_needed = scene_.to.find(needed.identity());
    return later && later_needed && needs(scene_.to, *later, *later_needed);
  }

  void with_parent(std::size_t node) {
    const auto& identity = nodes_[node].object;
    demand(at(identity, Verb::drop), at(identity, Verb::create));
    demand(at(identity, Verb::drop), at(identity, Verb::alter));
    demand(at(identity, Verb::alter), at(identity, Verb::create));
    demand(at(identity, Verb::alter), at(identity, Verb::late));
    demand(at(identity, Verb::create), at(identity, Verb::late));
    if (!is_part(identity.kind)) {
      // A schema is there before its objects, and they are gone before it.
      if (identity.schema.empty()) return;
      const Identity holder{Kind::schema, {}, identity.schema, {}};
      const auto verb = nodes_[node].verb;
      if (verb == Verb::create || verb == Verb::alter) demand(at(holder, Verb::create), node);
      if (verb == Verb::drop) demand(node, at(holder, Verb::drop));
      return;
    }
    const auto& schema = nodes_[node].verb == Verb::drop ? scene_.from : scene_.to;
    const auto object = schema.find(identity);
    const auto holder = object ? object->parent() : std::nullopt;
    if (!holder) return;
    const auto parent = holder->identity();
    if (holder->kind() == Kind::composite_type) in_order_of_attributes(node, *object, *holder);
    if (nodes_[node].verb == Verb::drop) {
      demand(node, at(parent, Verb::drop));
      // What was a part of a partition can go when it is one no longer.
      if (identity.kind == Kind::index || identity.kind == Kind::constraint)
        demand(at(parent, Verb::alter), node);
      return;
    }
    demand(at(parent, Verb::create), node);
    demand(at(parent, Verb::alter), node);
  }

  // Attributes come one after the other, each as the last one.
  void in_order_of_attributes(std::size_t node, const Object& attribute, const Object& type) {
    if (nodes_[node].verb != Verb::create) return;
    const auto place_of = [](const Object& one) {
      return std::atoi(std::string(one.text(Property::ordinal)).c_str());
    };
    for (const auto& other : type.parts(Kind::column))
      if (place_of(other) < place_of(attribute)) demand(at(other.identity(), Verb::create), node);
  }

  // The column that a sequence belongs to.
  static std::optional<Object> owner_of(const schema::Schema& schema, const Object& sequence) {
    if (sequence.kind() != Kind::sequence || !sequence.has(Property::owned_by)) return std::nullopt;
    const auto name = split_name(sequence.text(Property::owned_by));
    return schema.find({Kind::column, name.schema, name.name, name.column});
  }

  // A sequence is owned by a column once that is there, and owned no longer before it goes.
  void with_owner(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::sequence) return;
    const auto owner_in = [&](const schema::Schema& schema) -> std::optional<Object> {
      const auto sequence = schema.find(identity);
      return sequence ? owner_of(schema, *sequence) : std::nullopt;
    };
    if (nodes_[node].verb == Verb::late) {
      if (const auto owner = owner_in(scene_.to)) {
        demand(at(*owner, Verb::create), node);
        demand(at(owner->identity(), Verb::alter), node);
      }
    }
    if (nodes_[node].verb == Verb::alter) {
      if (const auto owner = owner_in(scene_.from)) demand(node, at(*owner, Verb::drop));
      // A table that changes hands takes its sequences along, and has those only of its owner.
      if (const auto lasting = owner_in(scene_.to))
        if (const auto table = at(lasting->parent()->identity(), Verb::alter))
          asking_.order().rather_before(*table, node);
    }
  }

  // What is done to an attribute reaches the tables of the type.
  void with_attribute(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::column) return;
    // A table that is of the type no longer is not reached by it.
    if (scene_.from.find({Kind::composite_type, identity.schema, identity.name, {}}))
      for (const auto& one : scene_.from.objects(Kind::table))
        if (const auto later = scene_.to.find(one.identity());
            later && one.text(Property::of_type) == qualified(identity) &&
            later->get(Property::of_type) != one.get(Property::of_type))
          demand(at(one.identity(), Verb::alter), node);
    const auto table = scene_.to.find({Kind::table, identity.schema, identity.name, {}});
    if (!table || !table->has(Property::of_type)) return;
    const auto type = split_name(table->text(Property::of_type));
    for (const auto verb : {Verb::create, Verb::alter})
      demand(at(Identity{Kind::column, type.schema, type.name, identity.part}, verb), node);
  }

  // A new foreign key takes hold of any unique index over what it points at, also of one that is to
  // go or to be made anew; it had better come when only those that stay are there.
  void after_other_keys(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::constraint || nodes_[node].verb != Verb::create) return;
    const auto object = scene_.to.find(identity);
    if (!object || !object->has(Property::referenced_table)) return;
    const auto name = split_name(object->text(Property::referenced_table));
    for (const auto* schema : {&scene_.from, &scene_.to}) {
      const auto table = schema->relation(name.schema, name.name);
      if (!table) continue;
      for (const auto& part : table->parts()) {
        if (!part.has(Property::unique) && !has_index(part)) continue;
        demand(at(part.identity(), Verb::drop), node);
        if (part.kind() != Kind::index) continue;
        demand(at(part.identity(), Verb::alter), node);
        demand(at(part.identity(), Verb::late), node);
      }
    }
  }

  // What an extension brings is granted to whom nobody says, so that default privileges that go are
  // to be gone. Whoever makes anything else knows of them.
  void after_default_privileges(std::size_t node) {
    if (nodes_[node].object.kind != Kind::extension || nodes_[node].verb != Verb::create) return;
    for (std::size_t other = 0; other < nodes_.size(); ++other)
      if (nodes_[other].object.kind == Kind::default_privileges && nodes_[other].verb == Verb::drop)
        demand(other, node);
  }

  // A key wants its columns to be NOT NULL, which they become late.
  void late_columns(std::size_t node) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::constraint || nodes_[node].verb == Verb::drop) return;
    const auto object = scene_.to.find(identity);
    if (!object) return;
    for (const auto& column : object->list(Property::columns))
      demand(at(Identity{Kind::column, identity.schema, identity.name, column}, Verb::late), node);
  }

  const schema::Schema& schema_of(std::size_t node) const {
    return nodes_[node].verb == Verb::drop ? scene_.from : scene_.to;
  }

  // Keys and exclusion constraints have an index of their name.
  static bool has_index(const Object& constraint) {
    const auto type = constraint.text(Property::constraint_type);
    return type == "primary key" || type == "unique" || type == "exclude";
  }

  struct Name {
    std::string text;
    std::string rename; ///< how what has it takes another; empty: it cannot
  };

  // Nothing else can have it before the rename.
  Name name_before(const Identity& identity) const {
    const auto object = scene_.from.find(identity);
    return object && object->kind() == Kind::constraint && has_index(*object)
               ? index_name(*object, false)
               : own_name(identity);
  }
  static Name own_name(const Identity& identity) { return {name_space(identity), {}}; }
  static Name index_name(const Object& part, bool can_rename) {
    const auto name = qualified(part.schema(), part.part());
    return {"relation " + name, can_rename ? rename_aside("INDEX ", name, part.part()) : ""};
  }
  static Name sequence_name(const std::string& name) {
    return {"relation " + name, rename_aside("SEQUENCE ", name, split_name(name).name)};
  }
  static std::string rename_aside(const std::string& word, const std::string& name,
                                  std::string_view last) {
    return "ALTER " + word + name + " RENAME TO " + ident(temporary_name(last));
  }

  // The names that are taken, or become free, by a step: its object's own, and those of indexes
  // that come or go with their table.
  std::vector<Name> names_of(std::size_t node) const {
    const auto& identity = nodes_[node].object;
    std::vector<Name> names{own_name(identity)};
    const auto object = schema_of(node).find(identity);
    if (!object) return names;
    if (nodes_[node].verb == Verb::drop) names_of_functions(*object, names);
    // There is one default operator class for a type, whatever it is called.
    if (identity.kind == Kind::operator_class && object->has(Property::is_default))
      names.push_back(
          {"default for " + std::string(object->text(Property::type)) + " using " + identity.part,
           {}});
    if (identity.kind == Kind::constraint && has_index(*object))
      names.push_back(index_name(*object, false));
    // The constraint behind such a trigger keeps its name when that one is renamed.
    if (object->text(Property::definition).starts_with("CREATE CONSTRAINT TRIGGER"))
      names.push_back({"constraint trigger of " + qualified(identity), {}});
    // There is one primary key for a table.
    if (object->text(Property::constraint_type) == "primary key")
      names.push_back({"primary key of " + qualified(identity), {}});
    const auto sequence = [&](const Object& column) {
      if (column.has(Property::identity)) names.push_back(sequence_name(identity_sequence(column)));
    };
    if (identity.kind == Kind::column) sequence(*object);
    if (!is_relation(identity.kind)) return names;
    for (const auto& part : object->parts()) {
      const bool named =
          part.kind() == Kind::index || (part.kind() == Kind::constraint && has_index(part));
      if (named && !at(part.identity(), nodes_[node].verb)) names.push_back(index_name(part, true));
      if (part.kind() == Kind::column && !at(part.identity(), nodes_[node].verb)) sequence(part);
    }
    return names;
  }

  // The functions that a base type or range type cannot be without go with it.
  void names_of_functions(const Object& type, std::vector<Name>& names) const {
    if (type.kind() != Kind::base_type && type.kind() != Kind::range_type) return;
    for (const auto& one : scene_.from.dependencies()) {
      if (one.object != type.index()) continue;
      const auto function = scene_.from.at(one.needs);
      if (function.kind() == Kind::function && goes_with_its_type(scene_, function))
        names.push_back(own_name(function.identity()));
    }
  }

  void same_names() {
    Leaving leaving;
    const auto leaves = [&](const Name& name, std::size_t node) {
      leaving.emplace(name.text, Leaver{node, name.rename});
    };
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (nodes_[node].verb == Verb::drop)
        for (const auto& name : names_of(node)) leaves(name, node);
      if (const auto sequence = sequence_that_goes(node); !sequence.empty())
        leaves(sequence_name(sequence), node);
      if (const auto& before = nodes_[node].renamed_from) leaves(name_before(*before), node);
    }
    for (const auto& sequence : scene_.from.objects(Kind::sequence))
      if (const auto goes = goes_at(sequence); goes && nodes_[*goes].object != sequence.identity())
        leaves(sequence_name(qualified(sequence)), *goes);
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (nodes_[node].verb == Verb::alter) after_other_sequences(node, leaving);
      if (!takes_names(node)) continue;
      for (const auto& name : names_of(node)) {
        const auto [first, last] = leaving.equal_range(name.text);
        for (auto one = first; one != last; ++one) comes_free(one->second, node);
      }
    }
  }

  // Of a column that is no identity any longer, unless what follows it sees to that.
  std::string sequence_that_goes(std::size_t node) const {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::column || nodes_[node].verb != Verb::alter) return {};
    const auto from = scene_.from.find(identity);
    const auto to = scene_.to.find(identity);
    if (!from || !to || !from->has(Property::identity) || to->has(Property::identity)) return {};
    auto name = identity_sequence(*from);
    const auto parts = split_name(name);
    const auto next = scene_.to.find({Kind::sequence, parts.schema, parts.name, {}});
    return next && identity_in_the_way(scene_, *next) ? std::string() : name;
  }

  // What gets another name takes that like something new.
  bool takes_names(std::size_t node) const {
    return nodes_[node].verb == Verb::create ||
           (nodes_[node].verb == Verb::alter && !scene_.from.find(nodes_[node].object));
  }

  void comes_free(const Leaver& leaver, std::size_t node) {
    if (leaver.node == node) return;
    if (leaver.rename.empty())
      asking_.order().before(leaver.node, node);
    else
      asking_.order().free_name(leaver.node, node, leaver.rename);
  }

  // A column that becomes an identity has a new sequence. The one that it had stands aside.
  void after_other_sequences(std::size_t node, const Leaving& leaving) {
    const auto& identity = nodes_[node].object;
    if (identity.kind != Kind::column) return;
    const auto from = scene_.from.find(identity);
    const auto to = scene_.to.find(identity);
    if (!from || !to || from->has(Property::identity) || !to->has(Property::identity)) return;
    const auto [first, last] = leaving.equal_range("relation " + identity_sequence(*to));
    for (auto one = first; one != last; ++one) {
      const auto sequence = scene_.from.find(nodes_[one->second.node].object);
      if (!sequence || stands_aside_for_identity(scene_, *sequence).empty())
        comes_free(one->second, node);
    }
  }

  // The catalog knows nothing of what the text of a routine's body uses.
  void mentioned_in_bodies() {
    std::unordered_multimap<std::string, std::size_t> made;
    std::vector<std::size_t> columns;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (nodes_[node].verb == Verb::drop) continue;
      if (!is_part(nodes_[node].object.kind)) made.emplace(nodes_[node].object.name, node);
      if (nodes_[node].object.kind == Kind::column) columns.push_back(node);
    }
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      const auto kind = nodes_[node].object.kind;
      if (nodes_[node].verb == Verb::drop || (kind != Kind::function && kind != Kind::procedure))
        continue;
      const auto object = scene_.to.find(nodes_[node].object);
      if (!object) continue;
      const auto words = words_of(object->text(Property::body));
      for (const auto& word : words) {
        const auto [first, last] = made.equal_range(word);
        for (auto one = first; one != last; ++one) asking_.order().rather_before(one->second, node);
      }
      for (const auto column : columns)
        if (words.contains(nodes_[column].object.name) &&
            words.contains(nodes_[column].object.part))
          asking_.order().rather_before(column, node);
    }
  }

  const Scene& scene_;
  const std::vector<Node>& nodes_;
  Asking asking_;
  // What a node changes besides the object that it is for.
  std::multimap<Identity, std::size_t> also_altered_by_;
};

} // namespace

Order order_of(const Scene& scene, const std::vector<Node>& nodes) {
  return Demands(scene, nodes).run();
}

} // namespace slipway::diff
