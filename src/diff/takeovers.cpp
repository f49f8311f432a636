#include "takeovers.hpp"

#include "naming.hpp"
#include "rules/index_marks.hpp"
#include "rules/row_counts.hpp"
#include "rules/table_sql.hpp"
#include "satellites.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

bool same_but_for_satellites(const Object& one, const Object& other) {
  const auto values_of = [](const Object& object) {
    std::vector<std::pair<Property, std::string_view>> values;
    for (const auto& value : object.values())
      if (!is_satellite(value.property) && is_compared(value.property))
        values.emplace_back(value.property, value.text);
    return values;
  };
  return values_of(one) == values_of(other);
}

std::string rename_of(const Object& from, const Object& to) {
  if (from.kind() == Kind::index)
    return "ALTER INDEX " + qualified(from.schema(), from.part()) + " RENAME TO " +
           ident(to.part());
  return "ALTER TABLE " + qualified(from) + " RENAME CONSTRAINT " + ident(from.part()) + " TO " +
         ident(to.part());
}

std::vector<schema::PropertyDifference> satellites_of(const Object& from, const Object& to) {
  std::vector<schema::PropertyDifference> changed;
  for (const auto property :
       {Property::comment, Property::index_comment, Property::depends_on_extensions}) {
    const auto before = from.get(property);
    const auto after = to.get(property);
    if (before != after)
      changed.push_back({property, before ? std::optional<std::string>(*before) : std::nullopt,
                         after ? std::optional<std::string>(*after) : std::nullopt});
  }
  return changed;
}

std::vector<schema::PropertyDifference> changes_between(const Object& from, const Object& to) {
  std::vector<schema::PropertyDifference> changed;
  for (const auto property : schema::all_properties()) {
    const auto before = from.get(property);
    const auto after = to.get(property);
    if (before != after && is_compared(property))
      changed.push_back({property, before ? std::optional<std::string>(*before) : std::nullopt,
                         after ? std::optional<std::string>(*after) : std::nullopt});
  }
  return changed;
}

bool is_needed(const Scene& scene, const Object& object) {
  const auto& all = scene.from.dependencies();
  return std::any_of(all.begin(), all.end(),
                     [&](const schema::Dependency& one) { return one.needs == object.index(); });
}

bool stays(const Scene& scene, const Object& part) {
  return scene.from.relation(part.schema(), part.name()) &&
         scene.to.relation(part.schema(), part.name());
}

// Renames that only parts of a table that stays can have.
void rename_parts(const Scene& scene, Tasks& tasks, Kind kind) {
  std::vector<Identity> gone;
  std::vector<Identity> made;
  for (const auto& [identity, task] : tasks.all) {
    if (identity.kind != kind) continue;
    if (task.kind == Task::Kind::drop && stays(scene, *task.from)) gone.push_back(identity);
    if (task.kind == Task::Kind::create && stays(scene, *task.to)) made.push_back(identity);
  }
  for (const auto& to : made) {
    const auto from = std::find_if(gone.begin(), gone.end(), [&](const Identity& one) {
      return one.schema == to.schema && one.name == to.name &&
             same_but_for_satellites(*tasks.all[one].from, *tasks.all[to].to);
    });
    if (from == gone.end()) continue;
    const auto before = *tasks.all[*from].from;
    auto& task = tasks.all[to];
    task.kind = Task::Kind::alter;
    task.from = before;
    task.changed = satellites_of(before, *task.to);
    task.draft.add(kind == Kind::index ? "rename index" : "rename constraint",
                   rename_of(before, *task.to));
    tasks.taken_over.insert(*from);
    tasks.all.erase(*from);
    gone.erase(from);
  }
}

bool can_become(const Object& index, const Object& constraint) {
  const auto type = constraint.text(Property::constraint_type);
  if (type != "unique" && type != "primary key") return false;
  std::vector<std::string> keys;
  for (const auto& column : constraint.list(Property::columns)) keys.push_back(ident(column));
  return index.has(Property::unique) && !index.has(Property::predicate) &&
         !index.has(Property::invalid) && index.text(Property::method) == "btree" &&
         index.list(Property::columns) == keys &&
         index.get(Property::include) == constraint.get(Property::include) &&
         index.get(Property::options) == constraint.get(Property::options) &&
         index.get(Property::tablespace) == constraint.get(Property::tablespace) &&
         index.has(Property::nulls_not_distinct) == constraint.has(Property::nulls_not_distinct);
}

std::string using_index(const Object& index, const Object& constraint) {
  std::string sql =
      "ALTER TABLE " + qualified(constraint) + " ADD CONSTRAINT " + ident(constraint.part()) +
      (constraint.text(Property::constraint_type) == "unique" ? " UNIQUE" : " PRIMARY KEY") +
      " USING INDEX " + ident(index.part());
  if (constraint.has(Property::deferrable)) sql += " DEFERRABLE";
  if (constraint.has(Property::initially_deferred)) sql += " INITIALLY DEFERRED";
  return sql;
}

