// Opening sessions where there is no PostgreSQL: refusals before connecting, and servers that do
// not behave.
#include "slipway/pg/session.hpp"

#include <gtest/gtest.h>

#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace slipway::pg {
namespace {

constexpr const char* k_canary = "Canary-7e1f";

Wait soon() {
  return Wait{Deadline::after(Millis(60'000))};
}

/// A port on loopback that accepts connections into its backlog. Answers once if told to, else
/// never.
class Listener {
public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || ::bind(socket_, any, size) != 0 || ::listen(socket_, 8) != 0 ||
        ::getsockname(socket_, any, &size) != 0)
      throw std::runtime_error("cannot listen on loopback");
    port_ = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(socket_); }

  std::string port() const { return std::to_string(port_); }

  /// Takes one connection, reads its first message, says `answer`, and reads until the other side
  /// hangs up.
  void answer_once(const std::string& answer) const {
    const int peer = ::accept(socket_, nullptr, nullptr);
    std::array<char, 512> bytes{};
    if (::recv(peer, bytes.data(), bytes.size(), 0) > 0) {
      [[maybe_unused]] const ssize_t sent =
          ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      while (::recv(peer, bytes.data(), bytes.size(), 0) > 0) {
      }
    }
    ::close(peer);
  }

private:
  int socket_;
  int port_ = 0;
};

/// A port nobody listens on: it was free a moment ago.
std::string closed_port() {
  return Listener().port();
}

Error open_error(const ConnectOptions& options, const Wait& wait = soon()) {
  Result<Session> session = Session::open(options, wait);
  if (session) throw std::runtime_error("a session was opened: " + session->describe());
  return session.error();
}

Error open_error(const std::string& connection_string) {
  ConnectOptions options;
  options.connection_string = connection_string;
  return open_error(options);
}

std::string all_text(const Error& error) {
  std::string text =
      error.message + "\n" + error.hint + "\n" + error.database_state + "\n" + error.next_command;
  for (const std::string& note : error.notes) text += "\n" + note;
  if (error.sql)
    text += "\n" + error.sql->message + "\n" + error.sql->detail + "\n" + error.sql->hint +
            error.sql->query;
  return text;
}

TEST(Open, SaysThatNothingListens) {
  const std::string port = closed_port();
  const Error error = open_error("postgres://app@127.0.0.1:" + port + "/shop");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(exit_status(error.code), 7);
  EXPECT_NE(error.message.find("postgres://app@127.0.0.1:" + port + "/shop"), std::string::npos)
      << error.message;
  EXPECT_NE(error.hint.find("is the server running"), std::string::npos) << error.hint;
}

TEST(Open, GivesUpOnAServerThatNeverAnswers) {
  const Listener silent;
  ConnectOptions options;
  options.connection_string =
      "host=127.0.0.1 port=" + silent.port() + " user=app dbname=shop sslmode=disable";
  options.connect_timeout = Millis(50);
  const Error error = open_error(options);
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_NE(error.message.find("no answer"), std::string::npos) << error.message;
}

class Requested final : public StopSignal {};

TEST(Open, StopsWhenAsked) {
  const Listener silent;
  Requested stop;
  std::thread asker([&] { stop.request(); });
  ConnectOptions options;
  options.connection_string = "host=127.0.0.1 port=" + silent.port() + " user=app";
  const Error error = open_error(options, Wait{Deadline::after(Millis(60'000)), &stop});
  asker.join();
  EXPECT_EQ(error.code, ErrorCode::cancelled);
}

TEST(Open, AsksTheNextHostWhenOneDoesNotAnswer) {
  const Listener silent;
  const std::string closed = closed_port();
  ConnectOptions options;
  options.connection_string =
      "host=127.0.0.1,127.0.0.1 port=" + silent.port() + "," + closed + " user=app sslmode=disable";
  options.connect_timeout = Millis(400);
  const Error error = open_error(options);
  EXPECT_NE(error.message.find(":" + closed), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("refused"), std::string::npos) << error.message;
  ASSERT_EQ(error.notes.size(), 1U);
  EXPECT_NE(error.notes[0].find(":" + silent.port()), std::string::npos) << error.notes[0];
}

// Safety: without the rule this would go out in the clear. Nothing is sent: the name cannot even be
// resolved.
TEST(Open, RefusesAPlainConnectionToAnotherMachineBeforeConnecting) {
  const Error error =
      open_error("postgres://app:" + std::string(k_canary) + "@db.invalid/shop?sslmode=disable");
  EXPECT_EQ(error.code, ErrorCode::configuration);
  EXPECT_EQ(exit_status(error.code), 2);
  EXPECT_NE(error.message.find("db.invalid"), std::string::npos) << error.message;
  EXPECT_NE(error.hint.find("connection.tls"), std::string::npos) << error.hint;
}

TEST(Open, NamesTheSettingsWhenThereIsNoRootCertificate) {
  const Listener server;
  // S: willing to speak TLS. libpq then looks for the certificates.
  std::thread answer([&] { server.answer_once("S"); });
  const Error error = open_error("host=127.0.0.1 port=" + server.port() +
                                 " user=app sslmode=verify-full sslrootcert=/nonexistent/root.crt");
  answer.join();
  EXPECT_EQ(error.code, ErrorCode::configuration) << error.message;
  EXPECT_NE(error.hint.find("sslrootcert"), std::string::npos) << error.hint;
  EXPECT_NE(error.hint.find("connection.tls"), std::string::npos) << error.hint;
}

TEST(Open, SaysThatTheServerSpeaksNoTls) {
  const Listener server;
  std::thread answer([&] { server.answer_once("N"); });
  const Error error =
      open_error("host=127.0.0.1 port=" + server.port() + " user=app sslmode=require");
  answer.join();
  EXPECT_EQ(error.code, ErrorCode::connection) << error.message;
  EXPECT_NE(error.hint.find("TLS"), std::string::npos) << error.hint;
}

TEST(Open, RefusesAStringThatCannotBeRead) {
  for (const std::string text : {"nonsense", "host=db nonsense=1", "postgres://app:12/34@db/shop",
                                 "postgres://a:x@y@db/shop", "host=db port=x"}) {
    const Error error = open_error(text);
    EXPECT_EQ(error.code, ErrorCode::configuration) << text;
    EXPECT_FALSE(error.hint.empty());
  }
}

TEST(Open, RefusesAnUnknownService) {
  const Error error = open_error("service=slipway-no-such-service");
  EXPECT_EQ(error.code, ErrorCode::configuration) << error.message;
}

// Safety: libpq's own texts quote what they cannot read, so passing any of them on fails here.
TEST(Open, NeverShowsThePassword) {
  const std::string canary = k_canary;
  const std::string port = closed_port();
  for (const std::string& text : {
           "postgres://app:" + canary + "@127.0.0.1:" + port + "/shop",
           "postgres://app:" + canary,
           "postgres://app:" + canary + "/shop",
           "postgres://app:1/" + canary + "@127.0.0.1/shop",
           "postgres://app:x@" + canary + "@127.0.0.1:" + port + "/shop",
           "postgres://app:%zz" + canary + "@127.0.0.1/shop",
           "postgres://127.0.0.1:" + port + "/shop?password=x&" + canary,
           "postgres://127.0.0.1:" + port + "/shop?pasword=" + canary,
           "host=127.0.0.1 port=" + port + " password=" + canary,
           "host=127.0.0.1 password=x " + canary,
           "host=127.0.0.1 password=x " + canary + "=1",
           "host=127.0.0.1 password='" + canary,
           "mysql://app:" + canary + "@127.0.0.1/shop",
           canary,
       }) {
    const std::string shown = all_text(open_error(text));
    EXPECT_EQ(shown.find(canary), std::string::npos) << shown;
  }
}

} // namespace
} // namespace slipway::pg
