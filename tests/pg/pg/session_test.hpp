#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/test/test_server.hpp"

#include <csignal>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/eventfd.h>
#include <sys/types.h>
#include <thread>
#include <unistd.h>

namespace slipway::pg {

/// A stop signal with a descriptor, as the program's own has.
class StopEvent final : public StopSignal {
public:
  StopEvent() : event_(::eventfd(0, EFD_CLOEXEC)) {}
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;
  ~StopEvent() override { ::close(event_); }
  int descriptor() const override { return event_; }
  void ask() {
    request();
    ::eventfd_write(event_, 1);
  }

private:
  int event_;
};

/// A stop signal that can only be looked at.
class StopFlag final : public StopSignal {};

/// Stops a process and lets it go on at the end of the test, whatever becomes of it.
class Frozen {
public:
  explicit Frozen(pid_t pid) : pid_(pid) {
    if (::kill(pid_, SIGSTOP) != 0) throw std::runtime_error("cannot stop a server process");
  }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;
  ~Frozen() { ::kill(pid_, SIGCONT); }

private:
  pid_t pid_;
};

/// A test with a database of its own and the session under test in it.
class SessionTest : public test::ServerTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    session_.emplace(connect());
  }
  Session& session() { return *session_; }

  Result<Rows> execute(const std::string& sql, const Wait& wait = test::long_wait()) {
    return session().execute(SqlText(sql), wait);
  }
  Result<Rows> query(const std::string& sql, const std::vector<Param>& params = {}) {
    return session().query(SqlText(sql), params, test::long_wait());
  }
  /// The error of a text that must fail.
  Error error_of(const std::string& sql, const Wait& wait = test::long_wait()) {
    Result<Rows> result = execute(sql, wait);
    if (result) throw std::runtime_error("this did not fail: " + sql);
    return result.error();
  }
  bool still_works() {
    Result<Rows> result = execute("SELECT 1");
    return result && result->size() == 1;
  }

  /// In a thread of its own: waits until the server shows the session under test in a statement
  /// that contains `part`, then acts.
  std::jthread when_running(const std::string& part, std::function<void(Session&)> act) {
    return std::jthread([watcher = connect(), pid = session().backend_pid(), part,
                         act = std::move(act)]() mutable {
      const SqlText question(
          "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND state = 'active' AND strpos(query, $2) > 0");
      const Wait wait = test::long_wait();
      for (;;) {
        const Result<Rows> found = watcher.query(question, {std::to_string(pid), part}, wait);
        if (!found) return;
        if (found->size() == 1) break;
      }
      act(watcher);
    });
  }
  /// As when_running, and ends the server process of the session under test.
  std::jthread terminate_when_running(const std::string& part) {
    return when_running(part, [pid = session().backend_pid()](Session& watcher) {
      test::exec(watcher, "SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
    });
  }

private:
  std::optional<Session> session_;
};

} // namespace slipway::pg
