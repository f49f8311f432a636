#include "slipway/schema/usual_name.hpp"

namespace slipway::schema {

namespace {

constexpr std::size_t k_longest_name = 63;

// Never between the bytes of one character.
std::string_view clipped(std::string_view name, std::size_t length) {
  if (length >= name.size()) return name;
  while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xc0U) == 0x80U) --length;
  return name.substr(0, length);
}

} // namespace

// As makeObjectName() in the server.
std::string usual_name(std::string_view table, std::string_view column, std::string_view label) {
  const std::size_t room = k_longest_name - label.size() - 2;
  auto first = table.size();
  auto second = column.size();
  while (first + second > room) --(first > second ? first : second);
  return std::string(clipped(table, first)) + "_" + std::string(clipped(column, second)) + "_" +
         std::string(label);
}

} // namespace slipway::schema
