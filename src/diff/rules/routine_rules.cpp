// Functions, procedures and aggregates.
#include "base_types.hpp"
#include "naming.hpp"
#include "routine_text.hpp"
#include "rules.hpp"

#include <algorithm>
#include <array>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string word_of(const Object& routine) {
  return std::string(schema::kind_name(routine.kind()));
}

bool is_own_type(const schema::Schema& schema, const std::string& type) {
  const auto name = split_name(type);
  constexpr std::array k_types = {Kind::enum_type, Kind::domain, Kind::composite_type,
                                  Kind::range_type, Kind::base_type};
  return std::any_of(k_types.begin(), k_types.end(), [&](Kind kind) {
    return schema.find({kind, name.schema, name.name, {}}).has_value();
  });
}

// A routine takes a transform that is there when it is made. Before PostgreSQL 18 the transform,
// and even its type, can go from under it; what then names it cannot be made again. Transforms of
// extensions are not looked at.
bool has_its_transforms(const Scene& scene, const Object& routine, Draft& draft) {
  constexpr std::string_view k_gone_type = "???";
  for (const auto& type : routine.list(Property::transforms)) {
    const schema::Identity transform{Kind::transform,
                                     {},
                                     "FOR " + type + " LANGUAGE " +
                                         ident(routine.text(Property::language)),
                                     {}};
    if (scene.from.find(transform) || scene.to.find(transform)) continue;
    if (type != k_gone_type && !is_own_type(scene.to, type)) continue;
    draft.refuse("it names the transform " + transform.name +
                 ", which is not there: make it, or leave it out of the routine");
    return false;
  }
  return true;
}

void create_routine(const Scene& scene, const Object& routine, Draft& draft) {
  if (!has_its_transforms(scene, routine, draft)) return;
  draft.add("create " + word_of(routine), routine_text("CREATE", routine));
}

void drop_routine(const Scene& scene, const Object& routine, Draft& draft) {
  if (!goes_with_its_type(scene, routine)) plain_drop(scene, routine, draft);
}

Altered alter_routine(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (!can_replace_routine(alteration.from, alteration.to)) return Altered::rebuild;
  if (!has_its_transforms(scene, alteration.to, draft)) return Altered::done;
  draft.add("replace " + word_of(alteration.to), routine_text("CREATE OR REPLACE", alteration.to));
  return Altered::done;
}

void create_aggregate(const Scene&, const Object& aggregate, Draft& draft) {
  std::string clauses;
  for (const auto& clause : aggregate.list(Property::clauses))
    clauses += (clauses.empty() ? "\n  " : ",\n  ") + clause;
  draft.add("create aggregate", "CREATE AGGREGATE " + qualified(aggregate) + "(" +
                                    std::string(aggregate.get(Property::arguments).value_or("*")) +
                                    ") (" + clauses + "\n)");
}

} // namespace

std::vector<Rule> routine_rules() {
  return {
      {Kind::function, create_routine, drop_routine, alter_routine},
      {Kind::procedure, create_routine, plain_drop, alter_routine},
      {Kind::aggregate, create_aggregate, plain_drop, always_rebuild},
  };
}

} // namespace slipway::diff
