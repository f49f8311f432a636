// Collations, conversions and text search.
#include "rules.hpp"

#include "clauses.hpp"
#include "naming.hpp"

#include <algorithm>
#include <map>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string kind_word(const Object& object) {
  return std::string(schema::kind_name(object.kind()));
}

void create_collation(const Scene&, const Object& collation, Draft& draft) {
  constexpr std::string_view k_between = " / ";
  std::vector<std::string> clauses{"provider = " + std::string(collation.text(Property::provider))};
  if (collation.has(Property::nondeterministic)) clauses.emplace_back("deterministic = false");
  const auto locale = collation.text(Property::locale);
  const auto at = locale.find(k_between);
  if (at == std::string_view::npos) {
    clauses.push_back("locale = " + literal(locale));
  } else {
    clauses.push_back("lc_collate = " + literal(locale.substr(0, at)));
    clauses.push_back("lc_ctype = " + literal(locale.substr(at + k_between.size())));
  }
  if (collation.has(Property::rules_text))
    clauses.push_back("rules = " + literal(collation.text(Property::rules_text)));
  draft.add("create collation",
            "CREATE COLLATION " + qualified(collation) + " (" + joined(clauses) + ")");
}

void create_conversion(const Scene&, const Object& conversion, Draft& draft) {
  draft.add("create conversion", std::string("CREATE ") +
                                     (conversion.has(Property::is_default) ? "DEFAULT " : "") +
                                     "CONVERSION " + qualified(conversion) + " " +
                                     joined(conversion.list(Property::clauses), " "));
}

// Parsers and templates.
void create_by_clauses(const Scene&, const Object& object, Draft& draft) {
  draft.add("create " + kind_word(object), "CREATE " + sql_name(object.identity()) + " (" +
                                               joined(object.list(Property::clauses)) + ")");
}

void create_dictionary(const Scene&, const Object& dictionary, Draft& draft) {
  std::vector<std::string> clauses{"TEMPLATE = " +
                                   std::string(dictionary.text(Property::template_))};
  for (const auto& option : dictionary.list(Property::options)) clauses.push_back(option);
  draft.add("create text search dictionary",
            "CREATE " + sql_name(dictionary.identity()) + " (" + joined(clauses) + ")");
}

Altered alter_dictionary(const Scene&, const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::template_)) return Altered::rebuild;
  auto change =
      clause_change(alteration.from.list(Property::options), alteration.to.list(Property::options));
  // A name alone takes the option off.
  change.set.insert(change.set.end(), change.gone.begin(), change.gone.end());
  draft.add("alter text search dictionary",
            "ALTER " + sql_name(alteration.to.identity()) + " (" + joined(change.set) + ")");
  return Altered::done;
}

// TOKEN: DICTIONARY, DICTIONARY
using Mappings = std::map<std::string, std::string>;

Mappings mappings_of(const Object& configuration) {
  Mappings mappings;
  for (const auto& mapping : configuration.list(Property::mappings)) {
    const auto at = mapping.find(": ");
    mappings.emplace(mapping.substr(0, at), mapping.substr(at + 2));
  }
  return mappings;
}

// Tokens that go to the same dictionaries are said in one statement.
void map_tokens(const Object& configuration, const std::string& verb, const Mappings& mappings,
                Draft& draft) {
  std::map<std::string, std::vector<std::string>> tokens;
  for (const auto& [token, dictionaries] : mappings) tokens[dictionaries].push_back(ident(token));
  for (const auto& [dictionaries, names] : tokens)
    draft.add("alter text search configuration", "ALTER " + sql_name(configuration.identity()) +
                                                     " " + verb + " MAPPING FOR " + joined(names) +
                                                     " WITH " + dictionaries);
}

void create_configuration(const Scene&, const Object& configuration, Draft& draft) {
  draft.add("create text search configuration",
            "CREATE " + sql_name(configuration.identity()) +
                " (PARSER = " + std::string(configuration.text(Property::template_)) + ")");
  map_tokens(configuration, "ADD", mappings_of(configuration), draft);
}

Altered alter_configuration(const Scene&, const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::template_)) return Altered::rebuild;
  const auto before = mappings_of(alteration.from);
  const auto after = mappings_of(alteration.to);
  Mappings added;
  Mappings changed;
  std::vector<std::string> gone;
  for (const auto& [token, dictionaries] : after) {
    const auto found = before.find(token);
    if (found == before.end())
      added.emplace(token, dictionaries);
    else if (found->second != dictionaries)
      changed.emplace(token, dictionaries);
  }
  for (const auto& [token, dictionaries] : before)
    if (!after.contains(token)) gone.push_back(ident(token));
  if (!gone.empty())
    draft.add("alter text search configuration",
              "ALTER " + sql_name(alteration.to.identity()) + " DROP MAPPING FOR " + joined(gone));
  map_tokens(alteration.to, "ADD", added, draft);
  map_tokens(alteration.to, "ALTER", changed, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> text_rules() {
  return {
      {Kind::collation, create_collation, plain_drop, always_rebuild},
      {Kind::conversion, create_conversion, plain_drop, always_rebuild},
      {Kind::text_search_parser, create_by_clauses, plain_drop, always_rebuild},
      {Kind::text_search_template, create_by_clauses, plain_drop, always_rebuild},
      {Kind::text_search_dictionary, create_dictionary, plain_drop, alter_dictionary},
      {Kind::text_search_configuration, create_configuration, plain_drop, alter_configuration},
  };
}

} // namespace slipway::diff
