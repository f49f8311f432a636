// Constraints of domains that exist: checked after they hold for what is new, and replaced without
// a moment in which none holds.
#include "domain_types.hpp"
#include "expression.hpp"
#include "naming.hpp"
#include "type_users.hpp"

#include <optional>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string alter(const Object& constraint) {
  return "ALTER DOMAIN " + qualified(constraint);
}

bool same_check(const Object& one, const Object& other) {
  return one.get(Property::expression) == other.get(Property::expression) &&
         one.has(Property::not_valid) == other.has(Property::not_valid);
}

// The constraint on the other side that says the same under another name, which that side alone
// has.
std::optional<Object> counterpart(const schema::Schema& own, const schema::Schema& others,
                                  const Object& constraint) {
  const auto there = others.find(constraint.parent()->identity());
  if (!there || there->kind() != Kind::domain) return std::nullopt;
  for (const auto& one : there->parts(Kind::domain_constraint))
    if (same_check(one, constraint) && !own.find(one.identity())) return one;
  return std::nullopt;
}

// Of several pairs the first of each side belong together; so the others are made and dropped.
std::optional<Object> former_name(const Scene& scene, const Object& constraint) {
  const auto before = counterpart(scene.to, scene.from, constraint);
  if (!before) return std::nullopt;
  const auto back = counterpart(scene.from, scene.to, *before);
  return back && *back == constraint ? before : std::nullopt;
}

std::string check_of(const std::string& name, const Object& constraint) {
  return " ADD CONSTRAINT " + ident(name) + " CHECK " +
         in_parentheses(constraint.text(Property::expression));
}

// Tells whether rows have to be looked at.
bool has_rows(const Scene& scene, const Object& constraint, std::string& count) {
  const auto domain = scene.from.find(constraint.parent()->identity());
  if (!domain) return false;
  const auto columns = columns_under_type(scene.from, *domain);
  count = count_rows(columns, "NOT " + in_parentheses(constraint.text(Property::expression)));
  return !columns.empty();
}

/// A domain's rule is checked under SHARE on each table that has it, whatever the way.
constexpr const char* k_writers_wait =
    "; writers of the tables that have it wait until all rows are checked";

void add_check(const Scene& scene, const std::string& name, const Object& constraint,
               Draft& draft) {
  const auto sql = alter(constraint) + check_of(name, constraint);
  std::string count;
  if (constraint.has(Property::not_valid)) {
    draft.add("add constraint", sql + " NOT VALID");
    return;
  }
  if (refuse_unchecked(scene, *constraint.parent(), draft)) return;
  if (!has_rows(scene, constraint, count)) {
    draft.add("add constraint", sql);
    return;
  }
  if (scene.options.online) {
    draft.add("add constraint", sql + " NOT VALID");
    draft.add("validate constraint", alter(constraint) + " VALIDATE CONSTRAINT " + ident(name));
    draft.after_commit();
  } else {
    draft.add("add constraint", sql);
  }
  draft.finding(FindingKind::data_dependent,
                "fails if a row does not satisfy " + constraint.path() + k_writers_wait,
                std::move(count));
}

} // namespace

void create_domain_constraint(const Scene& scene, const Object& constraint, Draft& draft) {
  const auto before = former_name(scene, constraint);
  if (!before) {
    add_check(scene, std::string(constraint.part()), constraint, draft);
    return;
  }
  draft.add("rename constraint", alter(constraint) + " RENAME CONSTRAINT " + ident(before->part()) +
                                     " TO " + ident(constraint.part()));
  if (before->has(Property::comment) && !constraint.has(Property::comment))
    draft.add("comment", "COMMENT ON " + sql_name(constraint.identity()) + " IS NULL");
}

void drop_domain_constraint(const Scene& scene, const Object& constraint, Draft& draft) {
  const auto after = counterpart(scene.from, scene.to, constraint);
  if (after && former_name(scene, *after) == constraint) return;
  draft.add("drop constraint", alter(constraint) + " DROP CONSTRAINT " + ident(constraint.part()));
}

Altered alter_domain_constraint(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto name = ident(to.part());
  if (!alteration.has(Property::expression) && !to.has(Property::not_valid)) {
    if (refuse_unchecked(scene, *to.parent(), draft)) return Altered::done;
    std::string count;
    const bool rows = has_rows(scene, to, count);
    draft.add("validate constraint", alter(to) + " VALIDATE CONSTRAINT " + name);
    if (rows)
      draft.finding(FindingKind::data_dependent,
                    "fails if a row does not satisfy " + to.path() + k_writers_wait,
                    std::move(count));
    return Altered::done;
  }
  const auto beside = temporary_name(to.part());
  add_check(scene, beside, to, draft);
  draft.add("drop constraint", alter(to) + " DROP CONSTRAINT " + name);
  if (!to.has(Property::not_valid)) draft.after_commit();
  draft.add("rename constraint", alter(to) + " RENAME CONSTRAINT " + ident(beside) + " TO " + name);
  draft.with_previous();
  if (alteration.from.has(Property::comment))
    draft.add("comment", "COMMENT ON " + sql_name(to.identity()) + " IS " +
                             literal(alteration.from.text(Property::comment)));
  return Altered::done;
}

} // namespace slipway::diff
