#include "slipway/backup/manifest.hpp"

#include "slipway/backup/name.hpp"

#include <gtest/gtest.h>

namespace slipway::backup {
namespace {

Manifest some_manifest() {
  Manifest manifest;
  manifest.name = "202611/20261120_103000_pre-deploy-0a1b2c3d";
  manifest.label = "pre-deploy";
  manifest.database = "app \"x\" \xC3\xA9";
  manifest.settings.acl.emplace();
  manifest.settings.acl->push_back({.grantee = "", .privilege = "CONNECT"});
  manifest.settings.settings = {{"", "search_path", "\"$user\", public"}};
  manifest.tables.push_back({.schema = "public", .name = "t", .parts = {"rows/1.zst"}});
  manifest.tables[0].content = {.rows = 3, .sum = 0xFFFFFFFFFFFFFFFFULL, .sum_of_hashes = 7};
  manifest.sequences = {{"public", "s", -5, true}};
  manifest.parts = {{"rows/1.zst", 12, "ab"}};
  return manifest;
}

TEST(ManifestJson, ComesBackAsItWas) {
  const auto text = to_json(some_manifest());
  ASSERT_TRUE(text);
  const auto read = manifest_from_json(*text, "m");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, some_manifest());
}

// Every byte counts: the digest is over all of it.
TEST(ManifestJson, NoByteCanBeChangedUnseen) {
  const auto text = *to_json(some_manifest());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto read = manifest_from_json(changed, "m");
    // A space that became another blank is the same JSON.
    if (read) {
      EXPECT_EQ(*read, some_manifest()) << i;
    }
  }
  for (std::size_t length = 0; length + 2 < text.size(); length += 7)
    EXPECT_FALSE(manifest_from_json(text.substr(0, length), "m")) << length;
}

TEST(ManifestJson, PathsLeadNowhereElse) {
  for (const auto* path : {"../x", "/etc/passwd", "a/../../x", ""}) {
    auto manifest = some_manifest();
    manifest.parts.push_back({path, 1, "cd"});
    EXPECT_FALSE(manifest_from_json(*to_json(manifest), "m")) << path;
  }
  auto twice = some_manifest();
  twice.parts.push_back(twice.parts[0]);
  EXPECT_FALSE(manifest_from_json(*to_json(twice), "m"));
  auto unlisted = some_manifest();
  unlisted.tables[0].parts.emplace_back("rows/2.zst");
  EXPECT_FALSE(manifest_from_json(*to_json(unlisted), "m"));
}

TEST(ManifestJson, NamesThatAreNoTextAreRefused) {
  auto manifest = some_manifest();
  manifest.tables[0].name = "\xFF";
  const auto text = to_json(manifest);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::unsupported);
}

TEST(BackupName, SaysMomentLabelAndCommit) {
  const auto moment = std::chrono::system_clock::from_time_t(1'795'000'000);
  EXPECT_EQ(*backup_name(moment, "pre-deploy", "0a1b"), "202611/20261118_110640_pre-deploy-0a1b");
  EXPECT_EQ(*backup_name(moment, "manual", ""), "202611/20261118_110640_manual");
  EXPECT_TRUE(is_backup_name(*backup_name(moment, "pre-deploy", "0a1b")));
  for (const auto* label : {"", "a/b", "a b", "..\xC3\xA9"})
    EXPECT_FALSE(backup_name(moment, label, ""));
  EXPECT_FALSE(backup_name(moment, "manual", "xyz"));
  for (const auto* name : {"", "202611/", "202611/20261018_110640_x", "202611/mine",
                           "202611/20261118_110640_", "202611/20261118_110640_a/b"})
    EXPECT_FALSE(is_backup_name(name)) << name;
}

} // namespace
} // namespace slipway::backup
