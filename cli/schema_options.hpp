#pragma once

#include "slipway/observe/output.hpp"

#include <string_view>
#include <vector>

namespace slipway::cli {

/// The settings every command takes that reads the schema of the target.
std::vector<std::string_view> schema_reading_settings();

/// Prints text made of names that others chose, line by line, without what a terminal would act on.
void print_lines(observe::Output& out, std::string_view text);

} // namespace slipway::cli
