#pragma once

#include "handles.hpp"
#include "slipway/pg/session.hpp"

#include <utility>

namespace slipway::pg {

/// What Rows keep alive.
struct Rows::Handle {
  ResultHandle result;
};

inline Rows rows_of(ResultHandle result) {
  return Rows(std::make_shared<const Rows::Handle>(Rows::Handle{std::move(result)}));
}

} // namespace slipway::pg
