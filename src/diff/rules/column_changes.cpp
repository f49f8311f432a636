// A column of a table that stays: its type, default, NOT NULL, identity and how it is kept.
#include "column_changes.hpp"

#include "column_type.hpp"
#include "family.hpp"
#include "identity.hpp"
#include "naming.hpp"
#include "not_null.hpp"
#include "options_change.hpp"
#include "satellites.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;
using Reach = Disturbance::Reach;

std::string alter(const Scene& scene, const Object& column) {
  return alter_only(scene, column) + "ALTER COLUMN " + ident(column.part()) + " ";
}

bool has_index(const Scene& scene, const Object& column) {
  const auto table = scene.from.relation(column.schema(), column.name());
  if (!table) return false;
  for (const auto kind : {Kind::index, Kind::constraint})
    for (const auto& one : table->parts(kind))
      for (const auto& name : one.list(Property::columns))
        if (name == column.part() || name.find(ident(column.part())) != std::string::npos)
          return true;
  return false;
}

// How to get there with both columns side by side, in statements.
std::string steps_beside(const TypeChange& change, const Object& column) {
  const std::string name(column.part());
  const auto old = ident(name);
  const auto next = ident(name + "_next");
  const std::string type(column.text(Property::type));
  const auto value = change.using_expression.empty() ? old : change.using_expression;
  const auto alter = "ALTER TABLE " + qualified(column) + " ";
  return "1. " + alter + "ADD COLUMN " + next + " " + type +
         "; 2. a trigger BEFORE INSERT OR UPDATE that sets NEW." + next + " from NEW." + old +
         "; 3. UPDATE " + qualified(column) + " SET " + next + " = " + value + " WHERE " + next +
         " IS DISTINCT FROM " + value +
         " AND ... (in chunks of the key, each committed); 4. indexes CONCURRENTLY, constraints NOT VALID and VALIDATE, on " +
         next + "; 5. in one transaction: drop the trigger, " + alter + "RENAME COLUMN " + old +
         " TO " + ident(name + "_before") + ", " + alter + "RENAME COLUMN " + next + " TO " + old +
         "; 6. once nobody uses it: " + alter + "DROP COLUMN " + ident(name + "_before");
}

void warn(const Scene& scene, const TypeChange& change, const Object& column, Draft& draft) {
  if (change.work == TypeChange::Work::rewrite)
    draft.finding(FindingKind::rewrite,
                  "every row of " + qualified(column) +
                      " is written anew under a lock that stops readers and writers; with many "
                      "rows expand and contract instead: " +
                      steps_beside(change, column));
  if (change.work == TypeChange::Work::indexes && has_index(scene, column))
    draft.finding(FindingKind::access_exclusive,
                  "the indexes over the column are built anew under a lock that stops readers and "
                  "writers");
  if (!change.doubt.empty())
    draft.finding(FindingKind::data_dependent, change.doubt, change.doubt_count_sql);
  if (change.loss.empty()) return;
  draft.finding(FindingKind::data_loss, change.loss, change.loss_count_sql);
  tell_loss_below(scene, column, change.loss, draft);
}

// The columns below that change their type with this one.
void add_below(const Scene& scene, const Object& column, std::vector<Object>& found) {
  for (const auto& child : children_of(scene.from, column.parent().value_or(column))) {
    const auto below = child.part(Kind::column, column.part());
    if (!below) continue;
    found.push_back(*below);
    add_below(scene, *below, found);
  }
}

// A default that does not fit the new type stops it, on a table below, too.
std::vector<Object> defaults_below(const Scene& scene, const Object& column) {
  std::vector<Object> found;
  add_below(scene, column, found);
  // A table that goes is gone by then.
  std::erase_if(found, [&](const Object& one) {
    return !one.has(Property::default_value) || !existed_and_stays(scene, one);
  });
  return found;
}

bool has_other_base(const Object& from, const Object& to) {
  const auto before = parse_type(from.text(Property::type));
  const auto after = parse_type(to.text(Property::type));
  return before.base != after.base || before.array != after.array;
}

void change_type(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& from = alteration.from;
  const auto& to = alteration.to;
  auto change = type_change(scene, from, to);
  if (!alteration.has(Property::type)) {
    change = {};
    change.work = TypeChange::Work::indexes;
  }
  const bool other_base = has_other_base(from, to);
  const bool default_goes = from.has(Property::default_value) && other_base;
  const auto below = other_base ? defaults_below(scene, from) : std::vector<Object>();
  for (const auto& one : below) draft.add("drop default", alter(scene, one) + "DROP DEFAULT");
  if (default_goes) draft.add("drop default", alter(scene, to) + "DROP DEFAULT");
  std::string sql = alter_table(to) + "ALTER COLUMN " + ident(to.part()) + " TYPE " +
                    std::string(to.text(Property::type));
  if (to.has(Property::collation)) sql += " COLLATE " + std::string(to.text(Property::collation));
  // A foreign table has no values here, and the server wants none of it.
  if (!change.using_expression.empty() && to.parent()->kind() == Kind::table)
    sql += " USING " + change.using_expression;
  draft.add("alter column type", sql);
  warn(scene, change, to, draft);
  draft.disturb(from.identity(), change.new_meaning ? Reach::new_meaning : Reach::type_change);
  if (default_goes && to.has(Property::default_value))
    draft.add("set default",
              alter(scene, to) + "SET DEFAULT " + std::string(to.text(Property::default_value)));
  // The default goes for good with its type, so that nothing is left to be changed.
  for (const auto& one : below)
    if (const auto after = scene.to.find(one.identity());
        after && after->has(Property::default_value))
      draft.add("set default", alter(scene, one) + "SET DEFAULT " +
                                   std::string(after->text(Property::default_value)));
}

