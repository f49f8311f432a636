// Tells differences of meaning from differences of wording.
#include "slipway/rehearse/same_meaning.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::rehearse {

namespace {

using schema::Property;

constexpr std::array k_texts = {
    Property::default_value,    Property::generated,       Property::expression,
    Property::predicate,        Property::columns,         Property::query,
    Property::definition,       Property::sql_body,        Property::using_expression,
    Property::check_expression, Property::partition_bound, Property::partition_by,
    Property::arguments,        Property::tables,
};

bool is_text(const schema::PropertyDifference& one) {
  return one.from && one.to &&
         std::find(k_texts.begin(), k_texts.end(), one.property) != k_texts.end();
}

// Errors of the way, as against a schema that cannot be made.
bool is_in_the_way(const Error& error) {
  return error.code == ErrorCode::cancelled || error.code == ErrorCode::connection ||
         !error.connection_usable();
}

struct Anew {
  bool made = false;
  Materialised made_of;
};

Result<Anew> make_anew(const Workshop& workshop, const schema::Schema& schema, const Wait& wait) {
  auto made = rebuild(workshop, schema, wait);
  if (!made && is_in_the_way(made.error())) return fail(std::move(made).error());
  Anew anew;
  if (!made || !differ_in_text_only(compare(schema, made->schema))) return anew;
  anew.made = true;
  anew.made_of = std::move(*made);
  return anew;
}

std::string shown(const std::optional<std::string>& value) {
  return value ? *value : std::string("(usual)");
}

} // namespace

bool differ_in_text_only(const std::vector<schema::Difference>& differences) {
  return std::all_of(differences.begin(), differences.end(), [](const auto& one) {
    return one.change == schema::Change::changed &&
           std::all_of(one.properties.begin(), one.properties.end(), is_text);
  });
}

Result<bool> mean_the_same(const Workshop& workshop, const schema::Schema& one,
                           const schema::Schema& other, const Wait& wait) {
  if (!differ_in_text_only(compare(one, other))) return false;
  SLIPWAY_ASSIGN(const auto first, make_anew(workshop, one, wait));
  if (!first.made) return false;
  SLIPWAY_ASSIGN(const auto second, make_anew(workshop, other, wait));
  return second.made && compare(first.made_of.schema, second.made_of.schema).empty();
}

std::vector<std::string> told(const std::vector<schema::Difference>& differences,
                              std::size_t most) {
  std::vector<std::string> lines;
  const auto add = [&](std::string line) {
    if (lines.size() < most) lines.push_back(std::move(line));
  };
  std::size_t all = 0;
  for (const auto& one : differences) {
    if (one.properties.empty()) {
      ++all;
      add(fmt::format("{}: {}", one.identity.path(), schema::change_name(one.change)));
    }
    for (const auto& value : one.properties) {
      ++all;
      add(fmt::format("{}: {} {} -> {}", one.identity.path(), schema::property_name(value.property),
                      shown(value.from), shown(value.to)));
    }
  }
  if (all > lines.size()) lines.push_back(fmt::format("and {} more", all - lines.size()));
  return lines;
}

} // namespace slipway::rehearse
