// The one path over which bytes go to and come from a server, and what a call's end means: done,
// failed, cancelled, or lost with an unknown outcome.
#include "exchange.hpp"

#include "server_error.hpp"
#include "transaction_words.hpp"

#include <fmt/format.h>
#include <utility>

namespace slipway::pg {

namespace {

/// How long the server may take to answer a cancel.
constexpr Millis k_cancel_grace{2'000};

constexpr std::string_view k_query_canceled = "57014";

SqlError connection_failure(const std::string& message, const std::string& sql) {
  SqlError details;
  details.severity = "FATAL";
  details.sqlstate = k_connection_failure;
  details.message = message;
  details.query = sql;
  return details;
}

} // namespace

Permanence permanence_of(const Connection& connection, const std::string& sql) {
  const bool autocommit = connection.transaction_status() == TransactionStatus::idle;
  return autocommit || may_commit(sql) ? Permanence::possible : Permanence::none;
}

Status check_text(const std::string& text, const std::string& sql) {
  if (text.find('\0') == std::string::npos) return {};
  Error error(ErrorCode::sql,
              "a NUL byte cannot be sent to PostgreSQL, which has no text that holds one");
  error.sql =
      SqlError{.severity = "ERROR", .sqlstate = "22021", .message = error.message, .query = sql};
  return fail(std::move(error));
}

Status Exchange::ready_to_send() {
  if (wait_.stop_requested())
    return fail(ErrorCode::cancelled, "nothing was sent because a stop was requested");
  if (wait_.deadline.passed())
    return fail(ErrorCode::cancelled, "nothing was sent because the deadline had passed");
  connection_.cancel_asked = false;
  PGconn* connection = connection_.get();
  if (connection == nullptr)
    return fail(ErrorCode::connection,
                fmt::format("the connection to {} is closed", describe(connection_.address())));
  // A server that closed an idle connection has surely not run what is about to be sent; after
  // sending one cannot tell.
  if (!readable_now(PQsocket(connection))) return {};
  PQconsumeInput(connection);
  // Parses what came in, so that the server's last words reach the notice receiver.
  PQisBusy(connection);
  connection_.deliver_notices();
  if (connection_.usable() && !connection_.last_words()) return {};
  return fail(lost(connection_.last_words(), ""));
}

Status Exchange::sent(int result, const std::string& sql) {
  anything_sent_ = true;
  if (result == 1) return {};
  const std::string reason = first_line(PQerrorMessage(connection_.get()));
  if (!connection_.usable()) return fail(lost(std::nullopt, sql));
  return fail(protocol_error("cannot send: " + reason, sql));
}

void Exchange::interrupt(Interruption why) {
  interruption_ = why;
  grace_ = Deadline::after(k_cancel_grace);
  cancel_.emplace(connection_.cancel_handle());
}

Status Exchange::pump(bool want_write) {
  PGconn* connection = connection_.get();
  const bool unsent = PQflush(connection) == 1;
  const Wait limit = interrupted() ? Wait{grace_, nullptr} : wait_;
  const Interest interest{.read = true, .write = unsent || want_write};
  const SocketState state = wait_for_socket(PQsocket(connection), interest, limit);
  if (state == SocketState::ready) {
    // On failure the connection is bad; PQgetResult then has the reason.
    PQconsumeInput(connection);
    connection_.deliver_notices();
    return {};
  }
  if (interrupted()) return fail(unanswered());
  interrupt(state == SocketState::stopped ? Interruption::stop : Interruption::deadline);
  return {};
}

Result<ResultHandle> Exchange::next() {
  while (PQisBusy(connection_.get()) == 1) SLIPWAY_TRY(pump());
  ResultHandle result(PQgetResult(connection_.get()));
  connection_.deliver_notices();
  return result;
}

const char* Exchange::cause() const {
  switch (interruption_) {
  case Interruption::deadline:
    return "the deadline passed";
  case Interruption::stop:
    return "a stop was requested";
  case Interruption::none:
    break;
  }
  return "a cancel was asked for";
}

Error Exchange::cancelled(std::optional<SqlError> details) const {
  Error error(ErrorCode::cancelled, fmt::format("the statement was cancelled because {}", cause()));
  error.sql = std::move(details);
  return error;
}

void Exchange::mark_outcome(Error& error) const {
  if (!anything_sent_ || permanence_ == Permanence::none) return;
  error.outcome = Outcome::unknown;
  error.database_state = "whether the statement took effect is not known";
}

Error Exchange::unanswered() {
  Error error(
      ErrorCode::cancelled,
      fmt::format(
          "the connection to {} was dropped: {} and the server did not answer the cancel within {} s",
          describe(connection_.address()), cause(), k_cancel_grace.count() / 1000));
  error.sql = connection_failure(error.message, "");
  mark_outcome(error);
  connection_.drop();
  return error;
}

Error Exchange::lost(std::optional<SqlError> last_words, const std::string& sql) {
  const std::string reason = last_words ? last_words->message
                             : connection_.get() != nullptr
                                 ? first_line(PQerrorMessage(connection_.get()))
                                 : std::string();
  Error error(interrupted() ? ErrorCode::cancelled : ErrorCode::connection,
              fmt::format("the connection to {} was lost: {}", describe(connection_.address()),
                          reason.empty() ? "the server closed it" : reason));
  error.sql = last_words ? std::move(*last_words) : connection_failure(reason, sql);
  error.sql->query = sql;
  if (error.connection_usable()) error.sql->sqlstate = k_connection_failure;
  mark_outcome(error);
  connection_.drop();
  return error;
}

Error Exchange::error_of(const PGresult* result, const std::string& sql) {
  SqlError details = sql_error_from(result, sql);
  if (ends_connection(details)) return lost(std::move(details), sql);
  if (!connection_.usable() || PQresultStatus(result) == PGRES_BAD_RESPONSE)
    return lost(std::nullopt, sql);
  const bool asked = interrupted() || connection_.cancel_asked;
  if (asked && details.sqlstate == k_query_canceled) return cancelled(std::move(details));
  Error error = server_error(result, sql);
  // A foreign server's broken connection, as dblink reports it, has the same class of SQLSTATE as
  // ours. Callers act on the class, so ours has to go too.
  if (!error.connection_usable()) connection_.drop();
  return error;
}

Error Exchange::protocol_error(const std::string& what, const std::string& sql) {
  Error error(ErrorCode::connection, fmt::format("the connection to {} was dropped: {}",
                                                 describe(connection_.address()), what));
  error.sql = connection_failure(what, sql);
  mark_outcome(error);
  connection_.drop();
  return error;
}

void Exchange::finish() {
  if (cancel_ && !cancel_->wait_until(grace_)) connection_.drop();
}

} // namespace slipway::pg
