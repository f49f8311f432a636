// One statement at a time: the extended protocol for bound values, the simple one for texts as they
// are.
#include "session_state.hpp"

#include "rows_handle.hpp"
#include "server_error.hpp"
#include "transaction_words.hpp"

#include <string_view>

namespace slipway::pg {

namespace {

/// Reads a COPY ... TO STDOUT to its end. Nobody asked for the data.
Status skip_copy_out(Exchange& exchange) {
  for (;;) {
    char* data = nullptr;
    const int length = PQgetCopyData(exchange.connection(), &data, 1);
    const MemoryHandle owned(data);
    if (length < 0) return {};
    if (length == 0) SLIPWAY_TRY(exchange.pump());
  }
}

/// Tells the server that no data will come. Its error is the statement's result.
Status refuse_copy_in(Exchange& exchange) {
  while (PQputCopyEnd(exchange.connection(), "no data was given for COPY FROM STDIN") == 0)
    SLIPWAY_TRY(exchange.pump(true));
  return {};
}

/// Ends a COPY that a result began. Errors: connection.
Status end_copy(Exchange& exchange, ExecStatusType status, const std::string& sql) {
  if (status == PGRES_COPY_OUT) return skip_copy_out(exchange);
  if (status == PGRES_COPY_IN) return refuse_copy_in(exchange);
  if (status == PGRES_COPY_BOTH)
    return fail(
        exchange.protocol_error("replication was started, which is not for this session", sql));
  return {};
}

void notice_discards(SessionCore& core, PGresult* result) {
  const std::string_view tag = PQcmdStatus(result);
  if (tag.substr(0, 7) == "DISCARD" || tag.substr(0, 10) == "DEALLOCATE")
    core.prepared.forget_all();
}

bool is_failure(ExecStatusType status) {
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

} // namespace

std::optional<Error> refused_commit(PGresult* result, const std::string& sql) {
  const std::string_view tag = PQcmdStatus(result);
  if (tag != "ROLLBACK" || !ends_with_commit(sql)) return std::nullopt;
  Error error(ErrorCode::sql,
              "the COMMIT rolled back, because a statement of its transaction had failed");
  error.sql =
      SqlError{.severity = "ERROR", .sqlstate = "25P02", .message = error.message, .query = sql};
  return error;
}

Status check_params(const std::vector<Param>& params, const std::string& sql) {
  SLIPWAY_TRY(check_text(sql, sql));
  for (const Param& param : params)
    if (param) SLIPWAY_TRY(check_text(*param, sql));
  if (params.size() <= k_most_params) return {};
  return fail(ErrorCode::sql,
              "a statement can bind 65535 values, not " + std::to_string(params.size()));
}

std::vector<const char*> values_of(const std::vector<Param>& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const Param& param : params) values.push_back(param ? param->c_str() : nullptr);
  return values;
}

Status read_results(SessionCore& core, Exchange& exchange, const std::string& sql,
                    ResultHandle& last) {
  std::optional<Error> failure;
  for (;;) {
    SLIPWAY_ASSIGN(ResultHandle result, exchange.next());
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (is_failure(status)) {
      Error error = exchange.error_of(result.get(), sql);
      if (!failure) failure = std::move(error);
      if (!core.connection.usable()) break;
      continue;
    }
    SLIPWAY_TRY(end_copy(exchange, status, sql));
    notice_discards(core, result.get());
    last = std::move(result);
  }
  exchange.finish();
  if (!failure && last) failure = refused_commit(last.get(), sql);
  if (failure) return fail(std::move(*failure));
  return {};
}

Result<ResultHandle> last_result(SessionCore& core, Exchange& exchange, const std::string& sql) {
  ResultHandle last;
  SLIPWAY_TRY(read_results(core, exchange, sql, last));
  if (!last) return fail(exchange.protocol_error("the server sent no result", sql));
  return last;
}

Result<Rows> Session::query(const SqlText& sql, const std::vector<Param>& params,
                            const Wait& wait) {
  const std::string& text = sql.str();
  SLIPWAY_TRY(check_params(params, text));
  Exchange exchange(state_->connection, wait, permanence_of(state_->connection, text));
  SLIPWAY_TRY(exchange.ready_to_send());
  const auto values = values_of(params);
  SLIPWAY_TRY(exchange.sent(PQsendQueryParams(exchange.connection(), text.c_str(),
                                              static_cast<int>(values.size()), nullptr,
                                              values.data(), nullptr, nullptr, 0),
                            text));
  SLIPWAY_ASSIGN(ResultHandle result, last_result(*state_, exchange, text));
  return rows_of(std::move(result));
}

Result<Rows> Session::execute(const SqlText& sql, const Wait& wait) {
  const std::string& text = sql.str();
  SLIPWAY_TRY(check_text(text, text));
  Exchange exchange(state_->connection, wait, permanence_of(state_->connection, text));
  SLIPWAY_TRY(exchange.ready_to_send());
  SLIPWAY_TRY(exchange.sent(PQsendQuery(exchange.connection(), text.c_str()), text));
  SLIPWAY_ASSIGN(ResultHandle result, last_result(*state_, exchange, text));
  return rows_of(std::move(result));
}

} // namespace slipway::pg
