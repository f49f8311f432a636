#include "sequence_options.hpp"

#include "naming.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template<class Integer>
void limits(std::int64_t& minimum, std::int64_t& maximum) {
  minimum = std::numeric_limits<Integer>::min();
  maximum = std::numeric_limits<Integer>::max();
}

// https://www.postgresql.org/docs/current/sql-createsequence.html
SequenceOptions usual(std::string type, std::int64_t increment) {
  SequenceOptions options;
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
  if (type == "smallint")
    limits<std::int16_t>(lowest, highest);
  else if (type == "integer")
    limits<std::int32_t>(lowest, highest);
  else
    limits<std::int64_t>(lowest, highest);
  options.type = std::move(type);
  options.increment = increment;
  options.start = increment > 0 ? 1 : -1;
  options.minimum = increment > 0 ? 1 : lowest;
  options.maximum = increment > 0 ? highest : -1;
  return options;
}

std::optional<std::string> said(const std::vector<std::string>& options, std::string_view words) {
  for (const auto& option : options)
    if (option.starts_with(words))
      return option.size() > words.size() ? option.substr(words.size() + 1) : std::string();
  return std::nullopt;
}

} // namespace

SequenceOptions options_of_sequence(const Object& sequence) {
  const auto value = [&](Property property, std::int64_t otherwise) {
    return sequence.has(property) ? number(sequence.text(property)) : otherwise;
  };
  auto options =
      usual(sequence.has(Property::type) ? std::string(sequence.text(Property::type)) : "bigint",
            value(Property::increment, 1));
  options.start = value(Property::start, options.start);
  options.minimum = value(Property::minimum, options.minimum);
  options.maximum = value(Property::maximum, options.maximum);
  options.cache = value(Property::cache, 1);
  options.cycle = sequence.has(Property::cycle);
  return options;
}

SequenceOptions options_of_identity(const Object& column) {
  const auto list = column.list(Property::identity_options);
  const auto value = [&](std::string_view words, std::int64_t otherwise) {
    const auto found = said(list, words);
    return found ? number(*found) : otherwise;
  };
  auto options = usual(said(list, "AS").value_or(std::string(column.text(Property::type))),
                       value("INCREMENT BY", 1));
  options.start = value("START WITH", options.start);
  options.minimum = value("MINVALUE", options.minimum);
  options.maximum = value("MAXVALUE", options.maximum);
  options.cache = value("CACHE", 1);
  options.cycle = said(list, "CYCLE").has_value();
  return options;
}

std::int64_t start_of_new(const SequenceOptions& options) {
  return options.increment > 0 ? options.minimum : options.maximum;
}

std::string creation_clauses(const SequenceOptions& options) {
  std::string text;
  if (options.type != "bigint") text += " AS " + options.type;
  if (options.increment != 1) text += " INCREMENT BY " + std::to_string(options.increment);
  auto fresh = usual(options.type, options.increment);
  fresh.start = start_of_new(options);
  for (const auto& clause : option_changes(fresh, options)) text += " " + clause;
  return text;
}

std::vector<std::string> option_changes(const SequenceOptions& from, const SequenceOptions& to) {
  std::vector<std::string> clauses;
  if (from.type != to.type) clauses.push_back("AS " + to.type);
  if (from.increment != to.increment)
    clauses.push_back("INCREMENT BY " + std::to_string(to.increment));
  // A new type moves limits by itself, where they were the old type's.
  const bool moved = from.type != to.type;
  const auto ordinary = usual(to.type, to.increment);
  // Of one that counts downwards, NO MAXVALUE would give it the type's.
  const bool numbers = moved && (from.increment < 0 || to.increment < 0);
  if (from.minimum != to.minimum || moved)
    clauses.push_back(to.minimum == ordinary.minimum && !numbers
                          ? "NO MINVALUE"
                          : "MINVALUE " + std::to_string(to.minimum));
  if (from.maximum != to.maximum || moved)
    clauses.push_back(to.maximum == ordinary.maximum && !numbers
                          ? "NO MAXVALUE"
                          : "MAXVALUE " + std::to_string(to.maximum));
  if (from.start != to.start) clauses.push_back("START WITH " + std::to_string(to.start));
  if (from.cache != to.cache) clauses.push_back("CACHE " + std::to_string(to.cache));
  if (from.cycle != to.cycle) clauses.emplace_back(to.cycle ? "CYCLE" : "NO CYCLE");
  return clauses;
}

void change_sequence(const std::string& sequence, const SequenceOptions& from,
                     const SequenceOptions& to, Draft& draft) {
  std::string text;
  for (const auto& clause : option_changes(from, to)) text += " " + clause;
  if (text.empty()) return;
  const bool narrower = to.minimum > from.minimum || to.maximum < from.maximum;
  if (!narrower) {
    draft.add("alter sequence", "ALTER SEQUENCE " + sequence + text);
    return;
  }
  // Which values were given out already is not known here. PostgreSQL refuses limits that leave
  // the position out, and RESTART would give values out again where they do not.
  draft.add("remember position",
            "SELECT pg_catalog.set_config('slipway.next_value', (CASE WHEN is_called THEN "
            "last_value + " +
                std::to_string(from.increment) +
                " ELSE last_value END)::pg_catalog.text, true) FROM " + sequence);
  draft
      .add("alter sequence",
           "ALTER SEQUENCE " + sequence + text + " RESTART WITH " + std::to_string(to.start))
      .with_previous()
      .finding(FindingKind::data_dependent,
               "a position outside of the new limits is given up: the sequence starts again",
               "SELECT count(*) FROM " + sequence + " WHERE last_value NOT BETWEEN " +
                   std::to_string(to.minimum) + " AND " + std::to_string(to.maximum));
  draft
      .add("set sequence",
           "SELECT pg_catalog.setval(" + literal(sequence) +
               ", n, false) FROM (SELECT pg_catalog.current_setting('slipway.next_value')::"
               "pg_catalog.int8) AS p(n) WHERE n BETWEEN " +
               std::to_string(to.minimum) + " AND " + std::to_string(to.maximum))
      .with_previous();
}

SequenceOptions with_type(SequenceOptions options, const std::string& type) {
  const auto before = usual(options.type, options.increment);
  const auto after = usual(type, options.increment);
  if (options.minimum == before.minimum) options.minimum = after.minimum;
  if (options.maximum == before.maximum) options.maximum = after.maximum;
  options.type = type;
  return options;
}

} // namespace slipway::diff
