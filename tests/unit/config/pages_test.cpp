#include "slipway/base/duration.hpp"
#include "slipway/config/config.hpp"
#include "slipway/test/memory_file_system.hpp"
#include "slipway/test/test_data.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace slipway::config {
namespace {

Result<Config> settle_text(const std::string& text) {
  const test::MemoryFileSystem files({{"/app/slipway.toml", text}});
  Inputs inputs;
  inputs.working_directory = "/app";
  return settle(inputs, files);
}

// The file with the # taken away from every line that is a setting.
std::string uncommented(const std::string& text) {
  std::string all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    all += (line.size() > 1 && line[0] == '#' && line[1] != ' ' ? line.substr(1) : line) + "\n";
  return all;
}

TEST(Settings, KeysVariablesAndFlagsAreUnique) {
  std::set<std::string_view> seen;
  for (const auto& setting : settings()) {
    for (const auto name :
         {setting.key, setting.environment, setting.environment_fallback, setting.flag})
      EXPECT_TRUE(name.empty() || seen.insert(name).second) << name;
    const bool is_whole_table = setting.type == ValueType::text_table;
    EXPECT_EQ(std::count(setting.key.begin(), setting.key.end(), '.'), is_whole_table ? 0 : 1)
        << setting.key;
  }
}

TEST(Settings, DefaultsAreWhatASettingMayBe) {
  for (const auto& setting : settings()) {
    EXPECT_FALSE(setting.description.empty());
    EXPECT_EQ(setting.description.back(), '.') << setting.key;
    if (setting.type == ValueType::duration) {
      const auto duration = parse_duration(setting.default_value);
      ASSERT_TRUE(duration) << setting.key;
      EXPECT_TRUE(duration->count() > 0 || !setting.zero_means.empty()) << setting.key;
    }
    EXPECT_FALSE(setting.default_value.empty() && setting.example.empty()) << setting.key;
  }
}

TEST(Settings, SettingsOfOneTableStandTogether) {
  std::set<std::string_view> done;
  std::string_view last;
  for (const auto& setting : settings()) {
    const auto section = setting.key.substr(0, setting.key.find('.'));
    EXPECT_TRUE(section == last || done.insert(section).second) << section;
    last = section;
  }
}

TEST(InitialFile, AsWrittenItSetsTheFolderAndNothingElse) {
  const auto config = settle_text(initial_file("db/\"odd\" \\ \x01 näme"));
  ASSERT_TRUE(config) << config.error().message;
  for (const auto& setting : settings())
    EXPECT_EQ(config->is_set(setting.key), setting.key == "migrations.folder") << setting.key;
  EXPECT_EQ(config->text("migrations.folder"), "db/\"odd\" \\ \x01 näme");
}

TEST(InitialFile, EveryLineIsValidWhenUncommented) {
  const auto config = settle_text(uncommented(initial_file("db")));
  ASSERT_TRUE(config) << config.error().message << " " << config.error().place->line;
  for (const auto& setting : settings()) {
    EXPECT_TRUE(config->is_set(setting.key)) << setting.key;
    if (!setting.default_value.empty() && setting.key != "migrations.folder") {
      EXPECT_EQ(config->text(setting.key), setting.default_value);
    }
  }
}

TEST(SettingsPage, TheDocumentationIsTheTable) {
  const std::string path = test::project_path("docs/configuration.md");
  if (const char* update = std::getenv("SLIPWAY_UPDATE_GOLDEN");
      update != nullptr && std::string_view(update) == "1")
    std::ofstream(path, std::ios::binary) << settings_page();
  EXPECT_EQ(test::read_file(path), settings_page())
      << "run this test with SLIPWAY_UPDATE_GOLDEN=1 to write the page anew";
}

} // namespace
} // namespace slipway::config
