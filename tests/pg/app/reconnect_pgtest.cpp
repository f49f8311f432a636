// The connection breaks at the worst moment: slipway connects again, looks, and says what is there.
#include "cutting_relay.hpp"
#include "project.hpp"

#include <array>
#include <cstring>
#include <functional>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace slipway::test {

namespace {

template<class Address>
sockaddr* any(Address& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, any(address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to " + path);
  return socket;
}

constexpr int k_look_up_ms = 100;

} // namespace

CuttingRelay::CuttingRelay(const std::string& folder, const std::string& port)
    : socket_path_(folder + "/.s.PGSQL." + port),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, any(address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, any(address), &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

CuttingRelay::~CuttingRelay() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (auto& one : serving_) one.join();
  ::close(listener_);
}

void CuttingRelay::cut_at(std::string text, Cut cut, Afterwards afterwards) {
  text_ = std::move(text);
  cut_ = cut;
  afterwards_ = afterwards;
}

void CuttingRelay::accept_all() {
  while (!ending_) {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    if (has_cut_ && afterwards_ == Afterwards::refuse) {
      ::close(client);
      continue;
    }
    serving_.emplace_back([this, client] { serve(client); });
  }
}

bool CuttingRelay::is_time(const std::string& bytes) {
  if (text_.empty() || has_cut_) return false;
  // In a Query message the text stands behind Q and four bytes of length, in a Parse message behind
  // the NUL that ends a name. The same text bound as a value is not meant.
  for (auto at = bytes.find(text_); at != std::string::npos; at = bytes.find(text_, at + 1))
    if ((at >= 5 && bytes[at - 5] == 'Q') || (at >= 1 && bytes[at - 1] == '\0')) return true;
  return false;
}

void CuttingRelay::serve(int client) {
  const int server = connect_to(socket_path_);
  std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  std::array<char, 65536> buffer{};
  bool drop_answer = false;
  bool introduced = false;
  for (bool open = true; open && !ending_;) {
    ::poll(both.data(), both.size(), k_look_up_ms);
    for (const auto& [from, to] : {std::pair(client, server), std::pair(server, client)}) {
      const ssize_t count = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count < 0) continue;
      const std::string bytes(buffer.data(), static_cast<std::size_t>(count));
      if (count == 0 || (from == server && drop_answer)) {
        open = false;
        break;
      }
      if (from == client && !std::exchange(introduced, true) &&
          bytes.find(":watcher") == std::string::npos)
        ++connections_;
      const bool now = from == client && is_time(bytes);
      if (now) has_cut_ = true;
      if (now && cut_ == Cut::before) {
        open = false;
        break;
      }
      ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      drop_answer = drop_answer || now;
      if (now && cut_ == Cut::at_once) open = false;
    }
  }
  ::close(client);
  ::close(server);
}

namespace {

using Cut = CuttingRelay::Cut;

class Reconnect : public ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    // The tables are made on a plain connection, so that the first COMMIT on the relayed one is a
    // migration's.
    write("1_first.sql", "CREATE TABLE first (id int);", "DROP TABLE first;");
    ASSERT_TRUE(up());
    const auto direct = connect();
    relay_.emplace(direct.host(), direct.port());
    plain_url_ = url_;
    url_ = "postgresql://" + direct.user() + "@127.0.0.1:" + relay_->port() + "/" +
           direct.database() + "?sslmode=disable&gssencmode=disable";
  }
  void TearDown() override {
    close_looker();
    relay_.reset();
  }
  /// Runs on a connection that is not cut.
  Result<app::RunReport> up_directly() {
    const auto relayed = std::exchange(url_, plain_url_);
    auto report = up();
    url_ = relayed;
    return report;
  }
  /// The looker looks past the relay.
  std::string seen(const std::string& sql) {
    auto session = test::connect(plain_url_);
    return test::value(session, sql);
  }
  std::string last_run() {
    return seen("SELECT kind || ' ' || outcome FROM slipway.run ORDER BY id DESC LIMIT 1");
  }
  bool noted(const std::string& text) const {
    const auto notes = sink_.all<event::Note>();
    return std::any_of(notes.begin(), notes.end(), [&](const auto& note) {
      return note.message.find(text) != std::string::npos;
    });
  }

  std::optional<CuttingRelay> relay_;
  std::string plain_url_;
};

