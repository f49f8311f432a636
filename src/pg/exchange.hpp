#pragma once

#include "cancel_request.hpp"
#include "connection.hpp"
#include "handles.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "socket_wait.hpp"

#include <optional>
#include <string>

namespace slipway::pg {

/// Whether what a call sends can leave something in the database although its answer never arrives.
enum class Permanence { none, possible };

/// What a text of a call means for permanence, by the state of the session before it is sent.
Permanence permanence_of(const Connection& connection, const std::string& sql);

/// The traffic of one call: all sending and receiving goes through here, and nothing here blocks
/// but poll. At the deadline or on a stop request the server is asked to cancel, and the answer is
/// waited for two seconds more; then the connection is dropped.
class Exchange {
public:
  /// `connection` and what `wait` points to must outlive this.
  Exchange(Connection& connection, const Wait& wait, Permanence permanence)
      : connection_(connection), wait_(wait), permanence_(permanence) {}

  /// Call before anything is sent. Errors: cancelled when there is no time left, connection when it
  /// is closed already; nothing was sent then.
  Status ready_to_send();
  /// Turns the result of a PQsend function into a Status.
  Status sent(int result, const std::string& sql);
  /// Moves bytes in whichever direction they can go; returns after each piece of work, and right
  /// after an interruption.
  Status pump(bool want_write = false);
  /// The next result of the call; null between the results of commands and at the end.
  Result<ResultHandle> next();
  /// The error a failed result stands for. Drops the connection if that is what it says.
  Error error_of(const PGresult* result, const std::string& sql);
  /// The connection cannot be used any more, for a reason of ours. Drops it.
  Error protocol_error(const std::string& what, const std::string& sql);
  /// Call when all results are in. Drops the connection if a cancel is still on its way, for it
  /// would hit what comes next.
  void finish();

  bool interrupted() const { return interruption_ != Interruption::none; }
  PGconn* connection() const { return connection_.get(); }
  /// From here on nothing can become permanent, because an earlier part has failed.
  void nothing_will_be_permanent() { permanence_ = Permanence::none; }

private:
  enum class Interruption { none, deadline, stop };

  void interrupt(Interruption why);
  Error cancelled(std::optional<SqlError> details) const;
  Error unanswered();
  Error lost(std::optional<SqlError> last_words, const std::string& sql);
  void mark_outcome(Error& error) const;
  const char* cause() const;

  Connection& connection_;
  Wait wait_;
  Permanence permanence_;
  bool anything_sent_ = false;
  Interruption interruption_ = Interruption::none;
  Deadline grace_ = wait_.deadline;
  std::optional<CancelRequest> cancel_;
};

/// Errors: sql, when the text or a parameter holds a NUL byte, which would silently end it there.
Status check_text(const std::string& text, const std::string& sql);

} // namespace slipway::pg