void promote_indexes(const Scene& scene, Tasks& tasks) {
  std::vector<Identity> gone;
  for (const auto& [identity, task] : tasks.all)
    if (identity.kind == Kind::index && task.kind == Task::Kind::drop && stays(scene, *task.from))
      gone.push_back(identity);
  for (auto& [identity, task] : tasks.all) {
    if (identity.kind != Kind::constraint || task.kind != Task::Kind::create ||
        !stays(scene, *task.to))
      continue;
    const auto found = std::find_if(gone.begin(), gone.end(), [&](const Identity& one) {
      return one.schema == identity.schema && one.name == identity.name &&
             can_become(*tasks.all.at(one).from, *task.to);
    });
    if (found == gone.end()) continue;
    task.draft.add("add constraint", using_index(*tasks.all.at(*found).from, *task.to));
    tasks.taken_over.insert(*found);
    gone.erase(found);
  }
  for (const auto& one : tasks.taken_over)
    if (one.kind == Kind::index) tasks.all.erase(one);
}

// A key becomes an index of its name: that is there under another name before the key goes.
void demote_keys(const Scene& scene, Tasks& tasks) {
  std::vector<Identity> indexes;
  for (const auto& [identity, task] : tasks.all)
    if (identity.kind == Kind::index && task.kind == Task::Kind::create && stays(scene, *task.to) &&
        task.to->has(Property::unique) && !task.to->has(Property::parent) &&
        scene.in_use(*task.to) && !task.to->parent()->has(Property::partition_by))
      indexes.push_back(identity);
  for (const auto& identity : indexes) {
    const auto key =
        tasks.all.find({Kind::constraint, identity.schema, identity.name, identity.part});
    if (key == tasks.all.end() || key->second.kind != Task::Kind::drop ||
        is_needed(scene, *key->second.from))
      continue;
    auto& task = tasks.all[identity];
    const auto temporary = temporary_name(identity.part);
    task.draft.add("create index", create_index(*task.to, temporary, true, false)).alone();
    task.draft.finding(FindingKind::data_dependent, "rows with equal values stop it",
                       count_of_duplicates(*task.to));
    task.draft.add("drop constraint", "ALTER TABLE " + qualified(*task.to) + " DROP CONSTRAINT " +
                                          ident(identity.part));
    task.draft
        .add("rename index", "ALTER INDEX " + qualified(identity.schema, temporary) +
                                 " RENAME TO " + ident(identity.part))
        .with_previous();
    mark_again(scene, *task.to, task.draft);
    tasks.taken_over.insert(key->first);
    tasks.all.erase(key);
  }
}

// A column becomes an identity, or is one no longer: then its serial's sequence and the identity's
// hand over to each other, and another sequence that it owns has no part in that.
bool changes_places_with_identity(const Scene& scene, const Object& sequence) {
  const auto owner = split_name(sequence.text(Property::owned_by));
  const auto is_identity = [&](const schema::Schema& schema) {
    const auto column = schema.find({Kind::column, owner.schema, owner.name, owner.column});
    return column && column->has(Property::identity);
  };
  return is_identity(scene.from) != is_identity(scene.to);
}

// The sequence of a column that got another name, as it does with the table's.
void rename_sequences(const Scene& scene, Tasks& tasks) {
  std::vector<Identity> gone;
  std::vector<Identity> made;
  for (const auto& [identity, task] : tasks.all) {
    if (identity.kind != Kind::sequence) continue;
    const auto& sequence = task.kind == Task::Kind::drop ? task.from : task.to;
    if (!sequence->has(Property::owned_by) || changes_places_with_identity(scene, *sequence))
      continue;
    if (task.kind == Task::Kind::drop) gone.push_back(identity);
    if (task.kind == Task::Kind::create) made.push_back(identity);
  }
  for (const auto& to : made) {
    const auto owner = tasks.all[to].to->text(Property::owned_by);
    const auto from = std::find_if(gone.begin(), gone.end(), [&](const Identity& one) {
      return one.schema == to.schema && tasks.all[one].from->text(Property::owned_by) == owner;
    });
    if (from == gone.end()) continue;
    const auto before = *tasks.all[*from].from;
    auto& task = tasks.all[to];
    task.kind = Task::Kind::alter;
    task.from = before;
    task.changed = changes_between(before, *task.to);
    task.draft.add("rename sequence",
                   "ALTER SEQUENCE " + qualified(before) + " RENAME TO " + ident(to.name));
    tasks.taken_over.insert(*from);
    tasks.all.erase(*from);
    gone.erase(from);
  }
}

} // namespace

void take_over(const Scene& scene, Tasks& tasks) {
  rename_parts(scene, tasks, Kind::constraint);
  rename_parts(scene, tasks, Kind::index);
  promote_indexes(scene, tasks);
  demote_keys(scene, tasks);
  rename_sequences(scene, tasks);
}

} // namespace slipway::diff