// Fails when judge() does not ask is_committed: the run would end with an error though all is done.
TEST_F(Reconnect, ACommitWhoseAnswerWasLostIsLookedUpAndTheRunGoesOn) {
  for (const auto cut : {Cut::after_answer, Cut::at_once}) {
    SCOPED_TRACE(static_cast<int>(cut));
    write("2_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);", "DROP TABLE a;");
    write("3_b.sql", "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1);", "DROP TABLE b;");
    const auto direct = test::connect(plain_url_);
    CuttingRelay relay(direct.host(), direct.port());
    relay.cut_at("COMMIT", cut);
    url_ = "postgresql://" + direct.user() + "@127.0.0.1:" + relay.port() + "/" +
           direct.database() + "?sslmode=disable&gssencmode=disable";
    const auto report = up();
    ASSERT_TRUE(report) << report.error().message << report.error().database_state;
    EXPECT_TRUE(relay.has_cut());
    EXPECT_EQ(relay.connections(), 2);
    EXPECT_EQ(report->done.size(), 2U);
    EXPECT_TRUE(noted("2 a is committed"));
    EXPECT_EQ(seen("SELECT count(*) FROM a, b"), "1");
    EXPECT_EQ(last_run(), "up done");
    url_ = plain_url_;
    ASSERT_TRUE(down({.to = Version(1), .steps = {}}));
    sink_.events.clear();
  }
}

TEST_F(Reconnect, ACommitThatNeverArrivedIsSaidToHaveLeftNothing) {
  write("2_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  relay_->cut_at("COMMIT", Cut::before);
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::connection);
  EXPECT_NE(report.error().database_state.find("left nothing behind"), std::string::npos)
      << report.error().database_state;
  EXPECT_EQ(report.error().next_command, "slipway up");
  EXPECT_EQ(seen("SELECT to_regclass('a') IS NULL"), "t");
  EXPECT_EQ(last_run(), "up failed") << "the run has its end, written on the new connection";
  EXPECT_TRUE(up_directly());
}

TEST_F(Reconnect, ADownWhoseAnswerWasLostIsLookedUp) {
  relay_->cut_at("COMMIT", Cut::after_answer);
  const auto report = down();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(noted("1 first is committed"));
  EXPECT_EQ(seen("SELECT to_regclass('first') IS NULL"), "t");
  EXPECT_EQ(seen("SELECT count(*) FROM slipway.migration"), "0");
  EXPECT_EQ(last_run(), "down done");
}

TEST_F(Reconnect, AGroupInTheMiddleThatIsCommittedIsGoneOnFrom) {
  write("2_a.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nVACUUM a;\nINSERT INTO a VALUES (2);",
        "DROP TABLE a;");
  relay_->cut_at("COMMIT", Cut::after_answer);
  const auto report = up();
  ASSERT_TRUE(report) << report.error().message << report.error().database_state;
  EXPECT_EQ(relay_->connections(), 2) << "one, and one anew";
  EXPECT_EQ(seen("SELECT string_agg(id::text, ' ' ORDER BY id) FROM a"), "1 2");
  EXPECT_EQ(seen("SELECT state FROM slipway.migration WHERE version = 2"), "applied");
}

TEST_F(Reconnect, AGroupInTheMiddleThatIsNotCommittedIsSaidSo) {
  write("2_a.sql", "CREATE TABLE a (id int);\nVACUUM a;", "DROP TABLE a;");
  relay_->cut_at("COMMIT", Cut::before);
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  EXPECT_EQ(report.error().database_state, "nothing of 2 a is in the database");
  EXPECT_TRUE(up_directly());
}

// Fails when describe_interrupted is not asked.
TEST_F(Reconnect, AnIndexWhoseEndNobodyHeardOfIsLookedUp) {
  write("2_i.sql", "CREATE INDEX CONCURRENTLY first_id ON first (id);",
        "DROP INDEX CONCURRENTLY first_id;");
  relay_->cut_at("CREATE INDEX CONCURRENTLY", Cut::after_answer);
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  EXPECT_NE(report.error().database_state.find(
                "took effect: the index public.first_id is there and valid"),
            std::string::npos)
      << report.error().database_state;
  EXPECT_EQ(last_run(), "up failed");
  const auto oid = seen("SELECT 'first_id'::regclass::oid");
  EXPECT_TRUE(up_directly());
  EXPECT_EQ(seen("SELECT 'first_id'::regclass::oid"), oid) << "not built a second time";
}

TEST_F(Reconnect, AProcedureWhoseEndNobodyHeardOfIsAskedFor) {
  test::exec(
      *std::make_unique<pg::Session>(test::connect(plain_url_)),
      "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO first VALUES (1); COMMIT; END $$");
  write("2_c.sql", "CALL p();", "SELECT 1;");
  relay_->cut_at("CALL p()", Cut::after_answer);
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  EXPECT_NE(report.error().hint.find("slipway repair --undone 1 --migration 2"), std::string::npos)
      << report.error().hint;
  EXPECT_EQ(seen("SELECT count(*) FROM first"), "1");
  const auto again = up_directly();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::part_way);
  EXPECT_EQ(seen("SELECT count(*) FROM first"), "1") << "not run a second time";
}

