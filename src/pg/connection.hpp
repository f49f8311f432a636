#pragma once

#include "handles.hpp"
#include "server_address.hpp"
#include "slipway/pg/session.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace slipway::pg {

/// An open connection and what must outlive it: who it was with, how to cancel on it, and notices
/// not yet handed on. Never moved, for libpq holds its address.
class Connection {
public:
  explicit Connection(ConnectionHandle handle);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Null after close or drop.
  PGconn* get() const { return handle_.get(); }
  bool usable() const { return handle_ != nullptr && PQstatus(handle_.get()) == CONNECTION_OK; }
  TransactionStatus transaction_status() const;

  /// Says goodbye to the server and closes.
  void close();
  /// Closes at once: nothing that is still to be sent goes out.
  void drop();

  /// Hands notices that came in to the handler. They are kept until then because an exception of
  /// the handler must not pass through libpq.
  void deliver_notices();
  /// The server's last words when it ended an idle connection, which libpq treats as a notice.
  const std::optional<SqlError>& last_words() const { return last_words_; }

  const ServerAddress& address() const { return address_; }
  const std::string& password() const { return password_; }
  int backend_pid() const { return backend_pid_; }
  int server_version() const { return server_version_; }
  /// May be read by other threads at any time.
  const std::shared_ptr<PGcancel>& cancel_handle() const { return cancel_; }

  NoticeHandler notice_handler;
  /// Set from other threads: somebody asked for a cancel of the call under way.
  std::atomic<bool> cancel_asked = false;

private:
  static void receive_notice(void* connection, const PGresult* notice);

  ConnectionHandle handle_;
  std::shared_ptr<PGcancel> cancel_;
  ServerAddress address_;
  std::string password_;
  int backend_pid_ = 0;
  int server_version_ = 0;
  std::vector<SqlError> notices_;
  std::optional<SqlError> last_words_;
};

} // namespace slipway::pg
