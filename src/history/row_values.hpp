#pragma once

#include "slipway/pg/session.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace slipway::history {

/// "2026-11-20T10:30:00Z".
std::string iso_utc(double epoch_seconds);

std::optional<std::string> optional_text(const pg::Rows& rows, std::size_t row, std::size_t column);

} // namespace slipway::history
