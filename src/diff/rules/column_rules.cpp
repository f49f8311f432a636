// Columns of tables; those of views and composite types have rules of their own.
#include "rules.hpp"

#include "column_changes.hpp"
#include "composite_attributes.hpp"
#include "expression.hpp"
#include "family.hpp"
#include "identity.hpp"
#include "inherited_column.hpp"
#include "mutable_call.hpp"
#include "naming.hpp"
#include "table_sql.hpp"
#include "too_long_default.hpp"
#include "view_columns.hpp"
#include "volatile_default.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_set_expression = 170000;

bool has_rules(const Scene& scene, const Object& column) {
  const auto name = split_name(column.text(Property::type));
  const auto domain = scene.to.find({Kind::domain, name.schema, name.name, {}});
  return domain &&
         (domain->has(Property::not_null) || !domain->parts(Kind::domain_constraint).empty());
}

std::string why_rewritten(const Scene& scene, const Object& column) {
  if (column.has(Property::identity)) return "every row gets a number";
  if (column.text(Property::generated).starts_with("stored")) return "every row gets its value";
  if (column.has(Property::default_value) &&
      is_volatile(scene, column.text(Property::default_value)))
    return "the default has another value for each row";
  if (has_rules(scene, column)) return "the domain's rules are checked for every row";
  return {};
}

void warn_of_new(const Scene& scene, const Object& column, Draft& draft) {
  if (!existed(scene, column) || column.parent()->kind() == Kind::foreign_table) return;
  if (const auto why = why_rewritten(scene, column); !why.empty())
    draft.finding(FindingKind::rewrite,
                  why +
                      ", so that the table is written anew under a lock that stops readers and "
                      "writers; with many rows add it empty, fill it in chunks and change it then");
  const bool has_value = column.has(Property::default_value) || column.has(Property::generated) ||
                         column.has(Property::identity);
  if (column.has(Property::not_null) && !column.has(Property::not_null_not_valid) && !has_value)
    draft.finding(FindingKind::data_dependent, "with any row in the table it fails",
                  "SELECT count(*) FROM " + qualified(column));
}

// The server adds no identity to a table and those below it in one go.
bool has_identity_apart(const Scene& scene, const Object& column) {
  constexpr int k_identity_of_partitions = 170000;
  const auto table = column.parent();
  if (!table || !has_own_identity(scene, column)) return false;
  if (table->has(Property::partition_by) &&
      scene.to.origin().server_version >= k_identity_of_partitions)
    return false;
  return !children_of(scene.from, *table).empty() || !children_of(scene.to, *table).empty();
}

void add_identity_apart(const Scene& scene, const Object& column, Draft& draft) {
  const auto bare = column_without(column, Property::identity);
  draft.add("add column",
            alter_table(column) + "ADD COLUMN " + column_definition(scene, bare.at(1)));
  draft.finding(FindingKind::data_dependent, "with any row in the table it fails",
                "SELECT count(*) FROM " + qualified(column));
  draft.add("add identity", alter_table(column) + "ALTER COLUMN " + ident(column.part()) + " ADD" +
                                identity_clause(column));
}

// A default that the type is too short for stands in the catalog, and no row can have it.
void add(const Scene& scene, const Object& column, Draft& draft) {
  if (has_identity_apart(scene, column)) return add_identity_apart(scene, column, draft);
  const auto alter = alter_table(column);
  if (!is_too_long_default(column)) {
    draft.add("add column", alter + "ADD COLUMN " + column_definition(scene, column));
    warn_of_new(scene, column, draft);
    return;
  }
  const auto bare = column_without(column, Property::default_value);
  draft.add("add column", alter + "ADD COLUMN " + column_definition(scene, bare.at(1)));
  draft.finding(FindingKind::data_dependent,
                "the default does not fit the type, so that rows that are there have no value" +
                    std::string(column.has(Property::not_null) ? ", which stops it" : ""),
                "SELECT count(*) FROM " + qualified(column));
  draft.add("set default", alter + "ALTER COLUMN " + ident(column.part()) + " SET DEFAULT " +
                               std::string(column.text(Property::default_value)));
}

constexpr const char* k_own_stays_own =
    "a column that the table has as its own stays its own when the table inherits it, too: inherit "
    "it all the same, or make a new table and copy the rows";

// A column that is there already when its parent table, or the table's type, has got it.
bool is_made_from_above(const Scene& scene, const Object& column, Draft& draft) {
  auto above = attribute_of(scene, scene.to, column);
  if (!above && column.has(Property::inherited)) above = in_parent(scene, scene.to, column);
  if (!above && column.has(Property::inherited) && existed(scene, column) &&
      column.parent()->has(Property::inherits))
    draft.refuse(k_own_stays_own);
  if (!above) return false;
  const auto inherited = as_inherited(*above);
  change_column(scene, alteration_between(inherited.at(1), column), draft);
  return true;
}

void create(const Scene& scene, const Object& column, Draft& draft) {
  if (column.parent()->kind() == Kind::composite_type)
    return create_attribute(scene, column, draft);
  if (is_view_column(column)) return create_view_column(scene, column, draft);
  if (is_made_from_above(scene, column, draft)) return;
  if (const auto call = mutable_call(scene, column);
      column.has(Property::generated) && !call.empty())
    draft.refuse("its expression calls the " + call +
                 ", which is not IMMUTABLE: make that so, or write the value by a trigger");
  add(scene, column, draft);
  complete_column(scene, column, draft);
}

