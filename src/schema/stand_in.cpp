// What stands in a copy where the original has a secret.
#include "slipway/schema/stand_in.hpp"

#include <algorithm>

namespace slipway::schema {

namespace {

constexpr std::string_view k_mark = "slipway_stand_in_for_";
constexpr std::string_view k_nowhere = "host=/dev/null application_name=";
constexpr std::string_view k_unknown = "an_unknown_secret";
constexpr std::size_t k_digest = 64;

bool is_digest(std::string_view text) {
  return text.size() == k_digest && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

} // namespace

std::string stand_in(std::string_view digest) {
  return std::string(k_mark).append(digest.empty() ? k_unknown : digest);
}

std::string stand_in_connection(std::string_view digest) {
  return std::string(k_nowhere) + stand_in(digest);
}

// The whole value has to be one: a secret that only contains one is another secret.
std::optional<std::string> digest_in(std::string_view value) {
  if (value.starts_with(k_nowhere)) value.remove_prefix(k_nowhere.size());
  if (!value.starts_with(k_mark)) return std::nullopt;
  value.remove_prefix(k_mark.size());
  if (value == k_unknown) return std::string();
  if (!is_digest(value)) return std::nullopt;
  return std::string(value);
}

} // namespace slipway::schema
