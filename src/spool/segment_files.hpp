#pragma once

#include "slipway/base/result.hpp"
#include "slipway/spool/spool.hpp"

#include <cstdint>
#include <string>

namespace slipway::spool {

/// The file of the segment of that number.
std::string segment_file(const std::string& folder, std::uint64_t number);

/// How many there are. Errors: source, when one in between is missing; io.
Result<std::uint64_t> count_segments(const std::string& folder);

/// With the file before what is wrong.
Error in_file(const std::string& file, Error error);

/// Errors: source, when it is not of this place or has another number.
Status check_header(const SegmentHeader& header, const Identity& of, std::uint64_t number);

} // namespace slipway::spool
