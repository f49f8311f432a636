#pragma once

#include "command.hpp"

#include <cstdint>
#include <string>

namespace slipway::cli {

struct ParkedOptions {
  std::int64_t run = 0; ///< 0: all
  std::string table;
  std::int64_t rows = 0;
  bool reapply = false;
  bool force = false;
};

void add_parked_options(CLI::App& app, ParkedOptions& options);
/// `slipway rollback parked`.
Result<int> show_parked(Invocation& invocation, const ParkedOptions& options);

} // namespace slipway::cli
