#pragma once

#include <stdexcept>

namespace slipway {

/// A broken invariant of slipway itself. Input, SQL and the server can never cause one. Caught in
/// main and at thread entries only.
class Bug : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

} // namespace slipway

/// Throws Bug when `condition` does not hold.
#define SLIPWAY_ASSERT(condition)                                                                  \
  do {                                                                                             \
    if (!(condition)) throw ::slipway::Bug("broken invariant: " #condition);                       \
  } while (false)
