#pragma once

#include <string_view>
#include <vector>

namespace slipway::cli {

/// One file of examples/user-management, as it was when the program was built.
struct DemoFile {
  std::string_view path; ///< relative to the example's folder
  std::string_view text;
};

/// The example project the demo plays with, carried in the program so that the demo needs nothing
/// beside it.
std::vector<DemoFile> demo_files();

} // namespace slipway::cli
