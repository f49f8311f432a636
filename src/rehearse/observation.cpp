// Two observers that share nothing but the server: inspect with the schema's own comparison, and
// pg_dump with the states that it does not show.
#include "observation.hpp"

#include "slipway/rehearse/catalog_states.hpp"
#include "slipway/rehearse/dump_normal_form.hpp"
#include "slipway/rehearse/dump_program.hpp"
#include "slipway/rehearse/proof_database.hpp"

#include <fmt/format.h>

namespace slipway::rehearse {

namespace {

constexpr std::size_t k_longest_text = 300;

std::string shortened(std::string_view text) {
  if (text.size() <= k_longest_text) return std::string(text);
  return std::string(text.substr(0, k_longest_text)) + "...";
}

std::string shown(const std::optional<std::string>& value) {
  return value ? "\"" + shortened(*value) + "\"" : std::string("its default");
}

void add_each(std::vector<std::string>& found, const std::vector<std::string>& texts,
              std::string_view form) {
  for (const std::string& text : texts)
    found.push_back(fmt::format(fmt::runtime(form), shortened(text)));
}

} // namespace

Result<Observation> observe(const pg::Cluster& cluster, const std::string& database,
                            const Eyes& eyes, const Wait& wait) {
  Observation seen;
  {
    SLIPWAY_ASSIGN(auto session, open_in(cluster, database, wait));
    SLIPWAY_ASSIGN(seen.schema, inspect::read_schema(session, eyes.scope, wait));
    SLIPWAY_ASSIGN(seen.states, catalog_states(session, eyes.scope.leave_out, wait));
  }
  if (!eyes.pg_dump) return seen;
  SLIPWAY_ASSIGN(seen.dump_text,
                 dump_schema(*eyes.pg_dump, cluster, database, eyes.scope.leave_out, wait));
  SLIPWAY_ASSIGN(seen.dump, dump_normal_form(seen.dump_text));
  return seen;
}

std::vector<std::string> sentences(const std::vector<schema::Difference>& from_made_to_wanted) {
  std::vector<std::string> found;
  for (const schema::Difference& one : from_made_to_wanted) {
    const std::string path = one.identity.path();
    if (one.change == schema::Change::created) found.push_back(path + " is missing");
    if (one.change == schema::Change::dropped) found.push_back(path + " should not be there");
    for (const schema::PropertyDifference& property : one.properties)
      found.push_back(fmt::format("{}: {} is {}, not {}", path,
                                  schema::property_name(property.property), shown(property.from),
                                  shown(property.to)));
  }
  return found;
}

std::vector<std::string> dump_sentences(const Observation& made, const Observation& wanted) {
  std::vector<std::string> found;
  if (!made.dump || !wanted.dump) return found;
  const DumpDifference difference = dump_difference(*made.dump, *wanted.dump);
  add_each(found, difference.only_first, "pg_dump shows what should not be there: {}");
  add_each(found, difference.only_second, "pg_dump does not show: {}");
  return found;
}

std::vector<std::string> state_sentences(const Observation& made, const Observation& wanted) {
  std::vector<std::string> found;
  const DumpDifference difference = dump_difference(made.states, wanted.states);
  add_each(found, difference.only_first, "{}");
  add_each(found, difference.only_second, "it should be that {}");
  return found;
}

} // namespace slipway::rehearse
