// Finds the roles that a schema names.
#include "slipway/rehearse/shadow.hpp"

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

// Where the name at the start of `text` ends.
std::size_t end_of_name(std::string_view text, std::string_view stops) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"')
      quoted = !quoted;
    else if (!quoted && stops.find(text[at]) != std::string_view::npos)
      return at;
  }
  return text.size();
}

class Roles {
public:
  void add(std::string_view name) {
    const std::string role = unquoted(name);
    if (!role.empty() && role != "public") found_.insert(role);
  }

  // GRANTEE=PRIVILEGES/GRANTOR, with an empty grantee for PUBLIC.
  void add_privilege(std::string_view item) {
    const std::size_t equals = end_of_name(item, "=");
    add(item.substr(0, equals));
    if (equals == item.size()) return;
    const std::string_view rest = item.substr(equals + 1);
    if (const auto slash = rest.find('/'); slash != std::string_view::npos)
      add(rest.substr(slash + 1));
  }

  void look_at(const schema::Object& object) {
    add(object.text(Property::owner));
    add(object.text(Property::role));
    if (object.has(Property::acl))
      for (const auto& item : object.list(Property::acl)) add_privilege(item);
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

} // namespace slipway::rehearse
