#include "volatile_default.hpp"

#include "naming.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

// Volatile functions of pg_catalog that somebody may use for a default.
constexpr auto k_volatile = std::to_array<std::string_view>({
    "clock_timestamp",
    "currval",
    "gen_random_uuid",
    "lastval",
    "nextval",
    "pg_notify",
    "pg_sleep",
    "query_to_xml",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "setval",
    "timeofday",
    "uuidv4",
    "uuidv7",
});
static_assert(std::is_sorted(k_volatile.begin(), k_volatile.end()));

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '.' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::size_t past_quoted(std::string_view text, std::size_t at) {
  const auto end = text.find(text[at], at + 1);
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Names that an opening parenthesis follows. Strings are skipped.
std::vector<std::string> called(std::string_view text) {
  std::vector<std::string> names;
  std::string name;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\'') {
      at = past_quoted(text, at);
      name.clear();
    } else if (c == '"') {
      const auto end = past_quoted(text, at);
      name += text.substr(at, end - at);
      at = end;
    } else {
      if (c == '(' && !name.empty()) names.push_back(name);
      if (is_name_character(c))
        name += c;
      else
        name.clear();
      ++at;
    }
  }
  return names;
}

bool is_volatile_function(const Scene& scene, const std::string& text) {
  const auto name = split_name(text);
  if (name.schema.empty() || name.schema == "pg_catalog")
    return std::binary_search(k_volatile.begin(), k_volatile.end(), std::string_view(name.name));
  bool known = false;
  for (const auto& function : scene.to.objects(Kind::function)) {
    if (function.schema() != name.schema || function.name() != name.name) continue;
    if (!function.has(Property::volatility)) return true;
    known = true;
  }
  // Of an extension's function nothing is known here.
  return !known;
}

} // namespace

bool is_volatile(const Scene& scene, std::string_view expression) {
  const auto names = called(expression);
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return is_volatile_function(scene, name); });
}

} // namespace slipway::diff
