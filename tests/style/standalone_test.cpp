// The repository stands alone: nothing in it refers to the place where it was written.
#include "repository.hpp"

#include <gtest/gtest.h>

using namespace slipway::style;

namespace {

// Written in two halves each, so that this file is clean too.
const std::vector<std::string>& foreign_words() {
  static const std::vector<std::string> words{
      std::string("/wo") + "rk/", std::string(".li") + "brary", std::string("shared/") + "cases",
      std::string("shared/") + "reference"};
  return words;
}

} // namespace

TEST(Standalone, NoFileNamesAPlaceOutsideTheRepository) {
  const auto all = files();
  ASSERT_GE(all.size(), 100U);
  for (const auto& path : all) {
    const std::string text = read(path);
    for (const auto& word : foreign_words()) {
      const auto at = text.find(word);
      EXPECT_EQ(at, std::string::npos) << path << " says \"" << word << "\" at byte " << at;
    }
  }
}

TEST(Standalone, NoLinkLeadsOutOfTheRepository) {
  const auto canonical_root = std::filesystem::canonical(root());
  for (const auto& path : files())
    if (std::filesystem::is_symlink(root() / path)) {
      const auto target =
          std::filesystem::canonical(root() / path).lexically_relative(canonical_root);
      EXPECT_FALSE(target.string().starts_with("..")) << path;
    }
}
