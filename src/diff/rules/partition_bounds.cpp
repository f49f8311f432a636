#include "partition_bounds.hpp"

#include "family.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

constexpr std::string_view k_list = "FOR VALUES IN (";
constexpr std::string_view k_range = "FOR VALUES FROM (";
constexpr std::string_view k_hash = "FOR VALUES WITH (modulus ";

// The values between the parentheses that `text` begins within; nothing when one is more than a
// plain constant.
std::optional<std::vector<std::string>> values_of(std::string_view text) {
  std::vector<std::string> values(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') quoted = !quoted;
    if (!quoted && c == ')') return values;
    if (!quoted && c == '(') return std::nullopt;
    if (!quoted && c == ',')
      values.emplace_back();
    else if (quoted || c != ' ')
      values.back() += c;
  }
  return std::nullopt;
}

bool lists_overlap(std::string_view one, std::string_view other) {
  const auto values = values_of(one.substr(k_list.size()));
  const auto others = values_of(other.substr(k_list.size()));
  if (!values || !others) return true;
  return std::any_of(values->begin(), values->end(), [&](const std::string& value) {
    return std::find(others->begin(), others->end(), value) != others->end();
  });
}

// Whether a value is surely the greater one, or the same: numbers, and dates of one length.
bool is_not_below(const std::string& value, const std::string& other) {
  if (value == other || value == "MAXVALUE" || other == "MINVALUE") return true;
  const auto number = [](const std::string& text) -> std::optional<long long> {
    long long read = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, read);
    return error == std::errc() && stopped == end ? std::optional(read) : std::nullopt;
  };
  if (const auto a = number(value), b = number(other); a && b) return *a >= *b;
  const auto is_date = [](const std::string& text) {
    return text.size() == 12 && text[5] == '-' && text[8] == '-' &&
           text.find_first_not_of("0123456789-'") == std::string::npos;
  };
  return is_date(value) && is_date(other) && value >= other;
}

bool ranges_overlap(std::string_view one, std::string_view other) {
  const auto ends_of = [](std::string_view bound) -> std::vector<std::string> {
    const auto to = bound.find(") TO (");
    if (to == std::string_view::npos) return {};
    const auto low = values_of(bound.substr(k_range.size()));
    const auto high = values_of(bound.substr(to + 6));
    if (!low || !high || low->size() != 1 || high->size() != 1) return {};
    return {low->front(), high->front()};
  };
  const auto ends = ends_of(one);
  const auto others = ends_of(other);
  if (ends.empty() || others.empty()) return true;
  return !is_not_below(ends[0], others[1]) && !is_not_below(others[0], ends[1]);
}

// https://www.postgresql.org/docs/current/sql-createtable.html: of two moduli one divides the
// other.
bool hashes_overlap(std::string_view one, std::string_view other) {
  const auto numbers_of = [](std::string_view bound) {
    std::pair<unsigned, unsigned> numbers{0, 0};
    const auto* const end = bound.data() + bound.size();
    const auto modulus = std::from_chars(bound.data() + k_hash.size(), end, numbers.first);
    if (const auto at = bound.find("remainder "); at != std::string_view::npos)
      std::from_chars(bound.data() + at + 10, end, numbers.second);
    return modulus.ec == std::errc() ? numbers : std::pair<unsigned, unsigned>{0, 0};
  };
  const auto [modulus, remainder] = numbers_of(one);
  const auto [other_modulus, other_remainder] = numbers_of(other);
  const auto smaller = std::min(modulus, other_modulus);
  return smaller == 0 || remainder % smaller == other_remainder % smaller;
}

std::vector<Object> given_bounds_in(const Scene& scene, const std::string& parent) {
  const auto above = relation_of(scene.to, parent);
  std::vector<Object> given;
  if (!above) return given;
  for (const auto& one : children_of(scene.to, *above))
    if (gets_new_bound(scene, one)) given.push_back(one);
  return given;
}

} // namespace

bool may_overlap(std::string_view bound, std::string_view other) {
  if (bound == other) return true;
  if (bound == "DEFAULT" || other == "DEFAULT") return false;
  const auto both = [&](std::string_view begin) {
    return bound.starts_with(begin) && other.starts_with(begin);
  };
  if (both(k_list)) return lists_overlap(bound, other);
  if (both(k_range)) return ranges_overlap(bound, other);
  return !both(k_hash) || hashes_overlap(bound, other);
}

bool gets_new_bound(const Scene& scene, const Object& table) {
  const auto from = scene.from.relation(table.schema(), table.name());
  const auto to = scene.to.relation(table.schema(), table.name());
  return from && to && from->has(Property::partition_of) &&
         from->get(Property::partition_of) == to->get(Property::partition_of) &&
         from->get(Property::partition_bound) != to->get(Property::partition_bound) &&
         !from->has(Property::detach_pending) && !to->has(Property::detach_pending);
}

std::vector<Object> given_bounds_with(const Scene& scene, const Object& table) {
  const auto after = scene.to.relation(table.schema(), table.name());
  if (!after) return {};
  auto given = given_bounds_in(scene, std::string(after->text(Property::partition_of)));
  for (const auto& leaving : given)
    for (const auto& taking : given)
      if (leaving != taking && may_overlap(scene.from.relation(leaving.schema(), leaving.name())
                                               ->text(Property::partition_bound),
                                           taking.text(Property::partition_bound)))
        return given;
  return {*after};
}

} // namespace slipway::diff
