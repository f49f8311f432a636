// Constraints of tables. On a table in use each is checked without keeping others waiting, and one
// that changes is there under another name before the old one goes.
#include "rules.hpp"

#include "family.hpp"
#include "index_marks.hpp"
#include "naming.hpp"
#include "row_counts.hpp"
#include "satellites.hpp"
#include "table_sql.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string_view type_of(const Object& constraint) {
  return constraint.text(Property::constraint_type);
}

bool is_key(const Object& constraint) {
  return type_of(constraint) == "primary key" || type_of(constraint) == "unique";
}

bool can_be_unchecked(const Object& constraint) {
  return type_of(constraint) == "foreign key" || type_of(constraint) == "check";
}

// Comes and goes with the parent table's, to which the table belongs before and after.
bool comes_with_parent(const Scene& scene, const Object& constraint) {
  const auto table = constraint.parent();
  if (!table) return false;
  if (!existed(scene, constraint) && table->has(Property::inherits))
    return constraint.has(Property::inherited);
  if (lasting_parents(scene, *table).empty()) return false;
  if (type_of(constraint) == "foreign key") return constraint.has(Property::parent);
  if (is_key(constraint) || type_of(constraint) == "exclude") return false;
  return constraint.has(Property::inherited);
}

bool is_partitioned(const Object& constraint) {
  const auto table = constraint.parent();
  return table && table->has(Property::partition_by);
}

// NOT VALID foreign keys of partitioned tables are for 18 and later.
bool is_checked_later(const Scene& scene, const Object& constraint) {
  if (!can_be_unchecked(constraint) || !scene.in_use(constraint) ||
      constraint.has(Property::not_valid) || constraint.has(Property::not_enforced))
    return false;
  return type_of(constraint) == "check" || !is_partitioned(constraint) ||
         scene.to.origin().server_version >= 180000;
}

void warn(const Scene& scene, const Object& constraint, Draft& draft) {
  if (!existed(scene, constraint) || constraint.has(Property::not_valid) ||
      constraint.has(Property::not_enforced))
    return;
  draft.finding(FindingKind::data_dependent, "rows that it refuses stop it",
                count_of_refused(constraint));
}

std::string add_as(const Object& constraint, std::string_view name, Validity validity) {
  return alter_table(constraint) + "ADD CONSTRAINT " + ident(name) + " " +
         constraint_definition(constraint, validity);
}

void validate(const Object& constraint, std::string_view name, Draft& draft) {
  draft.add("validate constraint", alter_table(constraint) + "VALIDATE CONSTRAINT " + ident(name))
      .after_commit();
}

std::string attach(const Object& constraint) {
  return "ALTER INDEX " +
         qualified(split_name(constraint.parent()->text(Property::partition_of)).schema,
                   constraint.text(Property::parent)) +
         " ATTACH PARTITION " + qualified(constraint.schema(), constraint.part());
}

bool is_attached_by_hand(const Scene& scene, const Object& constraint) {
  const auto table = constraint.parent();
  return constraint.has(Property::parent) && table && table->has(Property::partition_of) &&
         !is_to_be_attached(scene, *table);
}

void create_key(const Scene& scene, const Object& constraint, Draft& draft) {
  const bool temporal = constraint.has(Property::without_overlaps);
  if (is_partitioned(constraint)) {
    draft.add("add constraint", "ALTER TABLE ONLY " + qualified(constraint) + " ADD CONSTRAINT " +
                                    ident(constraint.part()) + " " +
                                    constraint_definition(constraint));
    warn(scene, constraint, draft);
  } else if (scene.in_use(constraint) && !temporal) {
    draft.add("create index", create_constraint_index(constraint, constraint.part(), true)).alone();
    warn(scene, constraint, draft);
    draft.add("add constraint",
              alter_table(constraint) + using_index(constraint, constraint.part()));
  } else {
    draft.add("add constraint", add_as(constraint, constraint.part(), Validity::as_it_is));
    warn(scene, constraint, draft);
  }
  if (is_attached_by_hand(scene, constraint)) draft.add("attach index", attach(constraint));
  if (scene.from.find(constraint.identity())) mark_again(scene, constraint, draft);
}

