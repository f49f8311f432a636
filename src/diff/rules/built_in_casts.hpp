#pragma once

#include <string>
#include <string_view>

namespace slipway::diff {

// What PostgreSQL's own casts do, for types by their names without modifiers.
// https://www.postgresql.org/docs/current/catalog-pg-cast.html

/// smallint, integer, bigint, numeric, real, double precision.
bool is_number(std::string_view type);
/// Most digits of a value of an integer type; 0 for another type.
int integer_digits(std::string_view type);
struct IntegerLimits {
  std::string low;
  std::string high;
};
IntegerLimits integer_limits(std::string_view type);

/// Whether ALTER COLUMN ... TYPE converts without being told how.
bool converts_in_assignment(std::string_view from, std::string_view to);
/// Whether there is a cast when it is asked for.
bool has_explicit_cast(std::string_view from, std::string_view to);
/// Whether a stored value serves as one of the other type as it is.
bool is_same_storage(std::string_view from, std::string_view to);

} // namespace slipway::diff
