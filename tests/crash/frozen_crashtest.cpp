// A server, or a network, that is there and does not answer. Every command that talks to a server
// must end by itself.
#include "../e2e/running_program.hpp"
#include "commands.hpp"
#include "message_relay.hpp"
#include "passage.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <list>
#include <set>

namespace slipway {
namespace {

/// Words after the name of a command that needs some to get as far as the server.
std::vector<std::vector<std::string>> arguments_of(const std::string& name) {
  if (name == "goto" || name == "baseline") return {{name, "1"}};
  if (name == "down" || name == "up") return {{name}, {name, "--dry-run"}};
  if (name == "repair")
    return {{name}, {name, "--accept-files", "--yes"}, {name, "--forget", "1", "--yes"}};
  return {{name}};
}

/// Takes a connection string, but does not connect.
bool never_connects(const std::string& name) {
  return name == "config" || name == "explain";
}

/// Of every command that takes a connection string. One that is new is here by itself.
std::vector<std::vector<std::string>> commands_with_server() {
  std::vector<std::vector<std::string>> all;
  for (const auto& command : cli::commands()) {
    const auto& keys = command.settings;
    const std::string name(command.name);
    if (never_connects(name) || std::find(keys.begin(), keys.end(), "target.url") == keys.end())
      continue;
    for (auto& words : arguments_of(name)) {
      words.insert(words.end(), {"--deadline", "3s"});
      all.push_back(std::move(words));
    }
  }
  return all;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += word + " ";
  return text;
}

std::vector<int> children_of(int pid) {
  const auto number = std::to_string(pid);
  std::ifstream in("/proc/" + number + "/task/" + number + "/children");
  std::vector<int> children;
  for (int child = 0; in >> child;) children.push_back(child);
  return children;
}

/// A server with all its processes stopped, until this object goes.
class FrozenServer {
public:
  explicit FrozenServer(int postmaster) {
    stop(postmaster);
    for (const int pid : children_of(postmaster)) stop(pid);
  }
  FrozenServer(const FrozenServer&) = delete;
  FrozenServer& operator=(const FrozenServer&) = delete;
  ~FrozenServer() {
    for (const int pid : stopped_) kill(pid, SIGCONT);
  }

private:
  void stop(int pid) {
    kill(pid, SIGSTOP);
    stopped_.push_back(pid);
  }
  std::vector<int> stopped_;
};

class Frozen : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    write("1_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
    ASSERT_EQ(run({"up"}).status, 0);
    write("2_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
    close_looker();
  }

  /// Runs every command at once; fails for each that does not end, ends well, or says nothing.
  void expect_each_to_end(const std::function<std::string()>& next_url) {
    std::list<std::pair<std::string, test::RunningProgram>> running;
    for (const auto& words : commands_with_server())
      running.emplace_back(std::piecewise_construct, std::forward_as_tuple(joined(words)),
                           std::forward_as_tuple(words, next_url(), project_));
    EXPECT_GE(running.size(), 10U);
    for (auto& [command, program] : running) {
      const auto status = program.wait_until(test::long_wait().deadline);
      ASSERT_TRUE(status) << command << "still runs\n" << program.printed();
      const auto told = program.printed();
      // A page for the night is written without the database, too, and says so.
      if (command.starts_with("runbook")) {
        EXPECT_EQ(*status, 0) << told;
        EXPECT_NE(told.find("the database was not asked"), std::string::npos) << told;
        continue;
      }
      EXPECT_NE(*status, 0) << command << "\n" << told;
      EXPECT_LT(*status, 128) << command << "\n" << told;
      EXPECT_TRUE(told.find("error: ") != std::string::npos ||
                  told.find("problem") != std::string::npos ||
                  told.find("unknown") != std::string::npos)
          << command << "ends with " << *status << " and says:\n"
          << told;
    }
  }

  /// Every command through a relay of its own that begins to swallow as `rules` say.
  void expect_each_to_end_through(const std::function<test::MessageRelay::Rules()>& rules) {
    std::list<test::MessageRelay> relays;
    expect_each_to_end([&] {
      relays.emplace_back(url_, rules());
      return relays.back().url();
    });
  }

  /// Everything is swallowed from the n-th request on.
  static test::MessageRelay::Rules swallow_from_request(int n) {
    test::MessageRelay::Rules rules;
    auto requests = std::make_shared<int>(0);
    rules.before = [requests, n](const test::Message& message) {
      if (message.sender == test::Sender::client && (message.type == 'Q' || message.type == 'S'))
        ++*requests;
      return *requests >= n ? test::Fate::swallowed : test::Fate::forwarded;
    };
    return rules;
  }
};

TEST_F(Frozen, BeforeTheHandshakeByAProxyThatSwallowsEverything) {
  expect_each_to_end_through([] {
    test::MessageRelay::Rules rules;
    rules.swallow_all = true;
    return rules;
  });
}

TEST_F(Frozen, InTheHandshake) {
  expect_each_to_end_through([] {
    test::MessageRelay::Rules rules;
    rules.before = [](const test::Message& message) {
      return message.type == 'K' ? test::Fate::swallowed : test::Fate::forwarded;
    };
    return rules;
  });
}

TEST_F(Frozen, AtTheFirstQuestion) {
  expect_each_to_end_through([] { return swallow_from_request(1); });
}

TEST_F(Frozen, InTheMiddleOfAnAnswer) {
  expect_each_to_end_through([] {
    test::MessageRelay::Rules rules;
    rules.before = [asked = false, answers = 0](const test::Message& message) mutable {
      asked = asked || (message.sender == test::Sender::client &&
                        (message.type == 'Q' || message.type == 'S'));
      if (asked && message.sender == test::Sender::server) ++answers;
      return answers >= 2 ? test::Fate::swallowed : test::Fate::forwarded;
    };
    return rules;
  });
}

// The postmaster takes the connection into its queue and no more.
TEST_F(Frozen, AsAWholeServer) {
  const FrozenServer frozen(test::TestServer::instance().cluster().postmaster_pid());
  expect_each_to_end([this] { return url_; });
}

// The server takes the cancel, but the statement's process does not act on it.
TEST_F(Frozen, InOneProcessOnly) {
  std::mutex mutex;
  std::set<int> stopped;
  expect_each_to_end_through([&] {
    test::MessageRelay::Rules rules;
    rules.before = [&](const test::Message& message) {
      if (message.sender == test::Sender::client && message.type != '\0') {
        const std::scoped_lock lock(mutex);
        stopped.insert(message.backend_pid);
        kill(message.backend_pid, SIGSTOP);
      }
      return test::Fate::forwarded;
    };
    return rules;
  });
  for (const int pid : stopped) kill(pid, SIGCONT);
}

// The statement's own time-out cannot help: it is the frozen process that would count it.
TEST_F(Frozen, InTheMiddleOfAStatement) {
  write("2_b.sql", "SELECT pg_sleep(600);", "SELECT 1;");
  auto running = start({"up", "--statement-timeout", "1s", "--deadline", "20s"});
  await(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active' AND datname = current_database())");
  const auto backend = std::stoi(value(
      "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600%' AND datname = current_database() AND pid <> pg_backend_pid()"));
  kill(backend, SIGSTOP);
  const auto status = running.wait_until(test::long_wait().deadline);
  kill(backend, SIGCONT);
  ASSERT_TRUE(status) << running.printed();
  EXPECT_NE(*status, 0) << running.printed();
  EXPECT_NE(running.printed().find("state:"), std::string::npos) << running.printed();
}

// Half-open connections: what was under way is swallowed, the rerun finds a direct way.
TEST_F(Frozen, AtAnyRequestOfARunAndTheRerunEndsAsAnUndisturbedRun) {
  const test::Passage passage(test::TestServer::instance(), test::kind_named("mixed"),
                              Direction::up);
  // The requests of a run itself; reading the schema has dozens more.
  passage.project().write("slipway.toml", "[history]\nsnapshots = 0\n");
  struct Attempt {
    std::string url;
    std::unique_ptr<test::MessageRelay> relay;
    std::unique_ptr<test::RunningProgram> program;
  };
  std::vector<Attempt> attempts;
  constexpr int k_step = 4;
  constexpr int k_last = 36;
  for (int n = 1; n < k_last; n += k_step) {
    Attempt attempt{.url = passage.another_start(), .relay = {}, .program = {}};
    attempt.relay = std::make_unique<test::MessageRelay>(attempt.url, swallow_from_request(n));
    attempt.program =
        std::make_unique<test::RunningProgram>(std::vector<std::string>{"up", "--deadline", "3s"},
                                               attempt.relay->url(), passage.project());
    attempts.push_back(std::move(attempt));
  }
  for (auto& attempt : attempts) {
    const auto status = attempt.program->wait_until(test::long_wait().deadline);
    ASSERT_TRUE(status) << attempt.program->printed();
    EXPECT_NE(*status, 0) << attempt.program->printed();
    attempt.relay.reset();
    EXPECT_EQ(passage.trouble_after_rerun(attempt.url), "") << attempt.program->printed();
  }
}

} // namespace
} // namespace slipway
