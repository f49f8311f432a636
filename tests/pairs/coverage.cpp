#include "coverage.hpp"

#include <map>

namespace slipway::test {

namespace {

using schema::Kind;
using schema::Property;

/// Major version that brought what not all servers know.
const std::map<Property, int> k_since{
    {Property::compression, 14},
    {Property::sql_body, 14},
    {Property::multirange, 14},
    {Property::detach_pending, 14},
    {Property::nulls_not_distinct, 15},
    {Property::on_delete_columns, 15},
    {Property::schemas, 15},
    {Property::rules_text, 16},
    {Property::not_null_name, 17},
    {Property::not_null_comment, 17},
    {Property::not_null_not_valid, 18},
    {Property::not_null_no_inherit, 18},
    {Property::not_enforced, 18},
    {Property::without_overlaps, 18},
    {Property::generated_columns, 18},
};

const std::map<Property, std::string> k_never_there{
    {Property::security_labels, "needs a library that provides labels, which no server has"},
    {Property::version, "of an extension only where that is asked for"},
};

const std::map<Property, std::string> k_never_differ{
    {Property::position, "not compared, since nobody can change it"},
    {Property::not_relocatable, "not compared"},
    {Property::role, "part of the name of default privileges"},
};

bool is_known(Property property, int major_version) {
  const auto found = k_since.find(property);
  return found == k_since.end() || found->second <= major_version;
}

} // namespace

void Coverage::add(const schema::Schema& one, const schema::Schema& other) {
  for (const auto* side : {&one, &other})
    for (schema::Object::Index at = 0; at < side->size(); ++at) {
      had_kinds_.insert(side->at(at).kind());
      for (const auto& value : side->at(at).values()) had_.insert(value.property);
    }
  for (const auto& difference : schema::compare(one, other)) {
    changed_kinds_.insert(difference.identity.kind);
    for (const auto& value : difference.properties) changed_.insert(value.property);
    const auto whole = one.find(difference.identity) ? one.find(difference.identity)
                                                     : other.find(difference.identity);
    if (difference.properties.empty() && whole)
      for (const auto& part : whole->parts()) changed_kinds_.insert(part.kind());
  }
}

std::vector<std::string> Coverage::gaps(int major_version) const {
  std::vector<std::string> found;
  for (const auto kind : schema::all_kinds()) {
    const std::string name(schema::kind_name(kind));
    if (!had_kinds_.contains(kind))
      found.push_back("no pair had a " + name);
    else if (!changed_kinds_.contains(kind))
      found.push_back("in no pair a " + name + " differed");
  }
  for (const auto property : schema::all_properties()) {
    if (!is_known(property, major_version) || k_never_there.contains(property)) continue;
    const std::string name(schema::property_name(property));
    if (!had_.contains(property))
      found.push_back("no pair had " + name);
    else if (!changed_.contains(property) && !k_never_differ.contains(property))
      found.push_back(name + " was the same in all pairs");
  }
  return found;
}

} // namespace slipway::test
