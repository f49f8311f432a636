// Files stay short enough to be read at one go. long_files.md lists the few that may be longer,
// with the reason.
#include "repository.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

using namespace slipway::style;

namespace {

constexpr std::size_t k_source_limit = 600;
constexpr std::size_t k_header_limit = 200;

std::map<std::string, std::string> exceptions() {
  std::map<std::string, std::string> reasons;
  for (const auto& line : lines_of(read("tests/style/long_files.md"))) {
    const auto cells = cells_of(line);
    if (cells.size() == 2 && cells[0] != "file" && !cells[0].starts_with("---"))
      reasons[cells[0]] = cells[1];
  }
  return reasons;
}

std::map<std::string, std::size_t> too_long() {
  std::map<std::string, std::size_t> found;
  for (const std::string folder : {"src", "cli", "daemon", "tests", "bench", "examples"})
    for (const auto& path : files(folder, {".cpp", ".hpp", ".c", ".h"})) {
      const std::string text = read(path);
      const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
      const bool header = path.extension() == ".hpp" || path.extension() == ".h";
      if (lines > (header ? k_header_limit : k_source_limit)) found[path.generic_string()] = lines;
    }
  return found;
}

} // namespace

TEST(Lengths, NoFileIsLongerThanItsLimitWithoutAReason) {
  const auto reasons = exceptions();
  for (const auto& [file, lines] : too_long())
    EXPECT_TRUE(reasons.contains(file)) << file << " has " << lines << " lines";
}

TEST(Lengths, EveryExceptionIsNeededAndSaysWhy) {
  const auto found = too_long();
  for (const auto& [file, reason] : exceptions()) {
    EXPECT_TRUE(found.contains(file)) << file << " needs no exception any more";
    EXPECT_GE(reason.size(), 20U) << file;
  }
}
