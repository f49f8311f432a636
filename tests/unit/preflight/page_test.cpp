// docs/guide/preflight.md against the list of checks.
#include "slipway/preflight/preflight.hpp"
#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace slipway::preflight {
namespace {

TEST(PreflightPage, the_guide_is_made_from_the_checks) {
  const std::string path = test::project_path("docs/guide/preflight.md");
  if (const char* update = std::getenv("SLIPWAY_UPDATE_GOLDEN");
      update != nullptr && std::string_view(update) == "1")
    std::ofstream(path, std::ios::binary) << checks_page();
  EXPECT_EQ(test::read_file(path), checks_page())
      << "run this test with SLIPWAY_UPDATE_GOLDEN=1 to write the page anew";
}

TEST(PreflightPage, every_check_has_a_row_and_names_are_unique) {
  const auto page = checks_page();
  std::set<std::string> seen;
  for (const auto& name : check_names()) {
    EXPECT_TRUE(seen.insert(name).second) << name;
    EXPECT_NE(page.find("\n| `" + name + "`"), std::string::npos) << name;
  }
  EXPECT_GE(seen.size(), 14U);
}

// A check whose file is there and whose line in the list is not would never be made.
TEST(PreflightPage, every_check_file_is_in_the_list_and_the_other_way_round) {
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::project_path("src/preflight/checks"))) {
    std::string name = entry.path().stem().string();
    for (char& c : name)
      if (c == '_') c = '-';
    files.insert(name);
  }
  const auto names = check_names();
  EXPECT_EQ(files, std::set<std::string>(names.begin(), names.end()));
}

} // namespace
} // namespace slipway::preflight
