#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace slipway::pg {

/// Stands between one client and a server's unix socket, as a pooler or a bad network does. Serves
/// the first connection only.
class Relay {
public:
  enum class BackendPid { as_it_is, made_up };

  /// `folder` and `port` name the server's socket.
  Relay(const std::string& folder, const std::string& port, BackendPid backend_pid);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// The port on 127.0.0.1 to connect to.
  std::string port() const { return std::to_string(port_); }
  /// From now on what the server answers is thrown away, and both connections are closed once it
  /// has answered.
  void cut_at_next_answer() { cut_ = true; }

private:
  void serve();

  std::string socket_path_;
  BackendPid backend_pid_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> cut_ = false;
  std::thread thread_;
};

} // namespace slipway::pg
