#include "slipway/rehearse/shadow.hpp"

#include <gtest/gtest.h>

namespace slipway::rehearse {
namespace {

using schema::Kind;
using schema::Property;

TEST(RolesInASchema, AreThoseOfOwnersPrivilegesPoliciesAndMappings) {
  schema::SchemaBuilder builder;
  const auto table = builder.add(Kind::table, "public", "t");
  builder.set(table, Property::owner, "Table Owner");
  builder.set_list(table, Property::acl,
                   {"<owner>=arwd", "public=r", "reader=r*w", "\"odd name\"=r by giver"});
  const auto column = builder.add_part(table, Kind::column, "id");
  builder.set_list(column, Property::acl, {"columnist=r"});
  const auto policy = builder.add_part(table, Kind::policy, "p");
  builder.set_list(policy, Property::roles, {"tenant", "public"});
  const auto defaults = builder.add(Kind::default_privileges, "", "of maker");
  builder.set(defaults, Property::role, "maker");
  builder.add(Kind::user_mapping, "", "server", "mapped");
  const auto closed = builder.add(Kind::table, "public", "closed");
  builder.set(closed, Property::acl, "");
  const auto found = roles_in(builder.finish({}));
  EXPECT_EQ(found, (std::set<std::string>{"Table Owner", "reader", "odd name", "giver", "columnist",
                                          "tenant", "maker", "mapped"}));
}

} // namespace
} // namespace slipway::rehearse
