#include "repository.hpp"

#include <gtest/gtest.h>

using namespace slipway::style;

namespace {

// "## [1.2.3] - 2026-11-20" and "## 1.2.3" -> "1.2.3".
std::string version_of(const std::string& heading) {
  const auto begin = heading.find_first_of("0123456789");
  if (begin == std::string::npos) return {};
  return heading.substr(begin, heading.find_first_not_of("0123456789.", begin) - begin);
}

} // namespace

TEST(Changelog, ItsTopVersionIsTheVersionOfTheProject) {
  for (const auto& line : lines_of(read("CHANGELOG.md"))) {
    if (!line.starts_with("## ")) continue;
    EXPECT_EQ(version_of(line), SLIPWAY_PROJECT_VERSION) << line;
    return;
  }
  FAIL() << "CHANGELOG.md has no version";
}
