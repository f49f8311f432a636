// Schemas, extensions, languages and access methods: what has no schema itself.
#include "rules.hpp"

#include "naming.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

void create_schema(const Scene&, const Object& object, Draft& draft) {
  draft.add("create schema", "CREATE SCHEMA " + qualified(object));
}

Altered nothing_to_alter(const Scene&, const Alteration&, Draft&) {
  return Altered::done;
}

// An extension may bring its schema along, which is then none of ours.
bool can_name_schema(const Scene& scene, const Object& extension) {
  const auto name = extension.text(Property::in_schema);
  return !name.empty() &&
         (name == "pg_catalog" || scene.to.find({Kind::schema, {}, std::string(name), {}}));
}

// Its members would have them, whatever they have in TO. What they have there besides their first
// privileges is granted by itself. Those that go have gone by then.
std::vector<Object> default_privileges_of_owner(const Scene& scene) {
  std::vector<Object> found;
  for (const auto& one : scene.from.objects(Kind::default_privileges))
    if (one.text(Property::role) == scene.from.origin().owner && scene.to.find(one.identity()))
      found.push_back(one);
  return found;
}

void create_extension(const Scene& scene, const Object& extension, Draft& draft) {
  std::string sql = "CREATE EXTENSION IF NOT EXISTS " + qualified(extension);
  if (can_name_schema(scene, extension))
    sql += " SCHEMA " + ident(extension.text(Property::in_schema));
  if (extension.has(Property::version))
    sql += " VERSION " + literal(extension.text(Property::version));
  const auto in_force = default_privileges_of_owner(scene);
  const auto& rule = rule_of(Kind::default_privileges);
  for (const auto& one : in_force) rule.drop(scene, one, draft);
  draft.add("create extension", std::move(sql));
  for (const auto& one : in_force) rule.create(scene, one, draft);
  // The extension brings a comment of its own along.
  if (!extension.has(Property::comment))
    draft.add("comment", "COMMENT ON EXTENSION " + qualified(extension) + " IS NULL");
}

Altered alter_extension(const Scene&, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto alter = "ALTER EXTENSION " + qualified(to);
  if (alteration.has(Property::in_schema)) {
    if (alteration.from.has(Property::not_relocatable)) return Altered::rebuild;
    draft.add("move extension", alter + " SET SCHEMA " + ident(to.text(Property::in_schema)));
  }
  if (alteration.has(Property::version) && to.has(Property::version))
    draft.add("update extension", alter + " UPDATE TO " + literal(to.text(Property::version)));
  return Altered::done;
}

std::string language_text(const Object& language) {
  std::string sql = language.has(Property::trusted) ? " TRUSTED LANGUAGE " : " LANGUAGE ";
  sql += qualified(language);
  const auto function = [&](Property property, const std::string& word) {
    if (language.has(property)) sql += word + std::string(language.text(property));
  };
  function(Property::handler, " HANDLER ");
  function(Property::inline_handler, " INLINE ");
  function(Property::validator, " VALIDATOR ");
  return sql;
}

void create_language(const Scene&, const Object& language, Draft& draft) {
  draft.add("create language", "CREATE" + language_text(language));
}

Altered alter_language(const Scene&, const Alteration& alteration, Draft& draft) {
  // Nothing is granted or revoked on one that is not trusted.
  if (alteration.has(Property::trusted) && alteration.from.has(Property::trusted) &&
      alteration.from.get(Property::acl) != alteration.to.get(Property::acl))
    return Altered::rebuild;
  draft.add("replace language", "CREATE OR REPLACE" + language_text(alteration.to));
  return Altered::done;
}

void create_access_method(const Scene&, const Object& method, Draft& draft) {
  draft.add("create access method", "CREATE ACCESS METHOD " + qualified(method) + " TYPE " +
                                        std::string(method.text(Property::object_type)) +
                                        " HANDLER " + std::string(method.text(Property::handler)));
}

} // namespace

std::vector<Rule> schema_rules() {
  return {
      {Kind::schema, create_schema, plain_drop, nothing_to_alter},
      {Kind::extension, create_extension, plain_drop, alter_extension},
      {Kind::language, create_language, plain_drop, alter_language},
      {Kind::access_method, create_access_method, plain_drop, always_rebuild},
  };
}

} // namespace slipway::diff
