#pragma once

#include "connection.hpp"
#include "exchange.hpp"
#include "prepared_statements.hpp"
#include "slipway/pg/session.hpp"

#include <utility>

namespace slipway::pg {

/// What a session's calls work on.
struct SessionCore {
  explicit SessionCore(ConnectionHandle handle) : connection(std::move(handle)) {}

  Connection connection;
  PreparedStatements prepared;
  bool names_statements = true;
};

struct Session::State : SessionCore {
  State(ConnectionHandle handle, ConnectOptions given)
      : SessionCore(std::move(handle)), options(std::move(given)) {}
  const ConnectOptions options;
};

/// Reads all results of a message; `last` gets that of its last command. COPY without data to give
/// or take is ended. Errors: the first the server sent; also when a COMMIT was answered with a
/// ROLLBACK.
Status read_results(SessionCore& core, Exchange& exchange, const std::string& sql,
                    ResultHandle& last);

/// As read_results, for a message that must have a result.
Result<ResultHandle> last_result(SessionCore& core, Exchange& exchange, const std::string& sql);

/// The error of a COMMIT that the server answered with ROLLBACK, because its transaction had
/// failed. None for anything else.
std::optional<Error> refused_commit(PGresult* result, const std::string& sql);

/// Most values that one statement can bind, as the protocol counts them.
inline constexpr std::size_t k_most_params = 65535;

/// Errors: sql, for a statement that cannot be sent as it is.
Status check_params(const std::vector<Param>& params, const std::string& sql);

/// Bound values as libpq wants them. Precondition: `params` outlives it.
std::vector<const char*> values_of(const std::vector<Param>& params);

} // namespace slipway::pg
