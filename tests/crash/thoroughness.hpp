#pragma once

#include <cstdlib>

namespace slipway::test {

/// Of a long row of places, every how many-th is tried. CRASH_THOROUGH=1 tries all; else
/// each major version of the server begins at another place, so that versions share the work.
struct Stride {
  int step = 1;
  int first = 1;

  static Stride of(int step, int major_version) {
    const char* thorough = std::getenv("CRASH_THOROUGH");
    if (thorough != nullptr && *thorough == '1') return {};
    return {.step = step, .first = 1 + major_version % step};
  }
};

} // namespace slipway::test
