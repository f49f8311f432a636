#include "slipway/sql/facts.hpp"

#include <array>

namespace slipway::sql {

namespace {

constexpr std::array<std::string_view, 8> k_names = {
    "ACCESS SHARE", "ROW SHARE",           "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE",
    "SHARE",        "SHARE ROW EXCLUSIVE", "EXCLUSIVE",     "ACCESS EXCLUSIVE"};

// One row a mode, weakest first; the bit of each mode it conflicts with, the weakest mode's bit at
// the right.
constexpr std::array<unsigned, 8> k_conflicts = {0b10000000, 0b11000000, 0b11110000, 0b11111000,
                                                 0b11101100, 0b11111100, 0b11111110, 0b11111111};

} // namespace

std::string_view lock_mode_name(LockMode mode) {
  return k_names.at(static_cast<std::size_t>(mode));
}

bool conflicts(LockMode a, LockMode b) {
  return (k_conflicts.at(static_cast<std::size_t>(a)) >> static_cast<unsigned>(b) & 1U) != 0;
}

} // namespace slipway::sql
