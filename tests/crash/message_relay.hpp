#pragma once

#include "slipway/os/unique_fd.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <thread>

namespace slipway::test {

enum class Sender { client, server };

/// One message of the protocol on its way.
struct Message {
  int number = 0; ///< 1, 2 ... over both directions and all connections, in the order they come
  Sender sender = Sender::client;
  char type = 0;       ///< 0 for the first message of a connection, which has no type
  int backend_pid = 0; ///< of its connection, once the server has said it
};

/// What becomes of a message.
enum class Fate {
  forwarded,
  cut,       ///< it is lost, and every connection with it: both ends see an orderly close
  reset,     ///< the same, and the client sees a reset
  swallowed, ///< it is lost, and so is everything after it on any connection; all stay open
};

/// Stands between clients on loopback and a server's unix socket and decides message by message.
/// After a cut, new connections pass; after a swallow, they are taken and never answered.
class MessageRelay {
public:
  struct Rules {
    /// Called for each message before it is forwarded, on the relay's thread.
    std::function<Fate(const Message&)> before = [](const Message&) { return Fate::forwarded; };
    /// Called for each message that was forwarded.
    std::function<void(const Message&)> after = [](const Message&) {};
    /// Nothing is answered from the start; connections are taken.
    bool swallow_all = false;
  };

  /// `url` is a connection string of a cluster of ours, through its socket.
  MessageRelay(const std::string& url, Rules rules);
  /// Closes all connections.
  ~MessageRelay();
  MessageRelay(const MessageRelay&) = delete;
  MessageRelay& operator=(const MessageRelay&) = delete;

  /// The same database as the url, through the relay.
  const std::string& url() const { return url_; }
  int messages() const { return messages_; }

private:
  struct Connection {
    os::UniqueFd client;
    os::UniqueFd server;
    std::string from_client;
    std::string from_server;
    bool started = false;
    int backend_pid = 0;
  };

  void serve();
  void take();
  bool read_from(Connection& connection, Sender sender);
  bool pass_on(Connection& connection, Sender sender);
  Fate decide(Connection& connection, Sender sender, const std::string& message, Message& what);
  void end_all(Fate fate);

  Rules rules_;
  std::string socket_path_;
  std::string url_;
  os::UniqueFd listener_;
  os::UniqueFd wake_read_;
  os::UniqueFd wake_write_;
  std::list<Connection> connections_;
  std::atomic<int> messages_ = 0;
  bool swallowing_ = false;
  std::thread thread_;
};

} // namespace slipway::test
