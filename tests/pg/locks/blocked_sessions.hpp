#pragma once

#include "slipway/test/test_server.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace slipway::test {

/// A session on a thread of its own that runs one statement, which may have to wait for a lock.
class RunningStatement {
public:
  RunningStatement(pg::Session session, const std::string& sql)
      : session_(std::make_unique<pg::Session>(std::move(session))), pid_(session_->backend_pid()),
        thread_([this, sql] { result_ = session_->execute(SqlText(sql), long_wait()); }) {}
  ~RunningStatement() {
    if (thread_.joinable()) thread_.join();
  }
  RunningStatement(const RunningStatement&) = delete;
  RunningStatement& operator=(const RunningStatement&) = delete;
  int pid() const { return pid_; }
  /// Waits for its end.
  const Result<pg::Rows>& result() {
    if (thread_.joinable()) thread_.join();
    return result_;
  }

private:
  std::unique_ptr<pg::Session> session_;
  int pid_;
  Result<pg::Rows> result_{Error(ErrorCode::internal, "not run yet")};
  std::thread thread_;
};

/// A test in which sessions wait for each other's locks.
class BlockedSessionsTest : public ServerTest {
protected:
  pg::Session named(const std::string& application) {
    auto session = connect();
    test::exec(session, "SET application_name = '" + application + "'");
    return session;
  }
  pg::Session connect_as(const std::string& role) { return test::connect(url_ + "&user=" + role); }
  std::string make_role(const std::string& word) {
    const std::string role = word + "_of_" + value("SELECT current_database()");
    exec("CREATE ROLE " + role + " LOGIN");
    return role;
  }
  /// Starts a statement and returns once it waits for a lock.
  std::unique_ptr<RunningStatement> blocked(const std::string& application,
                                            const std::string& sql) {
    auto running = std::make_unique<RunningStatement>(named(application), sql);
    await("EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = " +
          std::to_string(running->pid()) + ")");
    return running;
  }
  /// Returns once the SQL expression is true.
  void await(const std::string& condition) {
    const auto deadline = long_wait().deadline;
    while (value("SELECT " + condition) != "t") {
      if (deadline.passed()) throw std::runtime_error("in vain: " + condition);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
};

} // namespace slipway::test
