#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// One line of an object's privileges as Property::acl holds it: "reader=r*w" or
/// "public=X", "<owner>=arwd", with " by GRANTOR" when somebody else than the owner gave them.
/// Letters are PostgreSQL's, * after one means with grant option.
/// https://www.postgresql.org/docs/current/ddl-priv.html
struct AclItem {
  enum class Grantee { role, owner, everybody } grantee = Grantee::role;
  std::string role; ///< unquoted, when the grantee is a role
  std::string privileges;
  std::string grantor; ///< unquoted; empty: the owner
  std::string text() const;
};

/// Reads the canonical form.
AclItem parse_acl_item(std::string_view text);

/// The canonical form of aclitems as the server writes them (name=letters/grantor), said relative
/// to the owner, so that equal privileges under different owners are equal. Items that are
/// canonical already stay.
std::vector<std::string> canonical_acl(const std::vector<std::string>& items,
                                       std::string_view owner);

} // namespace slipway::schema
