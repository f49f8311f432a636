#pragma once

#include <cstdint>
#include <cstdlib>

namespace slipway::test {

/// A number that the environment gives, or another.
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace slipway::test
