// Backups by the real pgBackRest, of a cluster of the test's own that archives its log, into a
// repository beside it.
#include "backup_test.hpp"

#include "slipway/backup/pgbackrest.hpp"
#include "slipway/os/process.hpp"
#include "slipway/pg/cluster.hpp"

#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace slipway::backup {
namespace {

// The newest that Debian's pgBackRest knows.
constexpr int k_major = 15;

std::string server_programs() {
  for (const auto& one : pg::find_server_programs(""))
    if (one.major_version == k_major) return one.bin_folder;
  throw std::runtime_error("there are no server programs of 15");
}

/// As the user whose files they are.
std::vector<std::string> as_server(std::vector<std::string> arguments) {
  if (::geteuid() != 0) return arguments;
  std::vector<std::string> all{"runuser", "-u", "postgres", "--"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

os::Finished run(std::vector<std::string> arguments, const std::string& input = {}) {
  os::Command command;
  command.arguments = as_server(std::move(arguments));
  command.input = input;
  command.working_directory = "/";
  auto done = os::run(command, test::long_wait());
  if (!done) throw std::runtime_error(done.error().message);
  return std::move(*done);
}
void must(std::vector<std::string> arguments, const std::string& input = {}) {
  const auto done = run(std::move(arguments), input);
  if (done.exit_status != 0) throw std::runtime_error(done.output + done.errors);
}

class PgBackRestTest : public test::BackupTest {
protected:
  void SetUp() override {
    BackupTest::SetUp();
    auto made = pg::Cluster::start({.bin_folder = server_programs(),
                                    .settings = {{"wal_level", "replica"},
                                                 {"max_wal_senders", "3"},
                                                 {"archive_mode", "on"},
                                                 {"archive_command", "/bin/false"}}},
                                   test::long_wait());
    if (!made) throw std::runtime_error(made.error().message);
    cluster_.emplace(std::move(*made));
    place_ = cluster_->folder() + "/backrest";
    auto session = open();
    const auto data = test::value(session, "SHOW data_directory");
    must({"mkdir", "-p", place_ + "/repo", place_ + "/log", place_ + "/lock", place_ + "/spool"});
    must({"tee", config()},
         fmt::format("[global]\nrepo1-path={0}/repo\nlog-path={0}/log\nlock-path={0}/lock\n"
                     "spool-path={0}/spool\nlog-level-console=error\nstart-fast=y\n"
                     "compress-type=none\n[t]\npg1-path={1}\npg1-socket-path={2}\npg1-port={3}\n",
                     place_, data, cluster_->folder(), test::value(session, "SHOW port")));
    must({"pgbackrest", "--config=" + config(), "--stanza=t", "--no-online", "stanza-create"});
    run_sql(session, fmt::format("ALTER SYSTEM SET archive_command = 'pgbackrest --config={} "
                                 "--stanza=t archive-push %p'",
                                 config()));
    run_sql(session, "SELECT pg_reload_conf()");
    run_sql(session, "CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 100) AS n");
  }
  void TearDown() override {
    if (!restored_.empty())
      run({server_programs() + "/pg_ctl", "-D", restored_, "-m", "immediate", "stop"});
    cluster_.reset();
    BackupTest::TearDown();
  }

  std::string config() const { return place_ + "/pgbackrest.conf"; }
  pg::Session open() const { return test::connect(cluster_->connection_string()); }
  static void run_sql(pg::Session& session, const std::string& sql) {
    const auto done = session.execute(SqlText(sql), test::long_wait());
    if (!done) throw std::runtime_error(done.error().message);
  }
  PgBackRest how() const {
    return {.program = as_server({"pgbackrest", "--config=" + config()}), .stanza = "t"};
  }
  Result<Manifest> back_up() {
    PgBackRestRequest asked;
    asked.source.connection_string = cluster_->connection_string();
    asked.how = how();
    asked.label = "pre-deploy";
    asked.now = request().now;
    return back_up_by_pgbackrest(asked, *store_, events_, test::long_wait());
  }
  /// A server on a data directory, through a socket in it.
  pg::Session start(const std::string& folder) {
    restored_ = folder;
    must({server_programs() + "/pg_ctl", "-D", folder, "-w", "-t", "120", "-l", folder + "/log",
          "-o",
          fmt::format("-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c "
                      "archive_command=/bin/false",
                      folder),
          "start"});
    auto session = open();
    return test::connect(fmt::format("host={} port={} user=postgres dbname=postgres", folder,
                                     test::value(session, "SHOW port")));
  }

  std::optional<pg::Cluster> cluster_;
  std::string place_;
  std::string restored_;
};

// Fails when the place in the log is not given to the restore: the later rows would come along.
TEST_F(PgBackRestTest, ADataDirectoryIsOfTheMomentAndOfNoLaterOne) {
  const auto manifest = back_up();
  ASSERT_TRUE(manifest) << explained(manifest.error());
  EXPECT_EQ(manifest->engine, Engine::pgbackrest);
  EXPECT_FALSE(manifest->stanza_label.empty());
  auto session = open();
  run_sql(session, "INSERT INTO t SELECT n FROM generate_series(101, 150) AS n");
  run_sql(session, "SELECT pg_switch_wal()");
  const auto listing = list_backups(*store_, test::long_wait());
  ASSERT_EQ(listing->backups.size(), 1U);
  const auto& listed = listing->backups[0].manifest;
  EXPECT_EQ(listed, *manifest);
  const auto folder = place_ + "/restored";
  must({"mkdir", "-m", "0700", folder});
  const auto done = restore_data_directory(listed, how(), folder, test::long_wait());
  ASSERT_TRUE(done) << explained(done.error());
  auto restored = start(folder);
  // It can be read before it is at the end of its recovery.
  const auto wait = test::long_wait();
  while (test::value(restored, "SELECT pg_is_in_recovery()") == "t" && !wait.deadline.passed())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(test::value(restored, "SELECT pg_is_in_recovery()"), "f");
  EXPECT_EQ(test::value(restored, "SELECT count(*) FROM t"), "100");
  EXPECT_FALSE(restore_data_directory(listed, how(), folder, test::long_wait()))
      << "something is there";
}

TEST_F(PgBackRestTest, WhatPgBackRestNoLongerHasIsSaid) {
  auto manifest = back_up();
  ASSERT_TRUE(manifest) << explained(manifest.error());
  EXPECT_TRUE(check_pgbackrest(*manifest, how(), test::long_wait()));
  const auto refused = restore(*manifest, fresh_name("_r"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("whole cluster"), std::string::npos);
  manifest->name += ".2";
  EXPECT_FALSE(check_pgbackrest(*manifest, how(), test::long_wait()));
}

TEST_F(PgBackRestTest, AFailureLeavesNothingInTheStore) {
  must({"rm", "-rf", place_ + "/repo/backup", place_ + "/repo/archive"});
  const auto manifest = back_up();
  ASSERT_FALSE(manifest);
  const auto listing = list_backups(*store_, test::long_wait());
  EXPECT_TRUE(listing->backups.empty());
  EXPECT_TRUE(listing->leftovers.empty());
}

} // namespace
} // namespace slipway::backup
