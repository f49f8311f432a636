// Operators, their families and classes, casts and transforms.
#include "clauses.hpp"
#include "naming.hpp"
#include "rules.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_has_set_commutator = 170000;

std::string operator_name(const Identity& identity) {
  return "OPERATOR(" + ident(identity.schema) + "." + identity.name + ")";
}

void create_operator(const Scene&, const Object& object, Draft& draft) {
  draft.add("create operator", "CREATE OPERATOR " + ident(object.schema()) + "." +
                                   std::string(object.name()) + " (" +
                                   joined(object.list(Property::clauses)) + ")");
}

bool is_partner(const std::string& name) {
  return name == "COMMUTATOR" || name == "NEGATOR";
}

// Making or dropping an operator says to its commutator and negator what they are.
bool comes_with_partner(const schema::Schema& without, const schema::Schema& with,
                        const std::string& clause) {
  const auto name = clause.substr(clause.find(" = ") + 3);
  const auto operators = with.objects(Kind::operator_);
  return std::any_of(operators.begin(), operators.end(), [&](const Object& one) {
    return operator_name(one.identity()) == name && !without.find(one.identity());
  });
}

std::vector<std::string> own_clauses(const Scene& scene, const Alteration& alteration,
                                     Property property, bool after) {
  const auto& object = after ? alteration.to : alteration.from;
  auto clauses = object.list(property);
  std::erase_if(clauses, [&](const std::string& clause) {
    return is_partner(clause_name(clause)) &&
           (after ? comes_with_partner(scene.from, scene.to, clause)
                  : comes_with_partner(scene.to, scene.from, clause));
  });
  return clauses;
}

Altered alter_operator(const Scene& scene, const Alteration& alteration, Draft& draft) {
  auto change = clause_change(own_clauses(scene, alteration, Property::clauses, false),
                              own_clauses(scene, alteration, Property::clauses, true));
  const bool can_set = scene.from.origin().server_version >= k_has_set_commutator;
  for (const auto& clause : change.set) {
    const auto name = clause_name(clause);
    const bool estimator = name == "RESTRICT" || name == "JOIN";
    const bool other = std::any_of(change.gone.begin(), change.gone.end(),
                                   [&](const auto& gone) { return gone == name; });
    if (!estimator && (!can_set || other || name == "FUNCTION")) return Altered::rebuild;
  }
  for (const auto& name : change.gone) {
    if (name != "RESTRICT" && name != "JOIN") return Altered::rebuild;
    change.set.push_back(name + " = NONE");
  }
  if (!change.set.empty())
    draft.add("alter operator",
              "ALTER " + sql_name(alteration.to.identity()) + " SET (" + joined(change.set) + ")");
  return Altered::done;
}

// A member is dropped by its number and types: "OPERATOR 1 s.=(a,b)" is OPERATOR 1 (a,b),
// "FUNCTION 1 (a, b) f(...)" is FUNCTION 1 (a, b).
std::string member_key(const std::string& member) {
  const auto number_end = member.find(' ', member.find(' ') + 1);
  const auto first = member.find('(', number_end);
  const auto last = member.find(')', first);
  return member.substr(0, number_end) + " " + member.substr(first, last - first + 1);
}

std::vector<std::string> missing(const std::vector<std::string>& all,
                                 const std::vector<std::string>& in) {
  std::vector<std::string> found;
  for (const auto& one : all)
    if (std::find(in.begin(), in.end(), one) == in.end()) found.push_back(one);
  return found;
}

void change_members(const Object& family, const std::string& change,
                    const std::vector<std::string>& members, Draft& draft) {
  if (!members.empty())
    draft.add("alter operator family",
              "ALTER " + sql_name(family.identity()) + change + joined(members));
}

void create_family(const Scene&, const Object& family, Draft& draft) {
  draft.add("create operator family", "CREATE " + sql_name(family.identity()));
  change_members(family, " ADD ", family.list(Property::members), draft);
}

// In two steps: what it lets go of may have to be gone before what it gets can be made.
Altered alter_family(const Scene&, const Alteration& alteration, Draft& draft) {
  const auto before = alteration.from.list(Property::members);
  const auto after = alteration.to.list(Property::members);
  std::vector<std::string> gone;
  for (const auto& member : missing(before, after)) gone.push_back(member_key(member));
  change_members(alteration.to, " DROP ", gone, draft);
  draft.later();
  change_members(alteration.to, " ADD ", missing(after, before), draft);
  return Altered::done;
}

void create_class(const Scene&, const Object& object, Draft& draft) {
  std::string sql = "CREATE OPERATOR CLASS " + qualified(object);
  if (object.has(Property::is_default)) sql += " DEFAULT";
  const std::string type(object.text(Property::type));
  sql += " FOR TYPE " + type + " USING " + ident(object.part());
  auto members = object.list(Property::members);
  for (const auto& clause : object.list(Property::clauses)) {
    if (clause_name(clause) == "STORAGE")
      members.push_back(clause);
    else
      sql += " " + clause;
  }
  // There is no class without a list.
  if (members.empty()) members.push_back("STORAGE " + type);
  draft.add("create operator class", sql + " AS\n  " + joined(members, ",\n  "));
}

void create_cast(const Scene&, const Object& object, Draft& draft) {
  std::string sql = "CREATE CAST " + std::string(object.name());
  if (object.has(Property::source_function))
    sql += " WITH FUNCTION " + std::string(object.text(Property::source_function));
  else
    sql += object.text(Property::method) == "inout" ? " WITH INOUT" : " WITHOUT FUNCTION";
  if (object.has(Property::context))
    sql += object.text(Property::context) == "implicit" ? " AS IMPLICIT" : " AS ASSIGNMENT";
  draft.add("create cast", std::move(sql));
}

std::string transform_text(const Object& object) {
  return " TRANSFORM " + std::string(object.name()) + " (" +
         joined(object.list(Property::clauses)) + ")";
}

void create_transform(const Scene&, const Object& object, Draft& draft) {
  draft.add("create transform", "CREATE" + transform_text(object));
}

Altered alter_transform(const Scene&, const Alteration& alteration, Draft& draft) {
  draft.add("replace transform", "CREATE OR REPLACE" + transform_text(alteration.to));
  return Altered::done;
}

} // namespace

std::vector<Rule> operator_rules() {
  return {
      {Kind::operator_, create_operator, plain_drop, alter_operator},
      {Kind::operator_family, create_family, plain_drop, alter_family},
      {Kind::operator_class, create_class, plain_drop, always_rebuild},
      {Kind::cast, create_cast, plain_drop, always_rebuild},
      {Kind::transform, create_transform, plain_drop, alter_transform},
  };
}

} // namespace slipway::diff