TEST_F(Reconnect, AServerThatCannotBeReachedAgainLeavesTheOutcomeUnknown) {
  write("2_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  set("run.deadline", "4s");
  relay_->cut_at("COMMIT", Cut::after_answer, CuttingRelay::Afterwards::refuse);
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::part_way);
  EXPECT_EQ(report.error().outcome, Outcome::unknown);
  EXPECT_EQ(report.error().next_command, "slipway status");
  EXPECT_FALSE(report.error().notes.empty());
}

/// Does something at the moment the broken connection is noticed.
class AtTheBreak final : public EventSink {
public:
  explicit AtTheBreak(std::function<void()> action) : action_(std::move(action)) {}
  void on_event(const Event& event) override {
    const auto* warning = std::get_if<event::Warning>(&event);
    if (warning != nullptr && warning->message.find("connecting again") != std::string::npos)
      std::exchange(action_, [] {})();
  }

private:
  std::function<void()> action_;
};

// Fails when look_again does not ask for the newest run: what the other run applied would count as
// ours, or the plan made before would go on beside it.
TEST_F(Reconnect, AnotherRunThatCameInBetweenEndsThisOne) {
  write("2_a.sql", "CREATE TABLE a (id int);", "DROP TABLE a;");
  write("3_b.sql", "CREATE TABLE b (id int);", "DROP TABLE b;");
  relay_->cut_at("COMMIT", Cut::before);
  AtTheBreak other([this] { ASSERT_TRUE(up_directly()); });
  const auto report = with_context([&](const app::Context& context) {
    const app::Context watched{.config = context.config,
                               .files = context.files,
                               .events = other,
                               .masker = context.masker,
                               .stop = nullptr,
                               .environment = {}};
    return app::up(watched, {});
  });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().next_command, "slipway status");
  ASSERT_FALSE(report.error().notes.empty());
  EXPECT_NE(report.error().notes.back().find("another run"), std::string::npos);
  EXPECT_EQ(seen("SELECT string_agg(version::text, ' ' ORDER BY version) FROM slipway.migration"),
            "1 2 3");
}

class Terminated : public ProjectTest {
protected:
  /// Ends the backend that runs a statement like this, once it does.
  std::jthread terminate(const std::string& like) {
    return std::jthread([this, like] {
      auto session = connect();
      const auto of_it = "FROM pg_stat_activity WHERE datname = current_database() AND "
                         "pid <> pg_backend_pid() AND state = 'active' AND query LIKE '" +
                         like + "%'";
      const auto deadline = long_wait().deadline;
      while (test::value(session, "SELECT count(*) " + of_it) != "1" && !deadline.passed())
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      test::value(session, "SELECT count(pg_terminate_backend(pid)) " + of_it);
    });
  }
};

TEST_F(Terminated, ATransactionLeftNothingAndTheRunHasItsEnd) {
  write("1_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(600);", "DROP TABLE a;");
  const auto killer = terminate("SELECT pg_sleep(600)");
  const auto report = up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::connection);
  EXPECT_NE(report.error().database_state.find("left nothing behind"), std::string::npos)
      << report.error().database_state;
  EXPECT_EQ(value("SELECT outcome FROM slipway.run"), "failed");
}

TEST_F(Terminated, AnIndexLeftInvalidIsNamedAndCleanedByTheNextRun) {
  exec("CREATE TABLE a (id int)");
  auto reader = connect();
  test::exec(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  test::exec(reader, "SELECT count(*) FROM a");
  write("1_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);", "SELECT 1;");
  {
    std::jthread killer([this] {
      auto session = connect();
      const auto deadline = long_wait().deadline;
      const auto waits =
          "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
          "AND query LIKE 'CREATE INDEX CONCURRENTLY%'";
      while (test::value(session, std::string("SELECT count(*) ") + waits) != "1" &&
             !deadline.passed())
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      test::value(session, std::string("SELECT count(pg_terminate_backend(pid)) ") + waits);
    });
    const auto report = up();
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().database_state.find(
                  "did not take effect: the index public.a_id is there, but INVALID"),
              std::string::npos)
        << report.error().database_state;
  }
  test::exec(reader, "COMMIT");
  ASSERT_TRUE(up());
  EXPECT_EQ(value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), "t");
}

} // namespace
} // namespace slipway::test
