// Many statements in one round trip. Each distinct text is prepared on first use, in the same
// batch.
#include "session_state.hpp"

#include "rows_handle.hpp"
#include "transaction_words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::pg {

namespace {

constexpr std::string_view k_no_such_statement = "26000";

/// What a batch can leave behind if its answers never arrive: a COMMIT in it, or, outside a
/// transaction block, the end of the batch itself.
Permanence permanence_of_batch(const Connection& connection, const std::vector<Query>& queries) {
  const bool idle = connection.transaction_status() == TransactionStatus::idle;
  const bool block = !idle || begins_transaction(queries.front().sql.str());
  const bool commit = std::any_of(queries.begin(), queries.end(),
                                  [](const Query& query) { return may_commit(query.sql.str()); });
  return !block || commit ? Permanence::possible : Permanence::none;
}

/// One batch on its way.
class Batch {
public:
  Batch(SessionCore& core, Exchange& exchange, const std::vector<Query>& queries)
      : core_(core), exchange_(exchange), queries_(queries) {}

  Status send() {
    SLIPWAY_TRY(check(PQenterPipelineMode(exchange_.connection())));
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      SLIPWAY_TRY(core_.names_statements ? send_by_name(i) : send_unnamed(i));
      steps_.push_back({.query = i, .name = {}});
    }
    return check(PQpipelineSync(exchange_.connection()));
  }

  /// Reads every answer and leaves the pipeline. Errors: the first.
  Result<std::vector<Rows>> receive() {
    for (const Step& step : steps_) SLIPWAY_TRY(receive(step));
    SLIPWAY_TRY(receive_sync());
    exchange_.finish();
    if (core_.connection.usable() && PQexitPipelineMode(exchange_.connection()) != 1)
      return fail(exchange_.protocol_error("the pipeline could not be ended", last_sql()));
    if (failure_) return fail(with_outcome(std::move(*failure_)));
    return std::move(rows_);
  }

private:
  /// A message that has an answer: a statement to prepare under a name, or to run.
  struct Step {
    std::size_t query;
    std::string name; ///< empty: run it
  };

  const std::string& sql_of(const Step& step) const { return queries_[step.query].sql.str(); }
  const std::string& last_sql() const { return queries_.back().sql.str(); }
  Status check(int sent) { return exchange_.sent(sent, last_sql()); }

  Status send_by_name(std::size_t query) {
    SLIPWAY_ASSIGN(const std::string name, prepare(query));
    const auto values = values_of(queries_[query].params);
    return check(PQsendQueryPrepared(exchange_.connection(), name.c_str(),
                                     static_cast<int>(values.size()), values.data(), nullptr,
                                     nullptr, 0));
  }

  Status send_unnamed(std::size_t query) {
    const auto values = values_of(queries_[query].params);
    return check(PQsendQueryParams(exchange_.connection(), queries_[query].sql.str().c_str(),
                                   static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                                   nullptr, 0));
  }

  /// Sends the text to be prepared, unless it is. Yields its name.
  Result<std::string> prepare(std::size_t query) {
    const std::string& sql = queries_[query].sql.str();
    if (const auto known = core_.prepared.find(sql)) return *known;
    std::string name = core_.prepared.next_name();
    SLIPWAY_TRY(
        check(PQsendPrepare(exchange_.connection(), name.c_str(), sql.c_str(), 0, nullptr)));
    core_.prepared.remember(sql, name);
    steps_.push_back({.query = query, .name = name});
    return name;
  }

  Status receive(const Step& step) {
    for (;;) {
      SLIPWAY_ASSIGN(ResultHandle result, exchange_.next());
      if (!result) return {};
      SLIPWAY_TRY(accept(step, std::move(result)));
    }
  }

  Status accept(const Step& step, ResultHandle result) {
    switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      if (step.name.empty()) keep(step, std::move(result));
      return {};
    case PGRES_PIPELINE_ABORTED:
      if (!step.name.empty()) core_.prepared.forget(sql_of(step));
      return {};
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
      return take_failure(step, result.get());
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
    case PGRES_NONFATAL_ERROR:
    case PGRES_SINGLE_TUPLE:
    case PGRES_PIPELINE_SYNC:
      break;
    }
    return fail(exchange_.protocol_error(
        "a statement answered in a way that has no place in a pipeline", sql_of(step)));
  }

  void keep(const Step& step, ResultHandle result) {
    if (auto refused = refused_commit(result.get(), sql_of(step))) {
      if (!failure_) failure_ = std::move(*refused);
    } else if (may_commit(sql_of(step))) {
      committed_ = true;
    }
    rows_.push_back(rows_of(std::move(result)));
  }

  Status take_failure(const Step& step, const PGresult* result) {
    Error error = exchange_.error_of(result, sql_of(step));
    // The server skips the rest of the batch, a COMMIT in it included.
    if (!committed_) exchange_.nothing_will_be_permanent();
    if (!step.name.empty()) core_.prepared.forget(sql_of(step));
    // Behind a pooler the server session may be another than the one it was prepared in.
    if (error.sql && error.sql->sqlstate == k_no_such_statement) core_.prepared.forget_all();
    if (!failure_) failure_ = std::move(error);
    if (!core_.connection.usable()) return fail(with_outcome(std::move(*failure_)));
    return {};
  }

  /// The end of the batch. Outside a transaction block this is where it commits, so an error can
  /// come here, too.
  Status receive_sync() {
    const Step end{.query = queries_.size() - 1, .name = {}};
    for (int nothing = 0; nothing < 2;) {
      SLIPWAY_ASSIGN(ResultHandle result, exchange_.next());
      if (!result) {
        ++nothing;
        continue;
      }
      if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return {};
      SLIPWAY_TRY(accept(end, std::move(result)));
    }
    return fail(
        exchange_.protocol_error("the server did not confirm the end of the pipeline", last_sql()));
  }

  /// An error after a COMMIT that worked is not one that had no effect.
  Error with_outcome(Error error) {
    if (!committed_) return error;
    error.outcome = Outcome::unknown;
    error.database_state = "a COMMIT sent before the statement that failed took effect";
    core_.connection.close();
    return error;
  }

  SessionCore& core_;
  Exchange& exchange_;
  const std::vector<Query>& queries_;
  std::vector<Step> steps_;
  std::vector<Rows> rows_;
  std::optional<Error> failure_;
  bool committed_ = false;
};

} // namespace

Result<std::vector<Rows>> Session::pipeline(const std::vector<Query>& queries, const Wait& wait) {
  if (queries.empty()) return std::vector<Rows>();
  for (const Query& query : queries) SLIPWAY_TRY(check_params(query.params, query.sql.str()));
  Exchange exchange(state_->connection, wait, permanence_of_batch(state_->connection, queries));
  SLIPWAY_TRY(exchange.ready_to_send());
  Batch batch(*state_, exchange, queries);
  SLIPWAY_TRY(batch.send());
  return batch.receive();
}

} // namespace slipway::pg
