#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace slipway::test {

/// Stands between slipway and a server's unix socket, and cuts one connection at a chosen message.
/// Connections made later go through, unless told otherwise.
class CuttingRelay {
public:
  /// Where to cut, once a message of the client sends a statement that begins like this.
  enum class Cut {
    before,       ///< the message never reaches the server
    at_once,      ///< it reaches the server, and both sides are closed at the same time
    after_answer, ///< the server answers, and its answer is thrown away
  };
  enum class Afterwards { let_through, refuse };

  /// `folder` and `port` name the server's socket.
  CuttingRelay(const std::string& folder, const std::string& port);
  ~CuttingRelay();
  CuttingRelay(const CuttingRelay&) = delete;
  CuttingRelay& operator=(const CuttingRelay&) = delete;

  std::string port() const { return std::to_string(port_); }
  /// Precondition: nothing is connected yet.
  void cut_at(std::string text, Cut cut, Afterwards afterwards = Afterwards::let_through);
  /// Without those of the watcher, which connects only when there is time to.
  int connections() const { return connections_; }
  bool has_cut() const { return has_cut_; }

private:
  void accept_all();
  void serve(int client);
  bool is_time(const std::string& bytes);

  std::string socket_path_;
  int listener_ = -1;
  int port_ = 0;
  std::string text_;
  Cut cut_ = Cut::before;
  Afterwards afterwards_ = Afterwards::let_through;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> has_cut_ = false;
  std::atomic<bool> ending_ = false;
  std::vector<std::thread> serving_;
  std::thread thread_;
};

} // namespace slipway::test
