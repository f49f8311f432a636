// A server in recovery stops a run, and the other checks still look.
#include "preflight_test.hpp"

#include "slipway/os/identity.hpp"
#include "slipway/os/process.hpp"

#include <filesystem>
#include <fstream>

namespace slipway::preflight {
namespace {

// A cluster that is told to be a standby of nobody, and started again.
class Standby : public PreflightTest {
protected:
  void SetUp() override {
    auto started = pg::Cluster::start(test::server_options(), test::long_wait());
    ASSERT_TRUE(started) << started.error().message;
    server_.emplace(std::move(*started));
    url_ = server_->connection_string();
    exec("CREATE TABLE t (id int)");
    const auto data = value("SHOW data_directory");
    close_looker();
    std::ofstream(data + "/standby.signal").close();
    os::Command restart;
    restart.arguments = {server_->bin_folder() + "/pg_ctl",
                         "restart",
                         "-w",
                         "-D",
                         data,
                         "-l",
                         data + "/restart.log"};
    restart.working_directory = "/";
    if (os::is_root()) restart.user = "postgres";
    const auto ended = os::run(restart, test::long_wait());
    ASSERT_TRUE(ended) << ended.error().message;
    ASSERT_EQ(ended->exit_status, 0) << ended->output << ended->errors;
    data_ = data;
  }
  void TearDown() override {
    close_looker();
    os::Command stop;
    stop.arguments = {server_->bin_folder() + "/pg_ctl", "stop", "-m", "immediate", "-D", data_};
    stop.working_directory = "/";
    if (os::is_root()) stop.user = "postgres";
    const auto ended = os::run(stop, test::long_wait());
    EXPECT_TRUE(ended) << "the restarted server stays behind";
    server_.reset();
  }
  std::optional<pg::Cluster> server_;
  std::string data_;
};

TEST_F(Standby, a_server_in_recovery_stops_and_nothing_else_fails) {
  auto session = connect();
  const auto found = report(session, "ALTER TABLE t ADD COLUMN x int;");
  ASSERT_NE(found.first_stop(), nullptr);
  EXPECT_EQ(found.first_stop()->check, "writable");
  EXPECT_TRUE(says(found.first_stop()->found, "is a standby")) << found.first_stop()->found;
  for (const auto& finding : found.findings)
    EXPECT_FALSE(says(finding.found, "could not be looked at"))
        << finding.check << ": " << finding.found;
}

} // namespace
} // namespace slipway::preflight
