#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::pg {

/// How a host that is not local must prove who it is. The default is verify_full.
enum class TlsMode { verify_full, verify_ca, require, prefer, disable, from_connection_string };

/// Where and how to connect. Everything libpq reads from PG*, PGSERVICE and PGPASSFILE counts where
/// this is silent.
struct ConnectOptions {
  /// URL or keyword=value; may be empty, then libpq's environment decides.
  std::string connection_string;
  /// verify_full applies to hosts that are neither a unix socket nor loopback; it is an error for
  /// the string to ask for less unless this is another mode.
  TlsMode tls = TlsMode::verify_full;
  std::string application_name = "slipway";
  Millis connect_timeout{10'000};
};

/// A bound value: text, or NULL.
using Param = std::optional<std::string>;

/// The rows of one statement, in text format. Cheap to move; values live as long as it.
class Rows {
public:
  struct Handle;
  explicit Rows(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}
  std::size_t size() const;
  std::size_t columns() const;
  std::string_view column_name(std::size_t column) const;
  bool is_null(std::size_t row, std::size_t column) const;
  /// The text of a value; empty for NULL.
  std::string_view text(std::size_t row, std::size_t column) const;
  /// The value as an integer. Precondition: it is one (our own SQL casts it).
  std::int64_t integer(std::size_t row, std::size_t column) const;
  double real(std::size_t row, std::size_t column) const;
  bool boolean(std::size_t row, std::size_t column) const;
  /// Rows affected as the command tag says; 0 when it says none.
  std::int64_t affected() const;
  std::string_view command_tag() const;

private:
  std::shared_ptr<const Handle> handle_;
};

/// A message the server sent beside results. Called during the call that received it, on its
/// thread; must not use the session.
using NoticeHandler = std::function<void(const SqlError&)>;

/// Takes one row of a COPY TO STDOUT as the server sends it, without the line end. The text lives
/// during the call only.
using RowHandler = std::function<void(std::string_view)>;

enum class TransactionStatus { idle, active, in_transaction, in_failed_transaction, unknown };

/// A statement for a pipeline or a prepared call.
struct Query {
  SqlText sql;
  std::vector<Param> params;
};

/// One connection to a server. Movable; one thread at a time. Every call waits no longer than its
/// Wait says: at the deadline or on a stop request the statement is cancelled on the server, and if
/// the server does not answer the cancel within two seconds the connection is dropped. An error
/// whose connection_usable() is false leaves the session closed.
class Session {
public:
  /// Connects, trying each host in turn with its share of the time. Errors: connection (with
  /// SQLSTATE when the server gave one), configuration, cancelled on a stop request. Passwords
  /// never appear in the error. Only the resolving of a host name is not bound by the deadline: the
  /// system's resolver has its own.
  static Result<Session> open(const ConnectOptions& options, const Wait& wait);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// One statement by the extended protocol with bound parameters.
  Result<Rows> query(const SqlText& sql, const std::vector<Param>& params, const Wait& wait);
  /// Text by the simple protocol, as one message. Used for statements of migrations (one each) and
  /// for our own fixed texts. Yields the result of the last statement in it. A COMMIT that the
  /// server answers with ROLLBACK, because its transaction had failed, is an error with SQLSTATE
  /// 25P02; so it is in query and pipeline. COPY without data to take or give is ended: its input
  /// is refused, its output dropped.
  Result<Rows> execute(const SqlText& sql, const Wait& wait);
  /// COPY ... FROM STDIN with `data` as sent. Yields the row count in affected().
  Result<Rows> copy_in(const SqlText& sql, std::string_view data, const Wait& wait);
  /// COPY ... TO STDOUT, each row as it comes, so that a large result is never held. For reading
  /// only: nothing in the statement may write. Yields the row count in affected().
  Result<Rows> copy_out(const SqlText& sql, const RowHandler& on_row, const Wait& wait);
  /// Sends all queries at once, one Sync at the end, so one network round trip. Stops at the first
  /// that fails and yields its error (whether a COMMIT among them took effect is in outcome()).
  /// Statements are prepared once per session by their text and run from then on without parsing.
  Result<std::vector<Rows>> pipeline(const std::vector<Query>& queries, const Wait& wait);
  /// Whether a pipeline prepares its statements under names, as it does from the start. Behind a
  /// pooler the next statement may run in another server session, which does not know the name.
  void name_statements(bool named);

  /// Asks the server to cancel what runs now. Safe from another thread while a call is under way;
  /// that call then fails with the code cancelled. Waits at most two seconds. Errors: connection,
  /// when the server did not confirm.
  Status cancel(const Wait& wait);

  TransactionStatus transaction_status() const;
  bool usable() const;
  int backend_pid() const;    ///< as the protocol said at the start; a pooler makes it up
  int server_version() const; ///< 150020 style
  std::string parameter(
      const std::string& name) const; ///< a reported setting such as server_encoding, or empty
  std::string host() const;
  std::string port() const;
  std::string database() const;
  std::string user() const;
  std::string password() const; ///< for the masker only
  /// How it was opened, for a further connection to the same target.
  const ConnectOptions& options() const;
  /// "postgres://user@host:port/db", without any secret, for people.
  std::string describe() const;
  void on_notice(NoticeHandler handler);
  void close();

private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The connection string with userinfo password and secret parameters replaced by ***.
std::string masked(const std::string& connection_string);

/// The password within a connection string (URL or keyword form), if it has one. For the masker.
std::optional<std::string> password_in(const std::string& connection_string);

} // namespace slipway::pg
