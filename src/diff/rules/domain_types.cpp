// Domains: everything but the type beneath can be changed in place.
#include "domain_types.hpp"

#include "expression.hpp"
#include "naming.hpp"
#include "relabel.hpp"
#include "type_users.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string alter(const Object& domain) {
  return "ALTER DOMAIN " + qualified(domain);
}

std::string check_of(const Object& constraint) {
  return "CONSTRAINT " + ident(constraint.part()) + " CHECK " +
         in_parentheses(constraint.text(Property::expression));
}

void change_default(const Object& domain, Draft& draft) {
  if (domain.has(Property::default_value))
    draft.add("set default",
              alter(domain) + " SET DEFAULT " + std::string(domain.text(Property::default_value)));
  else
    draft.add("drop default", alter(domain) + " DROP DEFAULT");
}

std::string not_null_name(const Object& domain) {
  const auto usual = std::string(domain.name()) + "_not_null";
  return ident(domain.get(Property::not_null_name).value_or(usual));
}

void change_not_null(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  if (!alteration.has(Property::not_null)) {
    if (to.has(Property::not_null))
      draft.add("rename constraint", alter(to) + " RENAME CONSTRAINT " +
                                         not_null_name(alteration.from) + " TO " +
                                         not_null_name(to));
    return;
  }
  if (!to.has(Property::not_null)) {
    draft.add("drop not null", alter(to) + " DROP NOT NULL");
    return;
  }
  if (refuse_unchecked(scene, to, draft)) return;
  if (to.has(Property::not_null_name))
    draft.add("set not null", alter(to) + " ADD CONSTRAINT " + not_null_name(to) + " NOT NULL");
  else
    draft.add("set not null", alter(to) + " SET NOT NULL");
  const auto columns = columns_under_type(scene.from, alteration.from);
  if (!columns.empty())
    draft.finding(FindingKind::data_dependent,
                  "fails if a column of " + to.path() +
                      " holds a NULL; writers of those tables wait until all rows are checked",
                  count_rows(columns, "VALUE IS NULL"));
}

} // namespace

bool refuse_unchecked(const Scene& scene, const Object& domain, Draft& draft) {
  const auto before = scene.from.find(domain.identity());
  if (!before || !is_held_within(scene.from, *before)) return false;
  draft.refuse(
      domain.path() +
      " is held in arrays or other values, for which PostgreSQL does not check a new rule: "
      "make a new domain beside it, move those columns, and drop the old one");
  return true;
}

namespace {

// A new domain over another one begins with that one's default.
bool may_get_default(const Scene& scene, const Object& domain) {
  const auto name = split_name(domain.text(Property::base_type));
  const schema::Identity base{Kind::domain, name.schema, name.name, {}};
  for (const auto* schema : {&scene.from, &scene.to})
    if (const auto found = schema->find(base); found && found->has(Property::default_value))
      return !domain.has(Property::default_value);
  return false;
}

} // namespace

void create_domain(const Scene& scene, const Object& domain, Draft& draft) {
  std::string sql =
      "CREATE DOMAIN " + qualified(domain) + " AS " + std::string(domain.text(Property::base_type));
  if (domain.has(Property::collation))
    sql += " COLLATE " + std::string(domain.text(Property::collation));
  if (domain.has(Property::default_value))
    sql += " DEFAULT " + std::string(domain.text(Property::default_value));
  if (domain.has(Property::not_null_name)) sql += " CONSTRAINT " + not_null_name(domain);
  if (domain.has(Property::not_null)) sql += " NOT NULL";
  const auto constraints = domain.parts(Kind::domain_constraint);
  for (const auto& one : constraints)
    if (!one.has(Property::not_valid)) sql += " " + check_of(one);
  draft.add("create domain", std::move(sql));
  if (may_get_default(scene, domain)) draft.add("drop default", alter(domain) + " DROP DEFAULT");
  for (const auto& one : constraints)
    if (one.has(Property::not_valid))
      draft.add("add constraint", alter(domain) + " ADD " + check_of(one) + " NOT VALID");
}

Altered alter_domain(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::base_type) || alteration.has(Property::collation)) {
    const bool used = is_stored(scene.from, alteration.from);
    const bool swapped =
        used && !alteration.has(Property::collation) && swap_domain(scene, alteration, draft);
    return swapped ? Altered::done : Altered::rebuild;
  }
  if (alteration.has(Property::default_value)) change_default(alteration.to, draft);
  if (alteration.has(Property::not_null) || alteration.has(Property::not_null_name))
    change_not_null(scene, alteration, draft);
  return Altered::done;
}

} // namespace slipway::diff