bool default_was_settled(const Alteration& alteration) {
  if (!alteration.has(Property::type)) return false;
  return alteration.from.has(Property::default_value) &&
         has_other_base(alteration.from, alteration.to);
}

void change_default(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (!alteration.has(Property::default_value) || default_was_settled(alteration)) return;
  const auto& to = alteration.to;
  if (to.has(Property::default_value))
    draft.add("set default",
              alter(scene, to) + "SET DEFAULT " + std::string(to.text(Property::default_value)));
  else
    draft.add("drop default", alter(scene, to) + "DROP DEFAULT");
}

void set_storage(const Scene& scene, const Object& column, Draft& draft) {
  // Before 16 the type's own storage has no word; it is what a column of that type begins with.
  const std::string value(column.text(Property::storage));
  draft.add("set storage", alter(scene, column) + "SET STORAGE " + value);
}

std::string usual_storage(const Object& column) {
  const auto type = parse_type(column.text(Property::type));
  if (type.array) return "extended";
  for (const auto* plain : {"smallint", "integer", "bigint", "real", "double precision", "boolean",
                            "date", "uuid", "name", "money", "oid"})
    if (type.base == plain) return "plain";
  if (type.base.starts_with("time") || type.base == "interval") return "plain";
  if (type.base == "numeric" || type.base == "inet" || type.base == "cidr") return "main";
  return "extended";
}

} // namespace

Alteration alteration_between(const Object& from, const Object& to) {
  Alteration alteration{from, to, {}};
  for (const auto property : schema::all_properties())
    if (schema::is_compared(property) && !is_satellite(property) &&
        from.get(property) != to.get(property))
      alteration.changed.insert(property);
  return alteration;
}

void complete_column(const Scene& scene, const Object& column, Draft& draft) {
  if (column.has(Property::storage)) set_storage(scene, column, draft);
  if (column.has(Property::statistics_target))
    draft.add("set statistics", alter(scene, column) + "SET STATISTICS " +
                                    std::string(column.text(Property::statistics_target)));
  change_options(alter(scene, column).substr(0, alter(scene, column).size() - 1), {},
                 column.list(Property::options), draft);
  if (column.has(Property::not_null_not_valid)) add_unchecked_not_null(column, draft);
  if (has_own_identity(scene, column)) complete_identity(scene, column, draft);
}

void change_storage(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const bool new_type = alteration.has(Property::type) || alteration.has(Property::collation);
  const auto alter_it = alter(scene, to);
  if (to.has(Property::storage) && (alteration.has(Property::storage) || new_type))
    set_storage(scene, to, draft);
  else if (alteration.has(Property::storage) && !new_type)
    draft.add("set storage", alter_it + "SET STORAGE " + usual_storage(to));
  if (alteration.has(Property::compression) || (new_type && to.has(Property::compression)))
    draft.add("set compression",
              alter_it + "SET COMPRESSION " +
                  (to.has(Property::compression) ? std::string(to.text(Property::compression))
                                                 : "default"));
  if (alteration.has(Property::statistics_target))
    draft.add("set statistics", alter_it + "SET STATISTICS " +
                                    (to.has(Property::statistics_target)
                                         ? std::string(to.text(Property::statistics_target))
                                         : "-1"));
  if (alteration.has(Property::options))
    change_options(alter_it.substr(0, alter_it.size() - 1), alteration.from.list(Property::options),
                   to.list(Property::options), draft);
  if (alteration.has(Property::foreign_options))
    draft.add("set options",
              alter_it + foreign_options_change(alteration.from.list(Property::foreign_options),
                                                to.list(Property::foreign_options)));
}

void change_column(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const bool loses_identity =
      has_own_identity(scene, alteration.from) && !has_own_identity(scene, alteration.to);
  const bool gains_identity =
      !has_own_identity(scene, alteration.from) && has_own_identity(scene, alteration.to);
  if (loses_identity) change_identity(scene, alteration, draft);
  // What counts by itself has no default, and what has a default does not count.
  if (gains_identity && alteration.from.has(Property::default_value) &&
      !default_was_settled(alteration))
    change_default(scene, alteration, draft);
  if (alteration.has(Property::type) || alteration.has(Property::collation))
    change_type(scene, alteration, draft);
  if (!gains_identity) change_default(scene, alteration, draft);
  if (alteration.has(Property::default_value)) count_past_rows(scene, alteration, draft);
  change_storage(scene, alteration, draft);
  change_not_null(scene, alteration, gains_identity ? Pace::at_once : Pace::in_steps, draft);
  if (!loses_identity &&
      (alteration.has(Property::identity) || alteration.has(Property::identity_options) ||
       alteration.has(Property::identity_acl) || alteration.has(Property::identity_comment)))
    change_identity(scene, alteration, draft);
}

} // namespace slipway::diff
