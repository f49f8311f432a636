// Types that users make.
#include "base_types.hpp"
#include "composite_attributes.hpp"
#include "domain_types.hpp"
#include "enum_types.hpp"
#include "naming.hpp"
#include "rules.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;

void create_composite(const Scene&, const Object& type, Draft& draft) {
  draft.add("create type", "CREATE TYPE " + qualified(type) + " AS " + attribute_list(type));
}

} // namespace

std::vector<Rule> type_rules() {
  return {
      {Kind::enum_type, create_enum, plain_drop, alter_enum},
      {Kind::domain, create_domain, plain_drop, alter_domain},
      {Kind::domain_constraint, create_domain_constraint, drop_domain_constraint,
       alter_domain_constraint},
      {Kind::composite_type, create_composite, plain_drop, always_rebuild},
      {Kind::range_type, create_range_type, drop_defined_type, always_rebuild},
      {Kind::base_type, create_base_type, drop_defined_type, alter_base_type},
  };
}

} // namespace slipway::diff
