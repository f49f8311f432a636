#pragma once

#include "reference.hpp"

#include <string>

namespace slipway::cli {

/// What help is asked for.
struct HelpTopic {
  bool overview = false; ///< the short text of `slipway` alone
  std::string path;      ///< "dev up"; empty: the program
};

/// Prints help, or with Format::json the reference itself. Errors: usage when there is no such
/// command.
Result<int> print_help(const Reference& reference, const HelpTopic& topic, Format format,
                       observe::Output& out);

} // namespace slipway::cli
