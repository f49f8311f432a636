#pragma once

#include "slipway/source/migration.hpp"

#include <optional>

namespace slipway::source {

/// The remark that an up section does two things that have nothing to do with each other: it
/// changes the schema and rows that were there before, or tables without any relation. Cautious:
/// what could be one concern is taken as one.
std::optional<SourceWarning> two_concerns(const Migration& migration);

} // namespace slipway::source
