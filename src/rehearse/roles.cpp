// Finds the roles that a schema names.
#include "slipway/rehearse/shadow.hpp"

#include "slipway/schema/acl.hpp"

namespace slipway::rehearse {

namespace {

using schema::Property;

// A name as PostgreSQL writes it where it may need quotes.
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
  std::string plain;
  for (std::size_t at = 1; at + 1 < name.size(); ++at) {
    plain += name[at];
    if (name[at] == '"') ++at;
  }
  return plain;
}

class Roles {
public:
  void add(std::string_view name) {
    const std::string role = unquoted(name);
    if (!role.empty() && role != "public") found_.insert(role);
  }

  void add_privilege(std::string_view text) {
    const auto item = schema::parse_acl_item(text);
    if (item.grantee == schema::AclItem::Grantee::role) found_.insert(item.role);
    if (!item.grantor.empty()) found_.insert(item.grantor);
  }

  void look_at(const schema::Object& object) {
    add(object.text(Property::owner));
    add(object.text(Property::role));
    // Empty text stands for no privileges at all.
    if (!object.text(Property::acl).empty())
      for (const auto& item : object.list(Property::acl)) add_privilege(item);
    for (const auto& item : object.list(Property::revoked_acl)) add_privilege(item);
    if (object.has(Property::roles))
      for (const auto& role : object.list(Property::roles)) add(role);
    if (object.kind() == schema::Kind::user_mapping) add(object.part());
    for (const auto& part : object.parts()) look_at(part);
  }

  std::set<std::string> found() { return std::move(found_); }

private:
  std::set<std::string> found_;
};

} // namespace

std::set<std::string> roles_in(const schema::Schema& schema) {
  Roles roles;
  for (const auto& object : schema.objects()) roles.look_at(object);
  return roles.found();
}

std::set<std::string> superusers_in(const schema::Schema& schema) {
  std::set<std::string> found;
  for (const auto kind : {schema::Kind::foreign_data_wrapper, schema::Kind::event_trigger,
                          schema::Kind::subscription})
    for (const auto& object : schema.objects(kind))
      if (object.has(Property::owner)) found.insert(unquoted(object.text(Property::owner)));
  return found;
}

} // namespace slipway::rehearse
