// Backups that are encrypted, and backups in a remote store: the real programs, keys and remotes of
// the test's own.
#include "backup_test.hpp"

#include "slipway/os/process.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

std::string run(const std::vector<std::string>& arguments, const std::string& input = {}) {
  os::Command command;
  command.arguments = arguments;
  command.input = input;
  const auto done = os::run(command, test::long_wait());
  if (!done || done->exit_status != 0)
    throw std::runtime_error(arguments[0] + ": " + (done ? done->errors : done.error().message));
  return done->output + done->errors;
}

class Stores : public test::BackupTest {
protected:
  void SetUp() override {
    BackupTest::SetUp();
    make_shop();
    exec("INSERT INTO users (name) VALUES ('a name that nobody may read')");
  }
  /// Whether the text is in any file of the store, decompressed where that is possible.
  bool is_readable_somewhere(const std::string& text) {
    for (const auto& entry : fs::recursive_directory_iterator(store_folder())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream bytes;
      bytes << file.rdbuf();
      if (bytes.str().find(text) != std::string::npos) return true;
      os::Command command;
      command.arguments = {"zstd", "--decompress", "--stdout", entry.path().string()};
      const auto plain = os::run(command, test::long_wait());
      if (plain && plain->output.find(text) != std::string::npos) return true;
    }
    return false;
  }
  void expect_comes_back(const Manifest& manifest, const Cipher& cipher) {
    auto request = restore_request(fresh_name("_r"));
    request.cipher = cipher;
    const auto restored = backup::restore(manifest, *store_, request, events_, test::long_wait());
    ASSERT_TRUE(restored) << explained(restored.error());
    EXPECT_TRUE(has_database(request.database));
  }
};

TEST_F(Stores, WhatIsNotEncryptedIsReadable) {
  created();
  EXPECT_TRUE(is_readable_somewhere("a name that nobody may read"));
}

TEST_F(Stores, AgeEncryptsEveryPart) {
  const auto key = folder_->path() + "/age.key";
  const auto said = run({"age-keygen", "--output", key});
  const auto recipient =
      said.substr(said.find("age1"), said.find('\n', said.find("age1")) - said.find("age1"));
  auto request = this->request();
  request.cipher = *cipher_for({recipient});
  const auto manifest = create(request);
  ASSERT_TRUE(manifest) << explained(manifest.error());
  EXPECT_EQ(manifest->encryption, "age");
  EXPECT_FALSE(is_readable_somewhere("a name that nobody may read"));
  EXPECT_FALSE(is_readable_somewhere("CREATE TABLE"));
  EXPECT_FALSE(cipher_for_reading("age", ""));
  expect_comes_back(*manifest, *cipher_for_reading("age", key));
  const auto other = folder_->path() + "/other.key";
  run({"age-keygen", "--output", other});
  auto wrong = restore_request(fresh_name("_w"));
  wrong.cipher = *cipher_for_reading("age", other);
  const auto refused = backup::restore(*manifest, *store_, wrong, events_, test::long_wait());
  ASSERT_FALSE(refused);
  EXPECT_FALSE(has_database(wrong.database));
  EXPECT_FALSE(has_database(passing_name(wrong.database)));
}

/// A keyring of the test's own.
class GpgHome {
public:
  explicit GpgHome(std::string folder) : folder_(std::move(folder)) {
    fs::create_directory(folder_);
    fs::permissions(folder_, fs::perms::owner_all);
    ::setenv("GNUPGHOME", folder_.c_str(), 1);
  }
  ~GpgHome() {
    run({"gpgconf", "--kill", "gpg-agent"});
    ::unsetenv("GNUPGHOME");
  }
  void make_key(const std::string& name) const {
    run({"gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", name, "default",
         "default", "never"});
  }

private:
  std::string folder_;
};