// Before 18 a foreign key of a partitioned table cannot wait to be checked, but it takes over those
// of the partitions that are there.
bool begins_with_partitions(const Scene& scene, const Object& constraint) {
  return type_of(constraint) == "foreign key" && is_partitioned(constraint) &&
         scene.in_use(constraint) && scene.to.origin().server_version < 180000;
}

void create_on_partitions(const Scene& scene, const Object& constraint, Draft& draft) {
  draft.later();
  std::vector<Object> made;
  for (const auto& table : children_of(scene.to, *constraint.parent())) {
    if (table.has(Property::partition_by) || lasting_parents(scene, table).empty()) continue;
    for (const auto& one : table.parts(Kind::constraint))
      if (type_of(one) == "foreign key" && one.text(Property::parent) == constraint.part())
        made.push_back(one);
  }
  for (const auto& one : made)
    draft.add("add constraint", add_as(one, one.part(), Validity::not_valid));
  for (const auto& one : made) validate(one, one.part(), draft);
}

// What a parent's NOT VALID brings is that, too, and may be more than that in the end.
void validate_inherited(const Scene& scene, const Object& constraint, Draft& draft) {
  const auto above = in_parent(scene, scene.to, constraint);
  if (!above || !above->has(Property::not_valid) || constraint.has(Property::not_valid)) return;
  validate(constraint, constraint.part(), draft);
  warn(scene, constraint, draft);
}

void create(const Scene& scene, const Object& constraint, Draft& draft) {
  if (is_inline(scene, constraint)) return;
  if (comes_with_parent(scene, constraint)) return validate_inherited(scene, constraint, draft);
  if (is_key(constraint)) return create_key(scene, constraint, draft);
  if (begins_with_partitions(scene, constraint)) create_on_partitions(scene, constraint, draft);
  if (!is_checked_later(scene, constraint)) {
    draft.add("add constraint", add_as(constraint, constraint.part(), Validity::as_it_is));
    warn(scene, constraint, draft);
    if (type_of(constraint) == "exclude" && scene.in_use(constraint))
      draft.finding(FindingKind::access_exclusive,
                    "its index is built under a lock that stops readers and writers");
    if (is_attached_by_hand(scene, constraint) && type_of(constraint) == "exclude")
      draft.add("attach index", attach(constraint));
    return;
  }
  draft.add("add constraint", add_as(constraint, constraint.part(), Validity::not_valid));
  warn(scene, constraint, draft);
  draft.later();
  validate(constraint, constraint.part(), draft);
}

bool goes_with_parent(const Scene& scene, const Object& constraint) {
  if (!constraint.has(Property::parent) && !constraint.has(Property::inherited)) return false;
  const auto table = constraint.parent();
  if (!table) return false;
  return !scene.to.find(table->identity()) || !lasting_parents(scene, *table).empty();
}

void drop(const Scene& scene, const Object& constraint, Draft& draft) {
  if (goes_with_parent(scene, constraint)) return;
  draft.add("drop constraint",
            alter_table(constraint) + "DROP CONSTRAINT " + ident(constraint.part()));
}

std::string timing(const Object& constraint) {
  if (!constraint.has(Property::deferrable)) return " NOT DEFERRABLE";
  return constraint.has(Property::initially_deferred) ? " DEFERRABLE INITIALLY DEFERRED"
                                                      : " DEFERRABLE INITIALLY IMMEDIATE";
}

bool only(const Alteration& alteration, std::initializer_list<Property> properties) {
  return std::all_of(alteration.changed.begin(), alteration.changed.end(), [&](Property property) {
    return std::find(properties.begin(), properties.end(), property) != properties.end();
  });
}

// What a constraint has besides its definition, for one that was made anew under its name.
void restore(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (alteration.from.get(Property::comment) == alteration.to.get(Property::comment) &&
      alteration.from.get(Property::index_comment) == alteration.to.get(Property::index_comment))
    add_satellites(scene, alteration.to, draft);
  mark_again(scene, alteration.to, draft);
}

void rename_new(const Object& constraint, std::string_view temporary, Draft& draft) {
  draft
      .add("rename constraint", alter_table(constraint) + "RENAME CONSTRAINT " + ident(temporary) +
                                    " TO " + ident(constraint.part()))
      .with_previous();
}

