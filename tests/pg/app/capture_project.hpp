#pragma once

#include "project.hpp"

#include "slipway/app/deploy.hpp"
#include "slipway/app/doctor.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <fmt/format.h>
#include <optional>

namespace slipway::test {

/// Swaps two names, retypes, drops, and writes rows of its own.
inline constexpr const char* k_breaking_migration =
    "ALTER TABLE users RENAME COLUMN a TO x;\nALTER TABLE users RENAME COLUMN b TO a;\n"
    "ALTER TABLE users RENAME COLUMN x TO b;\nALTER TABLE users ALTER COLUMN age TYPE bigint;\n"
    "ALTER TABLE users DROP COLUMN note;\n"
    "DELETE FROM users WHERE id = 5;\nUPDATE users SET age = age + 1000 WHERE id < 4;\n"
    "INSERT INTO users (id) VALUES (99);";

/// A project on a server of its own that keeps logical changes: slots belong to the whole server. A
/// table with a key and twenty rows, one without.
class CaptureProjectTest : public ProjectTest {
protected:
  static void SetUpTestSuite() { start_server("logical"); }
  static void start_server(const std::string& wal_level) {
    auto options = server_options();
    options.settings["wal_level"] = wal_level;
    options.settings["max_slot_wal_keep_size"] = "1GB";
    auto cluster = pg::Cluster::start(options, long_wait());
    if (!cluster) throw std::runtime_error(cluster.error().message);
    logical_ = std::make_unique<TestServer>(std::move(*cluster));
  }
  static void TearDownTestSuite() { logical_.reset(); }

  void SetUp() override {
    ProjectTest::SetUp();
    url_ = logical_->fresh_database();
    keep_backups_in_a_folder();
    write("1_users.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, a text, b text, age int, note text);\n"
          "CREATE TABLE lines (text text);",
          "DROP TABLE lines;\nDROP TABLE users;");
    ASSERT_TRUE(up());
    exec(
        "INSERT INTO users SELECT n, 'a' || n, 'b' || n, n, 'old' FROM generate_series(1, 20) AS n;"
        "INSERT INTO lines VALUES ('one'), ('one')");
    let_a_second_pass();
  }
  void TearDown() override {
    auto session = connect();
    const auto slots = replay::slipway_slots(session, long_wait());
    ASSERT_TRUE(slots);
    for (const auto& one : *slots) EXPECT_TRUE(replay::drop_slot(session, one.name, long_wait()));
  }

  /// Runs and backups are told apart by the second.
  void let_a_second_pass() { exec("SELECT pg_sleep(1.1)"); }

  Result<app::DeployReport> deploy() {
    close_looker();
    return with_context([](const app::Context& context) { return app::deploy(context); });
  }
  Result<app::RollbackReport> roll_back() {
    close_looker();
    return with_context([](const app::Context& context) -> Result<app::RollbackReport> {
      SLIPWAY_ASSIGN(const auto outlook, app::look_at_rollback(context, {}));
      return app::roll_back(context, outlook);
    });
  }
  Result<app::Confirmed> confirm() {
    close_looker();
    return with_context([](const app::Context& context) { return app::confirm_deploy(context); });
  }
  /// What `doctor` says of captures: health, what was found, what to do.
  std::string diagnosis() {
    std::string text;
    for (const auto& one :
         with_context([](const app::Context& context) { return app::diagnose(context); }))
      if (one.what == "capture")
        text += fmt::format("{} {} -> {}\n", static_cast<int>(one.health), one.found, one.remedy);
    return text;
  }
  std::string slots() {
    return value("SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ '^slipway_'");
  }
  std::string publications() { return value("SELECT count(*) FROM pg_publication"); }
  std::string said() const {
    std::string text;
    for (const auto& one : sink_.all<event::Note>()) text += one.message + "\n";
    for (const auto& one : sink_.all<event::Warning>()) text += one.message + "\n";
    return text;
  }

  inline static std::unique_ptr<TestServer> logical_;
};

} // namespace slipway::test