TEST_F(Stores, GpgEncryptsEveryPart) {
  const std::string key = "backup@example.org";
  auto request = this->request();
  request.cipher = *cipher_for({"gpg:" + key});
  std::optional<Manifest> manifest;
  {
    const GpgHome home(folder_->path() + "/gpg");
    home.make_key(key);
    auto made = create(request);
    ASSERT_TRUE(made) << explained(made.error());
    manifest = std::move(*made);
    EXPECT_EQ(manifest->encryption, "gpg");
    EXPECT_FALSE(is_readable_somewhere("a name that nobody may read"));
    EXPECT_FALSE(is_readable_somewhere("CREATE TABLE"));
    expect_comes_back(*manifest, *cipher_for_reading("gpg", ""));
  }
  // Another keyring does not open it, and nothing is left of the attempt.
  const GpgHome other(folder_->path() + "/other");
  auto wrong = restore_request(fresh_name("_g"));
  wrong.cipher = *cipher_for_reading("gpg", "");
  ASSERT_FALSE(backup::restore(*manifest, *store_, wrong, events_, test::long_wait()));
  EXPECT_FALSE(has_database(wrong.database));
  EXPECT_FALSE(has_database(passing_name(wrong.database)));
  request.cipher = *cipher_for({"gpg:nobody@example.org"});
  EXPECT_FALSE(create(request)) << "a key that is not there";
}

TEST_F(Stores, AKeyThatIsNoneStopsTheBackupAndNothingIsLeft) {
  auto request = this->request();
  request.cipher = *cipher_for({"age1nonsense"});
  const auto manifest = create(request);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::io) << manifest.error().message;
  EXPECT_TRUE(list_backups(*store_, test::long_wait())->leftovers.empty());
}

class RemoteStore : public Stores {
protected:
  void SetUp() override {
    Stores::SetUp();
    const auto config = folder_->path() + "/rclone.conf";
    std::ofstream(config) << "[far]\ntype = local\n";
    auto opened = open_store({.place = "rclone:far:" + store_folder(), .rclone_config = config});
    ASSERT_TRUE(opened);
    store_ = std::move(*opened);
  }
};

TEST_F(RemoteStore, ABackupGoesThereAndComesBack) {
  EXPECT_TRUE(list_backups(*store_, test::long_wait())->backups.empty());
  const auto manifest = created();
  auto listing = list_backups(*store_, test::long_wait());
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->backups.size(), 1U);
  EXPECT_EQ(listing->backups[0].manifest, manifest);
  ASSERT_TRUE(verify_parts(manifest, *store_, request().now, test::long_wait()));
  expect_comes_back(manifest, {});
  ASSERT_TRUE(pin(*store_, manifest.name, "why", test::long_wait()));
  EXPECT_EQ(list_backups(*store_, test::long_wait())->backups[0].pinned, "why");
  ASSERT_TRUE(unpin(*store_, manifest.name, test::long_wait()));
  EXPECT_TRUE(list_backups(*store_, test::long_wait())->backups[0].verified);
  fs::remove(file(manifest, manifest.tables.front().parts.front()));
  EXPECT_EQ(list_backups(*store_, test::long_wait())->broken.size(), 1U);
  fs::remove(file(manifest, "manifest.json"));
  const auto pruned = prune(
      *store_, {.keep = 0, .leftovers_after = Millis(0), .now = request().now}, test::long_wait());
  ASSERT_TRUE(pruned) << pruned.error().message;
  EXPECT_EQ(pruned->leftovers, (std::vector<std::string>{manifest.name}));
}

TEST_F(RemoteStore, ARemoteThatIsNotThereIsSaid) {
  auto opened =
      open_store({.place = "rclone:nowhere:x", .rclone_config = folder_->path() + "/rclone.conf"});
  ASSERT_TRUE(opened);
  const auto made = backup::create(request(), **opened, events_, test::long_wait());
  ASSERT_FALSE(made);
  EXPECT_NE(explained(made.error()).find("nowhere"), std::string::npos) << explained(made.error());
  EXPECT_FALSE(open_store({.place = "rclone:"}));
}

} // namespace
} // namespace slipway::backup
