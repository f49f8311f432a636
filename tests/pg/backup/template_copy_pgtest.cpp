// The copy inside the cluster, and the fence it is made behind.
#include "backup_test.hpp"

#include "slipway/backup/template_copy.hpp"
#include "slipway/pg/fence.hpp"

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
  TemplateCopyRequest copy_request() const {
    TemplateCopyRequest request;
    request.source.connection_string = url_;
    request.copy_database = database_ + "_copy";
    request.now = this->request().now;
    return request;
  }
  Result<pg::Fence> fence(pg::Session& control) {
    return pg::Fence::put_up(control, database_, "a test", 0, test::long_wait());
  }
  std::vector<std::string> closed() {
    auto control = test::connect(url_of("postgres"));
    const auto fenced = pg::fenced_databases(control, test::long_wait());
    std::vector<std::string> names;
    for (const auto& one : *fenced) names.push_back(one.database);
    return names;
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
  EXPECT_TRUE(closed().empty());
}

// Superusers, too: a copy wants nobody at all. Fails when a connection limit is used instead.
TEST_F(TemplateCopy, TheFenceKeepsEverybodyOutUntilItGoes) {
  auto control = test::connect(url_of("postgres"));
  {
    auto up = fence(control);
    ASSERT_TRUE(up) << explained(up.error());
    EXPECT_FALSE(is_open());
    auto other = test::connect(url_of("postgres"));
    const auto second = fence(other);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("allows no connections already"), std::string::npos);
    EXPECT_FALSE(is_open());
  }
  EXPECT_TRUE(is_open());
}

// Nobody is in the database while it is copied, so that alone does not tell. Fails when the owner
// of a fence does not hold it from outside.
TEST_F(TemplateCopy, AFenceThatIsHeldIsNotForgotten) {
  auto control = test::connect(url_of("postgres"));
  auto up = fence(control);
  ASSERT_TRUE(up) << explained(up.error());
  auto other = test::connect(url_of("postgres"));
  const auto lifted =
      pg::lift_forgotten_fence(other, database_, Wait{Deadline::after(Millis(500))});
  EXPECT_FALSE(lifted);
  EXPECT_FALSE(is_open());
}

// A kill anywhere between the closing and the opening. Fails when the note and the closing are not
// one transaction.
TEST_F(TemplateCopy, AForgottenFenceIsTakenDown) {
  for (const auto point : {os::CrashPoint::fence_noted, os::CrashPoint::fence_up,
                           os::CrashPoint::fence_copied, os::CrashPoint::fence_down}) {
    EXPECT_EXIT(
        {
          auto crash = os::CrashPlan::parse(os::crash_point_name(point));
          auto request = copy_request();
          request.crash = &*crash;
          (void)copy_by_template(request, *store_, events_, test::long_wait());
        },
        ::testing::KilledBySignal(SIGKILL), "");
    const bool is_closed =
        point == os::CrashPoint::fence_up || point == os::CrashPoint::fence_copied;
    EXPECT_EQ(is_open(), !is_closed);
    EXPECT_EQ(closed().size(), is_closed ? 1U : 0U);
    if (!is_closed) continue;
    auto control = test::connect(url_of("postgres"));
    const auto lifted = pg::lift_forgotten_fence(control, database_, test::long_wait());
    ASSERT_TRUE(lifted) << explained(lifted.error());
    EXPECT_TRUE(is_open());
  }
  // What was left of the copies is told by its name, and in nobody's way.
  EXPECT_TRUE(has_database(database_ + "_copy__copying"));
  close_looker();
  const auto made = copy_by_template(copy_request(), *store_, events_, test::long_wait());
  ASSERT_TRUE(made) << explained(made.error());
  EXPECT_FALSE(has_database(database_ + "_copy__copying"));
  EXPECT_EQ(list_backups(*store_, test::long_wait())->backups.size(), 1U);
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
