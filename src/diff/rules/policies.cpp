// Row level security policies. A table is never without the one that changes.
#include "policies.hpp"

#include "anew.hpp"
#include "expression.hpp"
#include "naming.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

std::string upper(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return text;
}

std::string roles_of(const Object& policy) {
  const auto roles = policy.list(Property::roles);
  return roles.empty() ? "PUBLIC" : ident_list(roles);
}

std::string condition(std::string_view words, std::string_view expression) {
  return " " + std::string(words) + " " + in_parentheses(expression);
}

// It can take another condition, but cannot lose one.
// https://www.postgresql.org/docs/current/sql-alterpolicy.html
bool can_alter(const Alteration& alteration) {
  const auto lost = [&](Property property) {
    return alteration.from.has(property) && !alteration.to.has(property);
  };
  return !alteration.has(Property::command) && !alteration.has(Property::restrictive) &&
         !lost(Property::using_expression) && !lost(Property::check_expression);
}

} // namespace

void create_policy(const Scene&, const Object& policy, Draft& draft) {
  std::string sql = "CREATE POLICY " + ident(policy.part()) + " ON " + qualified(policy);
  if (policy.has(Property::restrictive)) sql += " AS RESTRICTIVE";
  if (policy.has(Property::command)) sql += " FOR " + upper(policy.text(Property::command));
  if (policy.has(Property::roles)) sql += " TO " + roles_of(policy);
  if (policy.has(Property::using_expression))
    sql += condition("USING", policy.text(Property::using_expression));
  if (policy.has(Property::check_expression))
    sql += condition("WITH CHECK", policy.text(Property::check_expression));
  draft.add("create policy", std::move(sql));
}

Altered alter_policy(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (!can_alter(alteration)) {
    make_anew(scene, alteration, draft);
    return Altered::done;
  }
  const auto& policy = alteration.to;
  std::string sql = "ALTER POLICY " + ident(policy.part()) + " ON " + qualified(policy);
  if (alteration.has(Property::roles)) sql += " TO " + roles_of(policy);
  if (alteration.has(Property::using_expression))
    sql += condition("USING", policy.text(Property::using_expression));
  if (alteration.has(Property::check_expression))
    sql += condition("WITH CHECK", policy.text(Property::check_expression));
  draft.add("alter policy", std::move(sql));
  return Altered::done;
}

} // namespace slipway::diff
