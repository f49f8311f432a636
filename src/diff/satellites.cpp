#include "satellites.hpp"

#include "naming.hpp"
#include "privileges.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

// COMMENT ON and SECURITY LABEL call some kinds by another word than ALTER does.
std::string commented_name(const Object& object) {
  if (object.kind() == Kind::domain) return "DOMAIN " + qualified(object);
  return sql_name(object.identity());
}

void comment(const std::string& on, std::optional<std::string_view> text, Draft& draft) {
  draft.add("comment", "COMMENT ON " + on + " IS " + (text ? literal(*text) : "NULL"));
}

// The schema public has a comment from the start.
std::optional<std::string_view> comment_of(const Object& object) {
  const bool is_public = object.kind() == Kind::schema && object.name() == "public";
  if (is_public && !object.has(Property::comment)) return "standard public schema";
  return object.get(Property::comment);
}

void label(const Object& object, const std::vector<std::string>& before,
           const std::vector<std::string>& after, Draft& draft) {
  const auto provider_of = [](const std::string& one) { return one.substr(0, one.find('=')); };
  for (const auto& one : before) {
    const bool stays = std::any_of(after.begin(), after.end(), [&](const std::string& other) {
      return provider_of(other) == provider_of(one);
    });
    if (!stays)
      draft.add("security label", "SECURITY LABEL FOR " + ident(provider_of(one)) + " ON " +
                                      commented_name(object) + " IS NULL");
  }
  for (const auto& one : after) {
    if (std::find(before.begin(), before.end(), one) != before.end()) continue;
    draft.add("security label", "SECURITY LABEL FOR " + ident(provider_of(one)) + " ON " +
                                    commented_name(object) + " IS " +
                                    literal(one.substr(one.find('=') + 1)));
  }
}

std::string index_of_constraint(const Object& constraint) {
  return "INDEX " + qualified(constraint.schema(), constraint.part());
}

// NOT NULL is a constraint with a name from 17 on, which it has from its column when nobody gave it
// another.
std::string not_null_of(const Object& object) {
  const bool column = object.kind() == Kind::column;
  const auto usual = std::string(object.name()) +
                     (column ? "_" + std::string(object.part()) : std::string()) + "_not_null";
  return "CONSTRAINT " + ident(object.get(Property::not_null_name).value_or(usual)) + " ON " +
         (column ? "" : "DOMAIN ") + qualified(object);
}

void bind(const Object& object, const std::vector<std::string>& before,
          const std::vector<std::string>& after, Draft& draft) {
  const auto alter = "ALTER " + (object.kind() == Kind::constraint ? index_of_constraint(object)
                                                                   : sql_name(object.identity()));
  const auto say = [&](const std::vector<std::string>& these, const std::vector<std::string>& those,
                       const std::string& words) {
    for (const auto& one : these)
      if (std::find(those.begin(), those.end(), one) == those.end())
        draft.add("depends on extension", alter + words + ident(one));
  };
  say(before, after, " NO DEPENDS ON EXTENSION ");
  say(after, before, " DEPENDS ON EXTENSION ");
}

void own(const Object& object, Draft& draft) {
  if (is_part(object.kind()) || !object.has(Property::owner)) return;
  draft.add("owner", "ALTER " + sql_name(object.identity()) + " OWNER TO " +
                         ident(object.text(Property::owner)));
}

} // namespace

bool is_satellite(Property property) {
  return property == Property::owner || property == Property::acl ||
         property == Property::revoked_acl || property == Property::comment ||
         property == Property::security_labels || property == Property::index_comment ||
         property == Property::not_null_comment || property == Property::depends_on_extensions;
}

void add_satellites(const Scene& scene, const Object& object, Draft& draft) {
  own(object, draft);
  grant_to_new(scene, object, draft);
  if (const auto text = comment_of(object)) comment(commented_name(object), text, draft);
  if (object.has(Property::index_comment))
    comment(index_of_constraint(object), object.text(Property::index_comment), draft);
  if (object.has(Property::not_null_comment))
    comment(not_null_of(object), object.text(Property::not_null_comment), draft);
  label(object, {}, object.list(Property::security_labels), draft);
  bind(object, {}, object.list(Property::depends_on_extensions), draft);
}

void bind_again(const Object& object, Draft& draft) {
  bind(object, {}, object.list(Property::depends_on_extensions), draft);
}

void change_satellites(const Scene& scene, const Object& from, const Object& to,
                       const std::vector<schema::PropertyDifference>& changed, Draft& draft) {
  const auto& statements = draft.statements();
  const bool replaced = std::any_of(statements.begin(), statements.end(), [](const auto& one) {
    return one.kind.starts_with("replace ");
  });
  // CREATE OR REPLACE forgets it, and to say it twice does no harm.
  if (replaced) bind(to, {}, to.list(Property::depends_on_extensions), draft);
  for (const auto& one : changed) {
    switch (one.property) {
    case Property::owner:
      // It has the owner of its table, to whom it was given with that.
      if (to.has(Property::owned_by)) break;
      draft.add("owner", "ALTER " + sql_name(to.identity()) + " OWNER TO " +
                             ident(to.has(Property::owner) ? to.text(Property::owner)
                                                           : scene.from.origin().owner));
      break;
    case Property::revoked_acl:
      // Said together with what is granted, if that differs, too.
      if (from.get(Property::acl) != to.get(Property::acl)) break;
      [[fallthrough]];
    case Property::acl:
      change_privileges(scene, from, to, draft);
      break;
    case Property::comment:
      comment(commented_name(to), comment_of(to), draft);
      break;
    case Property::index_comment:
      comment(index_of_constraint(to), to.get(Property::index_comment), draft);
      break;
    case Property::security_labels:
      label(to, from.list(Property::security_labels), to.list(Property::security_labels), draft);
      break;
    case Property::depends_on_extensions:
      if (!replaced)
        bind(to, from.list(Property::depends_on_extensions),
             to.list(Property::depends_on_extensions), draft);
      break;
    default:
      break;
    }
  }
}

void change_not_null_comment(const Object& to,
                             const std::vector<schema::PropertyDifference>& changed, Draft& draft) {
  for (const auto& one : changed)
    if (one.property == Property::not_null_comment && to.has(Property::not_null))
      comment(not_null_of(to), to.get(Property::not_null_comment), draft);
}

} // namespace slipway::diff
