// A network of our own that breaks at a message of our choice.
#include "message_relay.hpp"

#include "slipway/test/test_server.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace slipway::test {

namespace {

// The system's interface takes every family of address through this one type.
template<class Address>
sockaddr* any(Address& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

os::UniqueFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), any(address), sizeof address) != 0) socket.reset();
  return socket;
}

// Length of the first whole message in `bytes`; 0 when there is none yet.
std::size_t message_length(const std::string& bytes, bool has_type) {
  const std::size_t at = has_type ? 1 : 0;
  if (bytes.size() < at + 4) return 0;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < 4; ++i)
    length = (length << 8U) | static_cast<unsigned char>(bytes[at + i]);
  return bytes.size() >= at + length ? at + length : 0;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void close_with_reset(os::UniqueFd& socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  socket.reset();
}

int int_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<int>(value);
}

} // namespace

MessageRelay::MessageRelay(const std::string& url, Rules rules)
    : rules_(std::move(rules)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      swallowing_(rules_.swallow_all) {
  auto direct = connect(url);
  socket_path_ = direct.host() + "/.s.PGSQL." + direct.port();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  std::array<int, 2> ends{};
  if (::bind(listener_.get(), any(address), size) != 0 || ::listen(listener_.get(), 20) != 0 ||
      ::getsockname(listener_.get(), any(address), &size) != 0 ||
      ::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("cannot listen on loopback");
  wake_read_.reset(ends[0]);
  wake_write_.reset(ends[1]);
  url_ = "host=127.0.0.1 port=" + std::to_string(ntohs(address.sin_port)) +
         " user=" + direct.user() + " dbname=" + direct.database() +
         " sslmode=disable gssencmode=disable";
  thread_ = std::thread([this] { serve(); });
}

MessageRelay::~MessageRelay() {
  wake_write_.reset();
  thread_.join();
}

void MessageRelay::take() {
  Connection connection;
  connection.client.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection.client) return;
  // Each message is sent on its own here; together they would wait for acknowledgements.
  const int on = 1;
  ::setsockopt(connection.client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!swallowing_) {
    connection.server = connect_to(socket_path_);
    // A server that is not there: the client is told as a closed connection.
    if (!connection.server) return;
  }
  connections_.push_back(std::move(connection));
}

Fate MessageRelay::decide(Connection& connection, Sender sender, const std::string& message,
                          Message& what) {
  what.number = ++messages_;
  what.sender = sender;
  const bool has_type = sender == Sender::server || connection.started;
  what.type = has_type ? message[0] : '\0';
  if (sender == Sender::client) connection.started = true;
  constexpr std::size_t k_key_data_length = 13;
  if (what.type == 'K' && message.size() >= k_key_data_length)
    connection.backend_pid = int_at(message, 5);
  what.backend_pid = connection.backend_pid;
  return rules_.before(what);
}

// False when the connection (or, at a cut, every connection) is at its end.
bool MessageRelay::pass_on(Connection& connection, Sender sender) {
  auto& buffer = sender == Sender::client ? connection.from_client : connection.from_server;
  const auto& to = sender == Sender::client ? connection.server : connection.client;
  while (true) {
    const bool has_type = sender == Sender::server || connection.started;
    const auto length = message_length(buffer, has_type);
    if (length == 0) return true;
    const auto message = buffer.substr(0, length);
    buffer.erase(0, length);
    Message what;
    switch (decide(connection, sender, message, what)) {
    case Fate::forwarded:
      if (!send_all(to.get(), message)) return false;
      rules_.after(what);
      break;
    case Fate::cut:
      end_all(Fate::cut);
      return true;
    case Fate::reset:
      end_all(Fate::reset);
      return true;
    case Fate::swallowed:
      swallowing_ = true;
      return true;
    }
  }
}

void MessageRelay::end_all(Fate fate) {
  for (auto& connection : connections_) {
    connection.from_client.clear();
    connection.from_server.clear();
    if (fate == Fate::reset && connection.client) close_with_reset(connection.client);
    connection.client.reset();
    connection.server.reset();
  }
}

bool MessageRelay::read_from(Connection& connection, Sender sender) {
  const auto& from = sender == Sender::client ? connection.client : connection.server;
  std::array<char, 8192> bytes{};
  const auto count = ::recv(from.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count <= 0) return false;
  // What comes while everything is swallowed is read, so that the sender does not notice.
  if (swallowing_) return true;
  auto& buffer = sender == Sender::client ? connection.from_client : connection.from_server;
  buffer.append(bytes.data(), static_cast<std::size_t>(count));
  return pass_on(connection, sender);
}

void MessageRelay::serve() {
  while (true) {
    std::vector<pollfd> waiting{{wake_read_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& connection : connections_) {
      waiting.push_back({connection.client.get(), POLLIN, 0});
      waiting.push_back({connection.server ? connection.server.get() : -1, POLLIN, 0});
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) return;
    std::size_t i = 2;
    for (auto& connection : connections_) {
      for (const auto sender : {Sender::client, Sender::server}) {
        const bool ready = waiting[i++].revents != 0;
        const auto& from = sender == Sender::client ? connection.client : connection.server;
        if (!ready || !from || read_from(connection, sender)) continue;
        // Half of a swallowed connection stays: its other end must not learn of it.
        if (swallowing_ && sender == Sender::server) {
          connection.server.reset();
          continue;
        }
        connection.client.reset();
        connection.server.reset();
      }
    }
    connections_.remove_if([](const Connection& one) { return !one.client; });
    if (waiting[1].revents != 0) take();
  }
}

} // namespace slipway::test
