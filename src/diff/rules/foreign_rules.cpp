// Foreign data wrappers, servers and user mappings. Options that are secrets are known by a digest
// only, so that what has one is made and changed by a person.
#include "rules.hpp"

#include "naming.hpp"
#include "options_change.hpp"
#include "secrets.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string options_of(const Scene& scene, const Object& object) {
  const auto clause = foreign_options_clause(options_to_make(scene, object));
  return clause.empty() ? clause : " " + clause;
}

void create(const Scene& scene, const Object& object, const std::string& rest, Draft& draft) {
  const auto name = sql_name(object.identity());
  if (refuse_secrets(scene, object, "CREATE " + name + " ... OPTIONS (...)", draft)) return;
  draft.add("create " + std::string(schema::kind_name(object.kind())),
            "CREATE " + name + rest + options_of(scene, object));
}

// What is between the name and the options of an ALTER.
void alter(const Alteration& alteration, const std::string& rest, Draft& draft) {
  const auto name = sql_name(alteration.to.identity());
  if (alteration.has(Property::secret_digest)) {
    draft.refuse(
        "options of " + alteration.to.path() + " that are secrets (" +
        secret_names(alteration.to.has(Property::secret_digest) ? alteration.to : alteration.from) +
        ") differ, and they are never written down: run ALTER " + name +
        " OPTIONS (...) by hand, then plan again");
    return;
  }
  std::string options;
  if (alteration.has(Property::foreign_options))
    options = " " + foreign_options_change(alteration.from.list(Property::foreign_options),
                                           alteration.to.list(Property::foreign_options));
  draft.add("alter " + std::string(schema::kind_name(alteration.to.kind())),
            "ALTER " + name + rest + options);
}

std::string function_clause(const Object& object, Property property, const std::string& word) {
  return object.has(property) ? " " + word + " " + std::string(object.text(property)) : "";
}

// It knows no option of a wrapper, so that it was not there when this one got its options.
bool knows_no_option(const Object& wrapper) {
  return wrapper.has(Property::foreign_options) &&
         wrapper.text(Property::validator).ends_with("postgresql_fdw_validator");
}

void create_wrapper(const Scene& scene, const Object& object, Draft& draft) {
  const auto validator = function_clause(object, Property::validator, "VALIDATOR");
  if (knows_no_option(object)) {
    create(scene, object, function_clause(object, Property::handler, "HANDLER"), draft);
    draft.add("alter foreign data wrapper", "ALTER " + sql_name(object.identity()) + validator);
    return;
  }
  create(scene, object, function_clause(object, Property::handler, "HANDLER") + validator, draft);
}

Altered alter_wrapper(const Scene&, const Alteration& alteration, Draft& draft) {
  std::string rest;
  const auto change = [&](Property property, const std::string& word) {
    if (!alteration.has(property)) return;
    rest += alteration.to.has(property) ? function_clause(alteration.to, property, word)
                                        : " NO " + word;
  };
  change(Property::handler, "HANDLER");
  if (alteration.has(Property::foreign_options) && knows_no_option(alteration.to)) {
    if (alteration.from.has(Property::validator)) rest += " NO VALIDATOR";
    alter(alteration, rest, draft);
    draft.add("alter foreign data wrapper",
              "ALTER " + sql_name(alteration.to.identity()) +
                  function_clause(alteration.to, Property::validator, "VALIDATOR"));
    return Altered::done;
  }
  change(Property::validator, "VALIDATOR");
  // It looks at what servers and tables say from then on only.
  if (alteration.has(Property::validator) && alteration.to.has(Property::validator)) draft.later();
  alter(alteration, rest, draft);
  return Altered::done;
}

void create_server(const Scene& scene, const Object& object, Draft& draft) {
  std::string rest;
  if (object.has(Property::server_type))
    rest += " TYPE " + literal(object.text(Property::server_type));
  if (object.has(Property::version)) rest += " VERSION " + literal(object.text(Property::version));
  create(scene, object,
         rest + " FOREIGN DATA WRAPPER " + std::string(object.text(Property::wrapper)), draft);
}

Altered alter_server(const Scene&, const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::server_type) || alteration.has(Property::wrapper))
    return Altered::rebuild;
  std::string rest;
  if (alteration.has(Property::version))
    rest = " VERSION " + (alteration.to.has(Property::version)
                              ? literal(alteration.to.text(Property::version))
                              : std::string("NULL"));
  alter(alteration, rest, draft);
  return Altered::done;
}

void create_user_mapping(const Scene& scene, const Object& object, Draft& draft) {
  create(scene, object, {}, draft);
}

Altered alter_user_mapping(const Scene&, const Alteration& alteration, Draft& draft) {
  alter(alteration, {}, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> foreign_rules() {
  return {
      {Kind::foreign_data_wrapper, create_wrapper, plain_drop, alter_wrapper},
      {Kind::server, create_server, plain_drop, alter_server},
      {Kind::user_mapping, create_user_mapping, plain_drop, alter_user_mapping},
  };
}

} // namespace slipway::diff