void replace_unchecked(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto temporary = temporary_name(to.part());
  draft.add("add constraint", add_as(to, temporary, Validity::not_valid));
  warn(scene, to, draft);
  if (!to.has(Property::not_valid)) {
    draft.later();
    validate(to, temporary, draft);
  }
  draft.add("drop constraint", alter_table(to) + "DROP CONSTRAINT " + ident(to.part()));
  if (!to.has(Property::not_valid)) draft.after_commit();
  rename_new(to, temporary, draft);
  restore(scene, alteration, draft);
}

void replace_key(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto temporary = temporary_name(to.part());
  draft.add("create index", create_constraint_index(to, temporary, true)).alone();
  warn(scene, to, draft);
  draft.add("drop constraint", alter_table(to) + "DROP CONSTRAINT " + ident(to.part()));
  draft.add("add constraint", alter_table(to) + using_index(to, temporary)).with_previous();
  restore(scene, alteration, draft);
}

// Foreign keys and views that rest on a key go down and up with it.
bool is_needed(const Scene& scene, const Object& constraint) {
  const auto& all = scene.from.dependencies();
  return std::any_of(all.begin(), all.end(), [&](const schema::Dependency& one) {
    return one.needs == constraint.index();
  });
}

Altered alter_checked(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto alter_it = alter_table(to) + "ALTER CONSTRAINT " + ident(to.part());
  const bool same = alteration.changed.empty();
  if (type_of(to) == "foreign key" && !same &&
      only(alteration, {Property::deferrable, Property::initially_deferred})) {
    draft.add("alter constraint", alter_it + timing(to));
    return Altered::done;
  }
  if (only(alteration, {Property::not_valid}) && !to.has(Property::not_valid)) {
    draft.add("validate constraint", alter_table(to) + "VALIDATE CONSTRAINT " + ident(to.part()));
    if (scene.in_use(to)) draft.after_commit();
    warn(scene, to, draft);
    return Altered::done;
  }
  if (type_of(to) == "foreign key" && only(alteration, {Property::not_enforced})) {
    draft.add("alter constraint",
              alter_it + (to.has(Property::not_enforced) ? " NOT ENFORCED" : " ENFORCED"));
    warn(scene, to, draft);
    return Altered::done;
  }
  const bool beside = scene.in_use(to) && !to.has(Property::not_enforced) &&
                      !(type_of(to) == "foreign key" && is_partitioned(to));
  if (!beside) return Altered::rebuild;
  replace_unchecked(scene, alteration, draft);
  return Altered::done;
}

Altered alter(const Scene& scene, const Alteration& wanted, Draft& draft) {
  auto alteration = wanted;
  const auto& to = alteration.to;
  const bool new_parent =
      alteration.has(Property::parent) && is_key(to) && is_attached_by_hand(scene, to);
  // These tell where it came from; what makes them so are steps of the table and the parent.
  alteration.changed.erase(Property::inherited);
  alteration.changed.erase(Property::parent);
  if (alteration.changed.empty()) {
    if (new_parent) draft.add("attach index", attach(to));
    return Altered::done;
  }
  if (comes_with_parent(scene, to) && comes_with_parent(scene, alteration.from)) {
    validate_inherited(scene, to, draft);
    return Altered::done;
  }
  if (type_of(alteration.from) != type_of(to)) return Altered::rebuild;
  if (can_be_unchecked(to)) return alter_checked(scene, alteration, draft);
  if (!is_key(to) || !scene.in_use(to) || is_partitioned(to) || to.has(Property::parent) ||
      to.has(Property::without_overlaps) || is_needed(scene, alteration.from))
    return Altered::rebuild;
  if (only(alteration, {Property::tablespace})) {
    draft.add(
        "set tablespace",
        "ALTER INDEX " + qualified(to.schema(), to.part()) + " SET TABLESPACE " +
            (to.has(Property::tablespace) ? ident(to.text(Property::tablespace)) : "pg_default"));
    draft.finding(FindingKind::access_exclusive,
                  "the index is copied under a lock that stops readers and writers");
    return Altered::done;
  }
  replace_key(scene, alteration, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> constraint_rules() {
  return {{Kind::constraint, create, drop, alter}};
}

} // namespace slipway::diff
