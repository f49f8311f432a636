// The table of layers against the includes. Seen to fail with an include of slipway/pg added to a
// file of src/plan and with a room taken from a row.
#include "layer_table.hpp"
#include "repository.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace slipway::style;

namespace {

struct Include {
  std::string where; // file:line
  std::string room;  // of the file
  std::string path;  // as it stands between quotes or brackets
  bool quoted = false;
};

// "src/plan/x.cpp" is of room plan; all of cli/ and daemon/ are a room each.
std::string room_of(const std::filesystem::path& path) {
  auto part = path.begin();
  if (*part == "src") ++part;
  return part->string();
}

std::vector<Include> all_includes() {
  std::vector<Include> all;
  for (const std::string folder : {"src", "cli", "daemon"})
    for (const auto& path : files(folder, {".cpp", ".hpp"})) {
      const auto lines = lines_of(read(path));
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!lines[i].starts_with("#include")) continue;
        const auto open = lines[i].find_first_of("\"<");
        const auto close = lines[i].find_last_of("\">");
        if (open == std::string::npos || close <= open) continue;
        all.push_back({path.generic_string() + ":" + std::to_string(i + 1), room_of(path),
                       lines[i].substr(open + 1, close - open - 1), lines[i][open] == '"'});
      }
    }
  return all;
}

// "slipway/ROOM/x.hpp" -> ROOM, else nothing.
std::string included_room(const std::string& path) {
  const std::string prefix = "slipway/";
  const auto slash = path.find('/', prefix.size());
  if (!path.starts_with(prefix) || slash == std::string::npos) return {};
  return path.substr(prefix.size(), slash - prefix.size());
}

} // namespace

TEST(Layers, EveryFolderIsARoomOfTheTable) {
  const auto table = layer_table();
  std::size_t seen = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root() / "src")) {
    if (!folder.is_directory()) continue;
    EXPECT_TRUE(table.contains(folder.path().filename().string())) << folder.path();
    ++seen;
  }
  EXPECT_GE(seen, 10U);
}

TEST(Layers, EveryIncludeIsAllowed) {
  const auto table = layer_table();
  std::size_t seen = 0;
  for (const auto& include : all_includes()) {
    const std::string room = included_room(include.path);
    if (room.empty() || room == include.room) continue;
    ++seen;
    const auto row = table.find(include.room);
    ASSERT_NE(row, table.end()) << include.where;
    EXPECT_TRUE(row->second.may_include.contains(room))
        << include.where << ": " << include.room << " may not include " << room;
  }
  EXPECT_GE(seen, 100U);
}

TEST(Layers, NoIncludeReachesAroundTheIncludeRoots) {
  for (const auto& include : all_includes()) {
    EXPECT_EQ(include.path.find(".."), std::string::npos) << include.where;
    EXPECT_EQ(include.quoted && include.path.starts_with("src/"), false) << include.where;
  }
}

TEST(Layers, WhatARoomLinksIsInItsRow) {
  const auto table = layer_table();
  std::size_t seen = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root() / "src")) {
    if (!folder.is_directory()) continue;
    const std::string room = folder.path().filename().string();
    std::istringstream words(read("src/" + room + "/CMakeLists.txt"));
    bool in_deps = false;
    for (std::string word; words >> word;) {
      const bool keyword = word == "PRIVATE_LIBS" || word == "PUBLIC_LIBS";
      const bool last = word.ends_with(")");
      if (last) word.pop_back();
      if (in_deps && !keyword) {
        EXPECT_TRUE(table.at(room).may_include.contains(word)) << room << " links " << word;
        ++seen;
      }
      in_deps = !last && (word == "DEPS" || (in_deps && !keyword));
    }
  }
  EXPECT_GE(seen, 10U);
}

TEST(Layers, APureRoomSeesPureRoomsOnly) {
  const auto table = layer_table();
  for (const auto& [room, layer] : table) {
    if (!layer.pure) continue;
    for (const auto& other : layer.may_include)
      EXPECT_TRUE(table.at(other).pure) << room << " is pure, " << other << " is not";
  }
}

TEST(Layers, TheTableHasNoCircleAndIsWrittenOut) {
  const auto table = layer_table();
  for (const auto& [room, layer] : table) {
    EXPECT_FALSE(layer.may_include.contains(room)) << room;
    for (const auto& other : layer.may_include) {
      ASSERT_TRUE(table.contains(other)) << room << " names " << other;
      EXPECT_FALSE(table.at(other).may_include.contains(room))
          << room << " and " << other << " include each other";
      for (const auto& further : table.at(other).may_include)
        EXPECT_TRUE(layer.may_include.contains(further))
            << room << " sees " << further << " through " << other;
    }
  }
}

TEST(Layers, PublicHeadersShowNoForeignLibrary) {
  for (const auto& include : all_includes()) {
    if (include.where.find("/include/") == std::string::npos) continue;
    for (const std::string library :
         {"nlohmann/", "CLI/", "libpq", "pg_query", "toml++/", "openssl/"})
      EXPECT_FALSE(include.path.starts_with(library))
          << include.where << " includes " << include.path;
  }
}
