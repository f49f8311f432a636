#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// What kind of failure an Error is. Stable: the names appear in JSON, each maps to one exit
/// status.
enum class ErrorCode {
  usage,         ///< wrong option, argument or command
  configuration, ///< slipway.toml or an environment variable is wrong
  source,        ///< a migration file or folder is wrong
  io,            ///< a file or process of this machine failed
  unsupported,   ///< the server or the platform cannot do what was asked
  check_failed,  ///< a check says no: pending, changed, missing, out of order, different
  connection,    ///< no connection to the target, or it was lost before anything was sent
  lock_timeout,  ///< the runner lock or a relation lock was not obtained in time
  sql,           ///< the server refused a statement; nothing stays changed
  part_way,      ///< something stays changed and a person must decide
  cancelled,     ///< SIGINT, SIGTERM or the deadline; nothing stays changed
  rolled_back,   ///< failed and put back to where it was
  internal,      ///< a broken invariant of slipway itself
};

/// The stable name of a code, as JSON shows it: "check_failed".
std::string_view error_code_name(ErrorCode code);

/// The process exit status of a code: 1 failed, nothing changed; 2 usage, configuration or files; 3
/// a check says no; 4 failed and rolled back; 5 failed part-way; 6 lock not obtained; 7 no
/// connection; 70 internal.
int exit_status(ErrorCode code);

/// Whether a failed action is known to have had no effect. `unknown` when the connection broke
/// after a COMMIT or an autocommit statement was sent: then go and look.
enum class Outcome { failed, unknown };

/// All fields PostgreSQL sends with an error or notice. Empty when not sent.
struct SqlError {
  std::string severity;
  std::string sqlstate; ///< five characters
  std::string message;
  std::string detail;
  std::string hint;
  std::string context;
  std::string schema;
  std::string table;
  std::string column;
  std::string data_type;
  std::string constraint;
  std::string query;                   ///< the statement as sent
  std::optional<std::size_t> position; ///< 1-based, in characters of `query`
};

/// A place in a file, with the line it names so that it can be shown without the file.
struct Place {
  std::string file;
  std::size_t line = 0;   ///< 1-based; 0 means the file as a whole
  std::size_t column = 0; ///< 1-based, in code points; 0 means the line as a whole
  std::string source_line;
  std::size_t width = 1; ///< code points to underline
};

/// A failure as a value. What failed, where, what state the database is in now, and what to run
/// next.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;        ///< one sentence
  std::string hint;           ///< what to do about it
  std::string database_state; ///< what is in the database now
  std::string next_command;   ///< the exact command to run next
  std::vector<std::string> notes;
  std::optional<Place> place;
  std::optional<SqlError> sql;
  Outcome outcome = Outcome::failed;

  Error() = default;
  Error(ErrorCode error_code, std::string text) : code(error_code), message(std::move(text)) {}

  Error&& with_hint(std::string text) &&;
  Error&& with_place(Place where) &&;
  Error&& with_state(std::string text) &&;
  Error&& with_next(std::string command) &&;
  Error&& with_note(std::string text) &&;

  /// False when the session must be thrown away (SQLSTATE class 08, 57P01-57P03, or the link
  /// broke).
  bool connection_usable() const;
  /// False when the transaction can only be rolled back; true when the error came from outside the
  /// server.
  bool transaction_usable() const;
  /// 55P03: lock_timeout, or NOWAIT.
  bool is_lock_timeout() const;
  /// 40P01.
  bool is_deadlock() const;
  /// 57014: cancelled by statement_timeout or by request.
  bool is_query_cancelled() const;
  /// Worth the same attempt again from the start of its transaction: lock time-out, deadlock,
  /// serialization failure, or a server that is starting or full (53300, 57P03).
  bool is_retryable() const;
};

} // namespace slipway
