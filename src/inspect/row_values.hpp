#pragma once

#include "reading.hpp"

#include <cstddef>
#include <initializer_list>

namespace slipway::inspect {

/// Sets the fields of `row` from `first` on as `properties`, one each, by the property's shape.
/// NULL is absent; so is an empty array, but not for privileges and what a publication publishes:
/// of these there may be none.
void set_values(Reading& reading, Handle handle, const CopiedRow& row, std::size_t first,
                std::initializer_list<schema::Property> properties);

/// The numbers of an int2vector, an oidvector or an array of numbers.
std::vector<Oid> numbers(std::string_view text);

/// "{1,2}", for a literal of an array of OIDs in SQL.
std::string oid_array(const std::vector<Oid>& oids);

/// The options without those that the server keeps for itself, which begin with pg_.
std::vector<std::string> without_internal(std::vector<std::string> options);

} // namespace slipway::inspect
