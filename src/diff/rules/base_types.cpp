#include "base_types.hpp"

#include "clauses.hpp"
#include "naming.hpp"
#include "type_users.hpp"

#include <algorithm>
#include <array>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;
using Clauses = std::vector<std::string>;

bool needs(const schema::Schema& schema, const Object& object, const Object& needed) {
  const schema::Dependency wanted{object.index(), needed.index()};
  const auto& all = schema.dependencies();
  return std::binary_search(all.begin(), all.end(), wanted);
}

std::vector<Object> functions_around(const schema::Schema& schema, const Object& type) {
  std::vector<Object> found;
  for (const auto& one : dependents_of(schema, type))
    if (one.kind() == Kind::function && needs(schema, type, one)) found.push_back(one);
  return found;
}

void declare(const Scene& scene, const Object& type, Draft& draft) {
  if (functions_around(scene.to, type).empty()) return;
  draft.add("declare type", "CREATE TYPE " + qualified(type));
  draft.later();
}

// What ALTER TYPE ... SET can change.
// https://www.postgresql.org/docs/current/sql-altertype.html
bool can_set(const std::string& name) {
  constexpr auto k_names = std::to_array<std::string_view>(
      {"RECEIVE", "SEND", "TYPMOD_IN", "TYPMOD_OUT", "ANALYZE", "SUBSCRIPT", "STORAGE"});
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end();
}

} // namespace

void create_base_type(const Scene& scene, const Object& type, Draft& draft) {
  const auto clauses = type.list(Property::clauses);
  if (clauses.empty()) {
    draft.add("declare type", "CREATE TYPE " + qualified(type));
    return;
  }
  declare(scene, type, draft);
  draft.add("create type", "CREATE TYPE " + qualified(type) + " (" + joined(clauses) + ")");
}

Altered alter_base_type(const Scene&, const Alteration& alteration, Draft& draft) {
  const auto before = alteration.from.list(Property::clauses);
  const auto after = alteration.to.list(Property::clauses);
  if (before.empty()) {
    draft.add("create type",
              "CREATE TYPE " + qualified(alteration.to) + " (" + joined(after) + ")");
    return Altered::done;
  }
  auto change = clause_change(before, after);
  for (const auto& clause : change.set)
    if (!can_set(clause_name(clause))) return Altered::rebuild;
  for (const auto& name : change.gone) {
    if (!can_set(name) || name == "STORAGE") return Altered::rebuild;
    change.set.push_back(name + " = NONE");
  }
  draft.add("alter type",
            "ALTER TYPE " + qualified(alteration.to) + " SET (" + joined(change.set) + ")");
  return Altered::done;
}

void create_range_type(const Scene& scene, const Object& type, Draft& draft) {
  declare(scene, type, draft);
  Clauses clauses{"SUBTYPE = " + std::string(type.text(Property::subtype))};
  const auto add = [&](Property property, const std::string& word) {
    if (type.has(property)) clauses.push_back(word + " = " + std::string(type.text(property)));
  };
  add(Property::subtype_operator_class, "SUBTYPE_OPCLASS");
  add(Property::collation, "COLLATION");
  add(Property::canonical_function, "CANONICAL");
  add(Property::subtype_difference, "SUBTYPE_DIFF");
  add(Property::multirange, "MULTIRANGE_TYPE_NAME");
  draft.add("create type",
            "CREATE TYPE " + qualified(type) + " AS RANGE (" + joined(clauses) + ")");
}

void drop_defined_type(const Scene& scene, const Object& type, Draft& draft) {
  // The functions and the type hold each other; all else that needs either has gone before.
  const bool together = !functions_around(scene.from, type).empty();
  draft.add("drop type", "DROP TYPE " + qualified(type) + (together ? " CASCADE" : ""));
}

bool goes_with_its_type(const Scene& scene, const Object& function) {
  for (const auto kind : {Kind::base_type, Kind::range_type})
    for (const auto& type : scene.from.objects(kind)) {
      const bool goes = !scene.to.find(type.identity()) || scene.rebuilt.contains(type.identity());
      if (goes && needs(scene.from, type, function) && needs(scene.from, function, type))
        return true;
    }
  return false;
}

} // namespace slipway::diff
