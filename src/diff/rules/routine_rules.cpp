// Functions, procedures and aggregates.
#include "base_types.hpp"
#include "naming.hpp"
#include "routine_text.hpp"
#include "routine_transforms.hpp"
#include "rules.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string word_of(const Object& routine) {
  return std::string(schema::kind_name(routine.kind()));
}

void create_routine(const Scene& scene, const Object& routine, Draft& draft) {
  refuse_missing_transforms(scene, routine, draft);
  draft.add("create " + word_of(routine), routine_text("CREATE", routine));
}

void drop_routine(const Scene& scene, const Object& routine, Draft& draft) {
  if (!goes_with_its_type(scene, routine)) plain_drop(scene, routine, draft);
}

Altered alter_routine(const Scene&, const Alteration& alteration, Draft& draft) {
  if (!can_replace_routine(alteration.from, alteration.to)) return Altered::rebuild;
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
