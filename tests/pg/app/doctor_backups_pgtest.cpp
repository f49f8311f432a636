// What interrupted backups, copies and rollbacks leave is named, with what removes it.
#include "project.hpp"

#include "slipway/app/doctor.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/fence.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway {
namespace {

class DoctorBackups : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
    database_ = value("SELECT current_database()");
  }
  const app::Diagnosis* find(const std::string& what, const std::string& text) {
    found_ = with_context([](const app::Context& context) { return app::diagnose(context); });
    const auto one = std::find_if(found_.begin(), found_.end(), [&](const auto& each) {
      return each.what == what && each.found.find(text) != std::string::npos;
    });
    return one == found_.end() ? nullptr : &*one;
  }
  std::string database_;
  std::vector<app::Diagnosis> found_;
};

TEST_F(DoctorBackups, ABackupThatWasNeverFinished) {
  const auto folder = folder_->path() + "/backups/202611/20261120_103000_pre-deploy";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/begun") << "{}\n";
  const auto* one = find("unfinished backup", "20261120_103000_pre-deploy");
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->remedy, "slipway backup prune");
}

TEST_F(DoctorBackups, DatabasesOfSlipwaysOwnMaking) {
  const auto left = database_ + "__restoring";
  const auto kept = database_ + "__broken_7";
  for (const auto& name : {left, kept}) exec("CREATE DATABASE " + quote_identifier(name));
  const auto* one = find("left database", left);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->health, app::Health::warning);
  one = find("left database", kept);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->remedy, "slipway rollback cleanup --run 7");
  for (const auto& name : {left, kept}) exec("DROP DATABASE " + quote_identifier(name));
  EXPECT_EQ(find("left database", left), nullptr);
}

TEST_F(DoctorBackups, ADatabaseThatIsClosed) {
  const auto other = database_ + "_other";
  exec("CREATE DATABASE " + quote_identifier(other));
  auto control = connect();
  {
    auto fence = pg::Fence::put_up(control, other, "a test", 0, test::long_wait());
    ASSERT_TRUE(fence) << fence.error().message;
    const auto* one = find("closed database", other);
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(one->remedy, "slipway backup unfence");
  }
  EXPECT_EQ(find("closed database", other), nullptr);
  exec("DROP DATABASE " + quote_identifier(other));
}

TEST_F(DoctorBackups, AFolderThatNoDatabaseHas) {
  const auto folder = value("SHOW data_directory") + "/base/999999998";
  ASSERT_EQ(::mkdir(folder.c_str(), 0755), 0);
  EXPECT_NE(find("folder without a database", "base/999999998"), nullptr);
  ASSERT_EQ(::rmdir(folder.c_str()), 0);
}

// Fails when what could not be looked at is told as none.
TEST_F(DoctorBackups, ARoleThatMayNotLookIsToldSo) {
  const auto role = database_ + "_plain";
  exec("CREATE ROLE " + role + " LOGIN");
  url_ += "&user=" + role;
  found_ = with_context([](const app::Context& context) { return app::diagnose(context); });
  const auto one = std::find_if(found_.begin(), found_.end(), [](const auto& each) {
    return each.what == "folders without a database";
  });
  ASSERT_NE(one, found_.end());
  EXPECT_EQ(one->health, app::Health::unknown);
  close_looker();
  url_.erase(url_.rfind("&user="));
  exec("DROP ROLE " + role);
}

} // namespace
} // namespace slipway
