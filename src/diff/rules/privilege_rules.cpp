// Default privileges: what objects get that are made later.
#include "rules.hpp"

#include "default_privileges.hpp"
#include "naming.hpp"
#include "privileges.hpp"

#include "slipway/schema/acl.hpp"

#include <map>

namespace slipway::diff {

namespace {

using schema::AclItem;
using schema::Kind;
using schema::Object;
using schema::Property;

// Letters by grantee as SQL names it, those with grant option apart.
struct Letters {
  std::string all;
  std::string with_option;
};
using Grants = std::map<std::string, Letters>;

// The owner is the one whose new objects these are.
std::string grantee(const Object& object, const AclItem& item) {
  if (item.grantee == AclItem::Grantee::everybody) return "PUBLIC";
  return ident(item.grantee == AclItem::Grantee::owner ? object.text(Property::role) : item.role);
}

Grants grants_of(const Object& object) {
  Grants grants;
  for (const auto& text : object.list(Property::acl)) {
    if (text.empty()) continue;
    const auto item = schema::parse_acl_item(text);
    auto& letters = grants[grantee(object, item)];
    for (const char letter : item.privileges)
      (letter == '*' ? letters.with_option : letters.all) +=
          letter == '*' ? letters.all.back() : letter;
  }
  return grants;
}

// An entry for a schema adds to what there is; one for all says everything, and without it new
// objects have what is built in.
Grants built_in(const Scene& scene, const Object& object) {
  if (object.has(Property::in_schema)) return {};
  Grants grants;
  const auto type = object.text(Property::object_type);
  grants[ident(object.text(Property::role))].all =
      built_in_of_owner(type, scene.from.origin().server_version);
  const auto everybody = built_in_of_everybody(type);
  if (!everybody.empty()) grants["PUBLIC"].all = everybody;
  return grants;
}

std::string less(std::string_view letters, std::string_view others) {
  std::string kept;
  for (const char letter : letters)
    if (others.find(letter) == std::string_view::npos) kept += letter;
  return kept;
}

class Change {
public:
  Change(const Object& object, Draft& draft) : object_(object), draft_(draft) {}

  void run(Grants before, Grants after) {
    for (const auto& [role, letters] : before) {
      const auto& kept = after[role];
      say("REVOKE ", less(letters.all, kept.all), " FROM " + role);
      say("REVOKE GRANT OPTION FOR ",
          less(less(letters.with_option, kept.with_option), less(letters.all, kept.all)),
          " FROM " + role);
    }
    for (const auto& [role, letters] : after) {
      const auto& had = before[role];
      const auto with_option = less(letters.with_option, had.with_option);
      say("GRANT ", less(less(letters.all, had.all), with_option), " TO " + role);
      say("GRANT ", with_option, " TO " + role + " WITH GRANT OPTION");
    }
  }

private:
  void say(const std::string& verb, const std::string& letters, const std::string& rest) {
    if (letters.empty()) return;
    std::string words;
    for (const auto& word : privilege_words(letters)) words += (words.empty() ? "" : ", ") + word;
    std::string sql = "ALTER DEFAULT PRIVILEGES FOR ROLE " + ident(object_.text(Property::role));
    if (object_.has(Property::in_schema))
      sql += " IN SCHEMA " + ident(object_.text(Property::in_schema));
    draft_.add("default privileges", sql + " " + verb + words + " ON " +
                                         std::string(object_.text(Property::object_type)) + rest);
  }

  const Object& object_;
  Draft& draft_;
};

void create(const Scene& scene, const Object& object, Draft& draft) {
  Change(object, draft).run(built_in(scene, object), grants_of(object));
}

void drop(const Scene& scene, const Object& object, Draft& draft) {
  // They go with their schema.
  const std::string schema(object.text(Property::in_schema));
  if (!schema.empty() && !scene.to.find({Kind::schema, {}, schema, {}})) return;
  Change(object, draft).run(grants_of(object), built_in(scene, object));
}

Altered alter(const Scene&, const Alteration&, Draft&) {
  return Altered::done;
}

// The grants themselves are said with the privileges of everything else.
void create_grants(const Scene&, const Object&, Draft&) {
}

void drop_grants(const Scene& scene, const Object& grants, Draft& draft) {
  // They go with the extension.
  for (const auto& one : scene.from.dependencies()) {
    if (one.object != grants.index()) continue;
    if (!scene.to.find(scene.from.at(one.needs).identity())) return;
  }
  change_member_grants(scene, grants, {}, draft);
}

} // namespace

void change_default_privileges(const Object& from, const Object& to, Draft& draft) {
  Change(to, draft).run(grants_of(from), grants_of(to));
}

std::vector<Rule> privilege_rules() {
  return {
      {Kind::default_privileges, create, drop, alter},
      {Kind::member_grants, create_grants, drop_grants, alter},
  };
}

} // namespace slipway::diff