void warn_of_new_values(const Object& column, Draft& draft) {
  const auto generated = column.text(Property::generated);
  draft.finding(FindingKind::data_dependent, "its values are computed anew, by another expression",
                "SELECT count(*) FROM " + qualified(column) + " WHERE " + ident(column.part()) +
                    " IS DISTINCT FROM " +
                    in_parentheses(generated.substr(generated.find(' ') + 1)));
}

// Dropped from its table alone, the column is each child's own from then on.
bool outlived_below(const Scene& scene, const Object& column) {
  const auto table = column.parent();
  if (!table || scene.to.find(column.identity())) return false;
  const auto children = children_of(scene.from, *table);
  return std::any_of(children.begin(), children.end(), [&](const Object& child) {
    const auto below = child.part(Kind::column, column.part());
    return below && below->has(Property::inherited) && !child.has(Property::partition_of) &&
           !lasting_parents(scene, child).empty() && scene.to.find(below->identity());
  });
}

bool goes_with_one_above(const Scene& scene, const Object& column) {
  if (!column.has(Property::inherited)) return false;
  const auto above = in_parent(scene, scene.from, column);
  return above && !outlived_below(scene, *above);
}

void drop(const Scene& scene, const Object& column, Draft& draft) {
  if (column.parent()->kind() == Kind::composite_type) return drop_attribute(scene, column, draft);
  if (is_view_column(column)) return drop_view_column(scene, column, draft);
  if (goes_with_one_above(scene, column)) return;
  if (attribute_of(scene, scene.from, column)) return;
  draft.add("drop column",
            (outlived_below(scene, column) ? alter_only(scene, column) : alter_table(column)) +
                "DROP COLUMN " + ident(column.part()));
  const auto after = scene.to.find(column.identity());
  if (column.has(Property::generated) && (!after || after->has(Property::generated))) {
    if (after && after->get(Property::generated) != column.get(Property::generated))
      warn_of_new_values(*after, draft);
    return;
  }
  if (column.parent()->kind() == Kind::foreign_table) return;
  const std::string loss =
      after ? "the values are replaced by computed ones" : "its values are lost";
  draft.finding(FindingKind::data_loss, loss,
                "SELECT count(*) FROM " + qualified(column) + " WHERE " + ident(column.part()) +
                    " IS NOT NULL");
  tell_loss_below(scene, column, loss, draft);
}

// What has been done to the parent, and has reached this column by that.
bool came_from_parent(const Scene& scene, const Alteration& alteration, Property property) {
  auto before = in_parent(scene, scene.from, alteration.from);
  if (!before) before = attribute_of(scene, scene.from, alteration.from);
  auto after = in_parent(scene, scene.to, alteration.to);
  if (!after) after = attribute_of(scene, scene.to, alteration.to);
  return before && after && before->get(property) != after->get(property) &&
         after->get(property) == alteration.to.get(property);
}

Altered change_generated(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& from = alteration.from;
  const auto& to = alteration.to;
  const bool stored = from.text(Property::generated).starts_with("stored");
  if (!to.has(Property::generated)) {
    if (!stored) return Altered::rebuild;
    draft.add("drop expression",
              alter_table(to) + "ALTER COLUMN " + ident(to.part()) + " DROP EXPRESSION");
    return Altered::done;
  }
  const bool same_kind =
      from.has(Property::generated) && stored == to.text(Property::generated).starts_with("stored");
  if (!same_kind || alteration.has(Property::type) ||
      scene.to.origin().server_version < k_set_expression)
    return Altered::rebuild;
  const auto expression = to.text(Property::generated);
  draft.add("set expression", alter_table(to) + "ALTER COLUMN " + ident(to.part()) +
                                  " SET EXPRESSION AS " +
                                  in_parentheses(expression.substr(expression.find(' ') + 1)));
  warn_of_new_values(to, draft);
  if (stored)
    draft.finding(
        FindingKind::rewrite,
        "every row is written anew with its new value under a lock that stops readers and "
        "writers; with many rows expand and contract instead: add a second column, fill "
        "it in chunks, swap the two names, drop the old one later");
  return Altered::done;
}

// PostgreSQL remembers whether a column was the table's own before it was a parent's, too.
bool cannot_change_origin(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto table = alteration.to.parent();
  if (!alteration.has(Property::inherited) || !table->has(Property::inherits)) return false;
  const bool becomes = alteration.to.has(Property::inherited);
  if (!becomes && !in_parent(scene, scene.to, alteration.to)) return false;
  draft.refuse(becomes ? k_own_stays_own
                       : "a column that is inherited only cannot become the table's own as well");
  return true;
}

Altered alter(const Scene& scene, const Alteration& wanted, Draft& draft) {
  if (wanted.to.parent()->kind() == Kind::composite_type)
    return alter_attribute(scene, wanted, draft);
  if (is_view_column(wanted.to)) return alter_view_column(scene, wanted, draft);
  if (cannot_change_origin(scene, wanted, draft)) return Altered::done;
  auto alteration = wanted;
  for (const auto property :
       {Property::type, Property::collation, Property::generated, Property::not_null,
        Property::not_null_not_valid, Property::not_null_name})
    if (alteration.has(property) && came_from_parent(scene, alteration, property))
      alteration.changed.erase(property);
  if (alteration.has(Property::generated) &&
      change_generated(scene, alteration, draft) == Altered::rebuild)
    return Altered::rebuild;
  change_column(scene, alteration, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> column_rules() {
  return {{Kind::column, create, drop, alter}};
}

} // namespace slipway::diff
