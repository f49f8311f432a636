// What lies between client and server: a pooler that makes process ids up, a network that breaks
// after the server has done its work.
#include "relay.hpp"

#include "session_test.hpp"
#include "slipway/pg/server_facts.hpp"

#include <array>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace slipway::pg {

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

/// Changes the process id in a BackendKeyData message: K, length 12, process id, key.
void change_backend_pid(std::string& bytes) {
  const std::size_t at = bytes.find(std::string("K\0\0\0\x0c", 5));
  if (at != std::string::npos && at + 9 <= bytes.size())
    bytes[at + 8] = static_cast<char>(bytes[at + 8] ^ 1);
}

} // namespace

Relay::Relay(const std::string& folder, const std::string& port, BackendPid backend_pid)
    : socket_path_(folder + "/.s.PGSQL." + port), backend_pid_(backend_pid),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, any(address), size) != 0 || ::listen(listener_, 1) != 0 ||
      ::getsockname(listener_, any(address), &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Relay::~Relay() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void Relay::serve() {
  const int client = ::accept(listener_, nullptr, nullptr);
  if (client < 0) return;
  const int server = connect_to(socket_path_);
  std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  std::array<char, 8192> buffer{};
  for (bool open = true; open;) {
    ::poll(both.data(), both.size(), -1);
    for (const auto& [from, to] : {std::pair(client, server), std::pair(server, client)}) {
      const ssize_t count = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count < 0) continue;
      if (count == 0 || (from == server && cut_)) {
        open = false;
        break;
      }
      std::string bytes(buffer.data(), static_cast<std::size_t>(count));
      if (from == server && backend_pid_ == BackendPid::made_up) change_backend_pid(bytes);
      ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }
  ::close(client);
  ::close(server);
}

namespace {

class RelayTest : public SessionTest {
protected:
  /// A session through the relay.
  static Session through(const Relay& relay, const Session& direct) {
    return test::connect("host=127.0.0.1 port=" + relay.port() + " user=" + direct.user() +
                         " dbname=" + direct.database() + " sslmode=disable gssencmode=disable");
  }
};

TEST_F(RelayTest, SuspectsAPoolerWhereTheProcessIdIsMadeUp) {
  const Relay relay(session().host(), session().port(), Relay::BackendPid::made_up);
  Session pooled = through(relay, session());
  const auto facts = read_server_facts(pooled, test::long_wait());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->pooler, Pooler::suspected);
}

TEST_F(RelayTest, SuspectsNoPoolerOnAPlainRelay) {
  const Relay relay(session().host(), session().port(), Relay::BackendPid::as_it_is);
  Session relayed = through(relay, session());
  const auto facts = read_server_facts(relayed, test::long_wait());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->pooler, Pooler::none);
}

// Safety: the server has committed, the answer never came. "Failed" would be a lie here.
TEST_F(RelayTest, DoesNotKnowWhetherACommitWithoutAnswerTookEffect) {
  exec("CREATE TABLE t (a int)");
  for (const bool pipelined : {false, true}) {
    Relay relay(session().host(), session().port(), Relay::BackendPid::as_it_is);
    Session relayed = through(relay, session());
    test::exec(relayed, "BEGIN");
    test::exec(relayed, "INSERT INTO t VALUES (1)");
    relay.cut_at_next_answer();
    const Status committed =
        pipelined
            ? Status(
                  relayed.pipeline({{SqlText("COMMIT"), {}}}, test::long_wait()).map([](auto&&) {}))
            : Status(relayed.execute(SqlText("COMMIT"), test::long_wait()).map([](auto&&) {}));
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, ErrorCode::connection) << committed.error().message;
    EXPECT_EQ(committed.error().outcome, Outcome::unknown);
    EXPECT_EQ(committed.error().sql->sqlstate, "08006");
    EXPECT_FALSE(relayed.usable());
  }
  EXPECT_EQ(value("SELECT count(*) FROM t"), "2") << "the server did commit";
}

TEST_F(RelayTest, KnowsThatAnOpenTransactionFailedWithItsConnection) {
  exec("CREATE TABLE t (a int)");
  Relay relay(session().host(), session().port(), Relay::BackendPid::as_it_is);
  Session relayed = through(relay, session());
  test::exec(relayed, "BEGIN");
  relay.cut_at_next_answer();
  const auto inserted = relayed.execute(SqlText("INSERT INTO t VALUES (1)"), test::long_wait());
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().outcome, Outcome::failed);
}

// Fails, at the deadline, when take_rows does not look at the connection: libpq says "not yet" of
// the next row for ever (proven by taking the check out).
TEST_F(RelayTest, ACopyWhoseConnectionIsGoneEndsAtOnce) {
  Relay relay(session().host(), session().port(), Relay::BackendPid::as_it_is);
  Session relayed = through(relay, session());
  std::int64_t rows = 0;
  const auto copied = relayed.copy_out(
      SqlText("COPY (SELECT i FROM generate_series(1, 5000000) AS i) TO STDOUT"),
      [&](std::string_view) {
        ++rows;
        relay.cut_at_next_answer();
      },
      test::long_wait());
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, ErrorCode::connection) << copied.error().message;
  EXPECT_GT(rows, 0);
  EXPECT_LT(rows, 5'000'000) << "it was cut while it ran";
  EXPECT_FALSE(relayed.usable());
}

} // namespace
} // namespace slipway::pg
