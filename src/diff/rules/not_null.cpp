// NOT NULL for columns of tables in use: a CHECK that says the same is validated first, which
// stops nobody, so that SET NOT NULL has nothing to look at.
#include "not_null.hpp"

#include "family.hpp"
#include "naming.hpp"

#include "slipway/schema/usual_name.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_named_not_null = 180000;

std::string alter_column(const Object& column) {
  return alter_table(column) + "ALTER COLUMN " + ident(column.part()) + " ";
}

std::string name_of(const Object& column) {
  if (column.has(Property::not_null_name)) return std::string(column.text(Property::not_null_name));
  return schema::usual_name(column.name(), column.part(), "not_null");
}

void warn(const Object& column, Draft& draft) {
  draft.finding(FindingKind::data_dependent, "rows without a value stop it",
                "SELECT count(*) FROM " + qualified(column) + " WHERE " + ident(column.part()) +
                    " IS NULL");
}

// A CHECK that holds already says that there is no NULL.
bool is_known(const Scene& scene, const Object& column) {
  const auto table = scene.from.relation(column.schema(), column.name());
  if (!table) return false;
  for (const auto& check : table->parts(Kind::constraint)) {
    if (check.text(Property::constraint_type) == "check" && !check.has(Property::not_valid) &&
        !check.has(Property::not_enforced) && !check.has(Property::no_inherit) &&
        check.text(Property::expression) == "(" + ident(column.part()) + " IS NOT NULL)")
      return true;
  }
  return false;
}

std::string named_not_null(const Object& column) {
  return "ADD CONSTRAINT " + ident(name_of(column)) + " NOT NULL " + ident(column.part()) +
         (column.has(Property::not_null_no_inherit) ? " NO INHERIT" : "");
}

void in_steps_by_name(const Object& column, Draft& draft) {
  draft.add("add constraint", alter_table(column) + named_not_null(column) + " NOT VALID");
  warn(column, draft);
  draft.later();
  draft
      .add("validate constraint",
           alter_table(column) + "VALIDATE CONSTRAINT " + ident(name_of(column)))
      .after_commit();
}

void in_steps(const Object& column, Draft& draft) {
  const auto helper = ident(temporary_name(std::string(column.part()) + "_not_null"));
  draft.add("add constraint", alter_table(column) + "ADD CONSTRAINT " + helper + " CHECK (" +
                                  ident(column.part()) + " IS NOT NULL) NOT VALID");
  warn(column, draft);
  draft.later();
  draft.add("validate constraint", alter_table(column) + "VALIDATE CONSTRAINT " + helper)
      .after_commit();
  draft.add("set not null", alter_column(column) + "SET NOT NULL").after_commit();
  draft.add("drop constraint", alter_table(column) + "DROP CONSTRAINT " + helper).with_previous();
}

void set(const Scene& scene, const Object& column, Pace pace, Draft& draft) {
  if (column.has(Property::not_null_not_valid)) return add_unchecked_not_null(column, draft);
  const bool named = column.has(Property::not_null_name) ||
                     column.has(Property::not_null_no_inherit) ||
                     scene.not_null_names.contains({std::string(column.schema()), name_of(column)});
  const auto table = column.parent();
  const bool steps = pace == Pace::in_steps && scene.in_use(column) && table &&
                     table->kind() == Kind::table && !is_known(scene, column);
  if (steps && named) return in_steps_by_name(column, draft);
  if (steps) return in_steps(column, draft);
  draft.add("set not null", named ? alter_table(column) + named_not_null(column)
                                  : alter_column(column) + "SET NOT NULL");
  if (!is_known(scene, column)) warn(column, draft);
}

// What only 18 and later can tell apart.
void change_state(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  // One that comes from a parent has the parent's name.
  if (alteration.has(Property::not_null_name) && name_of(alteration.from) != name_of(to))
    draft.add("rename constraint", alter_table(to) + "RENAME CONSTRAINT " +
                                       ident(name_of(alteration.from)) + " TO " +
                                       ident(name_of(to)));
  if (alteration.has(Property::not_null_no_inherit))
    draft.add("alter constraint",
              alter_table(to) + "ALTER CONSTRAINT " + ident(name_of(to)) +
                  (to.has(Property::not_null_no_inherit) ? " NO INHERIT" : " INHERIT"));
  if (!alteration.has(Property::not_null_not_valid)) return;
  if (to.has(Property::not_null_not_valid)) {
    draft.add("drop not null", alter_column(to) + "DROP NOT NULL");
    add_unchecked_not_null(to, draft);
    return;
  }
  draft.add("validate constraint", alter_table(to) + "VALIDATE CONSTRAINT " + ident(name_of(to)));
  if (scene.in_use(to)) draft.after_commit();
  warn(to, draft);
}

// Before 18 the tables below lose it, too, though they have it by themselves.
void drop(const Scene& scene, const Alteration& alteration, Draft& draft) {
  draft.add("drop not null", alter_column(alteration.to) + "DROP NOT NULL");
  const auto table = alteration.from.parent();
  if (!table || scene.to.origin().server_version >= k_named_not_null) return;
  for (const auto& below : all_below(scene.from, *table)) {
    const auto before = below.part(Kind::column, alteration.from.part());
    const auto after = before ? scene.to.find(before->identity()) : std::nullopt;
    if (after && before->has(Property::not_null) && after->has(Property::not_null))
      draft.add("set not null", alter_column(*after) + "SET NOT NULL").with_previous();
  }
}

} // namespace

void add_unchecked_not_null(const Object& column, Draft& draft) {
  draft.add("add constraint", alter_table(column) + named_not_null(column) + " NOT VALID");
}

void change_not_null(const Scene& scene, const Alteration& alteration, Pace pace, Draft& draft) {
  // What the parent table's change has done already is none here.
  const bool same = !alteration.has(Property::not_null);
  const bool was = alteration.from.has(Property::not_null);
  const bool is = alteration.to.has(Property::not_null);
  if (same && was != is) return;
  if (was && !is)
    drop(scene, alteration, draft);
  else if (!was && is)
    set(scene, alteration.to, pace, draft);
  else if (was && scene.to.origin().server_version >= k_named_not_null)
    change_state(scene, alteration, draft);
}

} // namespace slipway::diff
