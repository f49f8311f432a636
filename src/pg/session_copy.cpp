// COPY in pieces, as fast as the other side takes them.
#include "session_state.hpp"

#include "rows_handle.hpp"

#include <algorithm>

namespace slipway::pg {

namespace {

constexpr std::size_t k_piece = std::size_t{64} << 10U;

/// Queues data until all is queued, the server does not want more (its error follows), or the call
/// is interrupted.
Status send_data(Exchange& exchange, std::string_view data) {
  while (!data.empty() && !exchange.interrupted()) {
    const std::string_view piece = data.substr(0, std::min(data.size(), k_piece));
    const int queued =
        PQputCopyData(exchange.connection(), piece.data(), static_cast<int>(piece.size()));
    if (queued < 0) return {};
    if (queued == 1) data.remove_prefix(piece.size());
    // libpq keeps what the socket does not take and grows its buffer without bound: hand over
    // before the next piece.
    // The wait is for room to write, said outright: when the rest goes out just before it, nothing
    // is left to say so, and a server that takes data has nothing to tell us.
    while (PQflush(exchange.connection()) == 1 && !exchange.interrupted())
      SLIPWAY_TRY(exchange.pump(true));
  }
  return {};
}

Status send_end(Exchange& exchange) {
  // A server that waits for data does not look for a cancel, so an interrupted COPY is also ended
  // from this side.
  const char* failure = exchange.interrupted() ? "the client gave up" : nullptr;
  while (PQputCopyEnd(exchange.connection(), failure) == 0) SLIPWAY_TRY(exchange.pump(true));
  return {};
}

/// Hands on each row as it comes; ends without an error when there are no more, or when the result
/// that follows says why.
Status take_rows(Exchange& exchange, const RowHandler& on_row) {
  for (;;) {
    char* data = nullptr;
    const int length = PQgetCopyData(exchange.connection(), &data, 1);
    const MemoryHandle owned(data);
    if (length < 0) return {};
    if (length == 0) {
      SLIPWAY_TRY(exchange.pump());
      // libpq goes on to say "not yet" of a connection that is gone.
      if (PQstatus(exchange.connection()) == CONNECTION_BAD) return {};
      continue;
    }
    std::string_view row(data, static_cast<std::size_t>(length));
    if (!row.empty() && row.back() == '\n') row.remove_suffix(1);
    if (!exchange.interrupted()) on_row(row);
  }
}

} // namespace

Result<Rows> Session::copy_out(const SqlText& sql, const RowHandler& on_row, const Wait& wait) {
  const std::string& text = sql.str();
  SLIPWAY_TRY(check_text(text, text));
  Exchange exchange(state_->connection, wait, Permanence::none);
  SLIPWAY_TRY(exchange.ready_to_send());
  SLIPWAY_TRY(exchange.sent(PQsendQuery(exchange.connection(), text.c_str()), text));
  SLIPWAY_ASSIGN(ResultHandle started, exchange.next());
  const bool copying = started && PQresultStatus(started.get()) == PGRES_COPY_OUT;
  if (copying) {
    SLIPWAY_TRY(take_rows(exchange, on_row));
    SLIPWAY_ASSIGN(ResultHandle result, last_result(*state_, exchange, text));
    return rows_of(std::move(result));
  }
  const bool refused = started && PQresultStatus(started.get()) == PGRES_FATAL_ERROR;
  Error error = refused ? exchange.error_of(started.get(), text)
                        : Error(ErrorCode::sql, "the statement given for COPY TO STDOUT is none");
  if (!state_->connection.usable()) return fail(std::move(error));
  ResultHandle unused;
  const Status rest = read_results(*state_, exchange, text, unused);
  if (!rest && !rest.error().connection_usable()) return fail(rest.error());
  return fail(std::move(error));
}

Result<Rows> Session::copy_in(const SqlText& sql, std::string_view data, const Wait& wait) {
  const std::string& text = sql.str();
  SLIPWAY_TRY(check_text(text, text));
  Exchange exchange(state_->connection, wait, permanence_of(state_->connection, text));
  SLIPWAY_TRY(exchange.ready_to_send());
  SLIPWAY_TRY(exchange.sent(PQsendQuery(exchange.connection(), text.c_str()), text));
  SLIPWAY_ASSIGN(ResultHandle started, exchange.next());
  if (started && PQresultStatus(started.get()) == PGRES_COPY_IN) {
    SLIPWAY_TRY(send_data(exchange, data));
    SLIPWAY_TRY(send_end(exchange));
    SLIPWAY_ASSIGN(ResultHandle result, last_result(*state_, exchange, text));
    return rows_of(std::move(result));
  }
  const bool refused = started && PQresultStatus(started.get()) == PGRES_FATAL_ERROR;
  Error error = refused ? exchange.error_of(started.get(), text)
                        : Error(ErrorCode::sql, "the statement given for COPY FROM STDIN is none");
  if (!state_->connection.usable()) return fail(std::move(error));
  // What else came is read to its end, so that the session can be used again.
  ResultHandle unused;
  const Status rest = read_results(*state_, exchange, text, unused);
  if (!rest && !rest.error().connection_usable()) return fail(rest.error());
  return fail(std::move(error));
}

} // namespace slipway::pg
