// The server goes away under a run: its session is ended, or all of it is stopped as a power cut
// would and started again.
#include "message_relay.hpp"
#include "passage.hpp"
#include "thoroughness.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

namespace slipway {
namespace {

// What makes the server act: a query, or the end of a batch.
bool is_request(const test::Message& message) {
  return message.sender == test::Sender::client && (message.type == 'Q' || message.type == 'S');
}

enum class Moment { before, after };

class TerminatedBackend
    : public ::testing::TestWithParam<std::tuple<std::string, Direction, Moment>> {
protected:
  /// Ends a server process, and when that is to be before the message, waits until it is gone.
  static void terminate(int pid, Moment moment) {
    auto session = test::connect(test::TestServer::instance().cluster().connection_string());
    const auto number = std::to_string(pid);
    test::exec(session, "SELECT pg_terminate_backend(" + number + ")");
    if (moment == Moment::after) return;
    while (test::value(session, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + number) !=
           "0")
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

// Fails, among others, without the look at the history that every run begins with.
TEST_P(TerminatedBackend, ARerunEndsAsAnUndisturbedRun) {
  const auto& [kind, direction, moment] = GetParam();
  const test::Passage passage(test::TestServer::instance(), test::kind_named(kind), direction);
  // The requests of a run itself; reading the schema has dozens more.
  passage.project().write("slipway.toml", "[history]\nsnapshots = 0\n");
  int ends = 0;
  for (int n = 1;; ++n) {
    const auto url = passage.fresh_start();
    int requests = 0;
    bool happened = false;
    const auto act = [&, how = moment](const test::Message& message) {
      if (!is_request(message) || ++requests != n) return;
      happened = true;
      terminate(message.backend_pid, how);
    };
    test::MessageRelay::Rules rules;
    if (moment == Moment::after)
      rules.after = act;
    else
      rules.before = [&](const test::Message& message) {
        act(message);
        return test::Fate::forwarded;
      };
    test::Ran ran;
    {
      const test::MessageRelay relay(url, rules);
      ran = passage.go(relay.url());
    }
    if (!happened) break;
    ++ends;
    ASSERT_TRUE(ran.status == 0 || ran.err.find("error: ") != std::string::npos) << ran.err;
    ASSERT_EQ(passage.trouble_after_rerun(url), "")
        << passage.name() << ", terminated at request " << n << "\n"
        << ran.err;
  }
  EXPECT_GT(ends, 10);
  std::cout << passage.name() << ": " << ends << " backends terminated" << std::endl;
}

INSTANTIATE_TEST_SUITE_P(, TerminatedBackend,
                         ::testing::Values(std::tuple("mixed", Direction::up, Moment::after),
                                           std::tuple("piecewise", Direction::down,
                                                      Moment::before)),
                         [](const auto& one) {
                           return std::get<0>(one.param) + "_" +
                                  std::string(direction_name(std::get<1>(one.param)));
                         });

/// A server on disk that can be stopped as by a power cut and started again.
class StoppedServer : public ::testing::Test {
protected:
  StoppedServer() : folder_(make_folder()), server_(start()) {}
  ~StoppedServer() override {
    const auto stopped = server_.cluster().stop(test::long_wait());
    EXPECT_TRUE(stopped) << stopped.error().message;
  }

  /// Immediate mode: no checkpoint, no word to the clients; then recovery from the log.
  void stop_and_start() {
    const auto postmaster = postmaster_pid();
    kill(postmaster, SIGQUIT);
    ASSERT_TRUE(os::wait_for_end(postmaster, test::long_wait().deadline));
    auto again = pg::Cluster::start(options(), test::long_wait());
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->connection_string(), server_.cluster().connection_string());
  }

  test::TestServer& server() { return server_; }

private:
  static os::TemporaryFolder make_folder() {
    auto folder = os::TemporaryFolder::make();
    if (!folder) throw std::runtime_error(folder.error().message);
    std::filesystem::permissions(folder->path(), std::filesystem::perms(0755));
    return std::move(*folder);
  }
  pg::ClusterOptions options() const {
    auto options = test::server_options();
    options.keep = true;
    options.name = "crash";
    options.base_folder = folder_.path() + "/servers";
    // As safe as in production, but in the processes' order only: no test pulls the plug.
    options.settings = {{"fsync", "off"}};
    return options;
  }
  pg::Cluster start() const {
    auto cluster = pg::Cluster::start(options(), test::long_wait());
    if (!cluster) throw std::runtime_error(cluster.error().message);
    return std::move(*cluster);
  }
  int postmaster_pid() {
    auto session = test::connect(server_.cluster().connection_string());
    return std::stoi(
        test::value(session, "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int"));
  }

  os::TemporaryFolder folder_;
  test::TestServer server_;
};

TEST_F(StoppedServer, ARerunAfterAnImmediateStopAtAStatementEndsAsAnUndisturbedRun) {
  const auto stride = test::Stride::of(4, server().major_version());
  for (const auto& [kind, direction] :
       {std::pair("mixed", Direction::up), std::pair("non_transactional", Direction::down)}) {
    const test::Passage passage(server(), test::kind_named(kind), direction);
    passage.project().write("slipway.toml", "[history]\nsnapshots = 0\n");
    int stops = 0;
    for (int n = stride.first;; n += stride.step) {
      const auto url = passage.fresh_start();
      int requests = 0;
      bool happened = false;
      test::MessageRelay::Rules rules;
      rules.after = [&](const test::Message& message) {
        if (!is_request(message) || ++requests != n) return;
        happened = true;
        stop_and_start();
      };
      test::Ran ran;
      {
        const test::MessageRelay relay(url, rules);
        ran = passage.go(relay.url());
      }
      if (!happened) break;
      ++stops;
      ASSERT_EQ(passage.trouble_after_rerun(url), "")
          << passage.name() << ", stopped at request " << n << "\n"
          << ran.err;
    }
    EXPECT_GT(stops, 3);
    std::cout << passage.name() << ": " << stops << " stops" << std::endl;
  }
}

} // namespace
} // namespace slipway
