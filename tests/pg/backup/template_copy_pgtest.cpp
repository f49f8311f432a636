// The copy inside the cluster, and the fence it is made behind.
#include "backup_test.hpp"

#include "slipway/backup/template_copy.hpp"

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::backup {
namespace {

class TemplateCopy : public test::BackupTest {
protected:
  void SetUp() override {
    BackupTest::SetUp();
    make_shop();
    database_ = value("SELECT current_database()");
    close_looker();
  }
  std::string notes_folder() const { return folder_->path() + "/notes"; }
  pg::ConnectOptions postgres() const { return {.connection_string = url_of("postgres")}; }
  TemplateCopyRequest copy_request() const {
    TemplateCopyRequest request;
    request.source.connection_string = url_;
    request.copy_database = database_ + "_copy";
    request.notes_folder = notes_folder();
    request.now = this->request().now;
    return request;
  }
  FenceRequest fence_request() const {
    return {.server = postgres(), .database = database_, .notes_folder = notes_folder()};
  }
  bool is_open() {
    auto session = pg::Session::open({.connection_string = url_}, test::long_wait());
    return session.has_value();
  }
  std::string database_;
};

TEST_F(TemplateCopy, IsEqualAndHasTheSettings) {
  exec("ALTER DATABASE " + quote_identifier(database_) + " SET work_mem = '17MB'");
  // Somebody who is connected is put out, and may come back.
  auto other = connect();
  const auto manifest = copy_by_template(copy_request(), *store_, events_, test::long_wait());
  ASSERT_TRUE(manifest) << explained(manifest.error());
  EXPECT_FALSE(other.query(SqlText("SELECT 1"), {}, test::long_wait()));
  close_looker();
  EXPECT_TRUE(is_open());
  const auto compared = compare_with_manifest(*manifest, *store_, {.connection_string = url_}, {},
                                              2, test::long_wait());
  ASSERT_TRUE(compared) << explained(compared.error());
  EXPECT_TRUE(compared->equal());
  auto copy = test::connect(url_of(database_ + "_copy"));
  EXPECT_EQ(test::value(copy, "SHOW work_mem"), "17MB");
  EXPECT_EQ(list_backups(*store_, test::long_wait())->backups.size(), 1U);
  const auto refused = restore(*manifest, database_ + "_r");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("is a copy inside its cluster"), std::string::npos);
}

TEST_F(TemplateCopy, AFailedCopyLeavesTheDatabaseOpen) {
  auto request = copy_request();
  request.copy_database = "postgres";
  const auto manifest = copy_by_template(request, *store_, events_, test::long_wait());
  ASSERT_FALSE(manifest);
  EXPECT_TRUE(is_open());
  EXPECT_TRUE(lower_forgotten_fences(postgres(), notes_folder(), test::long_wait())->empty());
}

// Superusers, too: a copy wants nobody at all. Fails when a connection limit is used instead.
TEST_F(TemplateCopy, TheFenceKeepsEverybodyOutUntilItGoes) {
  {
    auto fence = Fence::raise(fence_request(), test::long_wait());
    ASSERT_TRUE(fence) << explained(fence.error());
    EXPECT_FALSE(is_open());
    const auto second = Fence::raise(fence_request(), test::long_wait());
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("allows no connections already"), std::string::npos);
    EXPECT_FALSE(is_open());
  }
  EXPECT_TRUE(is_open());
}

// A kill between the note and the end of the fence. Fails when the note is written after it.
TEST_F(TemplateCopy, AForgottenFenceIsTakenDown) {
  for (const auto point :
       {os::CrashPoint::fence_noted, os::CrashPoint::fence_up, os::CrashPoint::fence_down}) {
    EXPECT_EXIT(
        {
          auto crash = os::CrashPlan::parse(os::crash_point_name(point));
          auto request = fence_request();
          request.crash = &*crash;
          auto fence = Fence::raise(request, test::long_wait());
          if (fence) [[maybe_unused]]
            const auto lowered = fence->lower(test::long_wait());
        },
        ::testing::KilledBySignal(SIGKILL), "");
    EXPECT_EQ(is_open(), point != os::CrashPoint::fence_up);
    const auto opened = lower_forgotten_fences(postgres(), notes_folder(), test::long_wait());
    ASSERT_TRUE(opened) << explained(opened.error());
    EXPECT_EQ(*opened, (std::vector<std::string>{database_}));
    EXPECT_TRUE(is_open());
  }
}

TEST_F(TemplateCopy, FoldersThatNoDatabaseHasAreNamed) {
  auto session = test::connect(url_of("postgres"));
  const auto none = orphaned_folders(session, test::long_wait());
  ASSERT_TRUE(none) << explained(none.error());
  EXPECT_TRUE(none->empty());
  const auto data = test::value(session, "SHOW data_directory");
  ASSERT_EQ(::mkdir((data + "/base/999999999").c_str(), 0755), 0);
  EXPECT_EQ(*orphaned_folders(session, test::long_wait()),
            (std::vector<std::string>{"base/999999999"}));
  ASSERT_EQ(::rmdir((data + "/base/999999999").c_str()), 0);
}

} // namespace
} // namespace slipway::backup
