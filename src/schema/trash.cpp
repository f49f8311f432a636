// Names of what was dropped and is still there.
#include "slipway/schema/trash.hpp"

#include "slipway/base/sha256.hpp"

#include <algorithm>

namespace slipway::schema {

namespace {

constexpr std::string_view k_prefix = "slipway_trash_";
constexpr std::size_t k_stamp = 14; ///< digits: 20261120103000
constexpr std::size_t k_begin = k_prefix.size() + k_stamp + 1;
constexpr std::size_t k_longest_name = 63;
constexpr std::size_t k_digest = 8;

bool is_within_character(char byte) {
  constexpr unsigned k_mask = 0xC0U;
  constexpr unsigned k_continues = 0x80U;
  return (static_cast<unsigned char>(byte) & k_mask) == k_continues;
}

} // namespace

std::string trash_name(std::string_view stamp, std::string_view name) {
  auto whole = std::string(k_prefix) + std::string(stamp) + "_" + std::string(name);
  if (whole.size() <= k_longest_name) return whole;
  auto kept = k_longest_name - k_digest - 1;
  while (is_within_character(whole[kept])) --kept;
  return whole.substr(0, kept) + "_" + sha256_hex(name).substr(0, k_digest);
}

bool is_trash_name(std::string_view name) {
  if (!name.starts_with(k_prefix) || name.size() <= k_begin) return false;
  const auto stamp = trash_stamp(name);
  return name[k_begin - 1] == '_' &&
         std::all_of(stamp.begin(), stamp.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view trash_stamp(std::string_view name) {
  return name.substr(k_prefix.size(), k_stamp);
}

std::string_view trash_origin(std::string_view name) {
  return name.substr(k_begin);
}

} // namespace slipway::schema
