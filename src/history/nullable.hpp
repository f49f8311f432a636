#pragma once

#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::history {

/// An empty text is NULL in the tables of the history.
inline pg::Param or_null(const std::string& text) {
  return text.empty() ? pg::Param{} : pg::Param{text};
}

} // namespace slipway::history
