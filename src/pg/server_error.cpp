// What the server said, as a value with all its fields.
#include "server_error.hpp"

#include "slipway/base/text.hpp"

#include <charconv>
#include <utility>

namespace slipway::pg {

namespace {

std::string field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::size_t> position(const PGresult* result) {
  const std::string text = field(result, PG_DIAG_STATEMENT_POSITION);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value == 0) return std::nullopt;
  return value;
}

} // namespace

std::string first_line(std::string_view message) {
  return std::string(trim(message.substr(0, message.find('\n'))));
}

SqlError sql_error_from(const PGresult* result, const std::string& query) {
  SqlError error;
  error.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  error.sqlstate = field(result, PG_DIAG_SQLSTATE);
  error.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  error.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  error.hint = field(result, PG_DIAG_MESSAGE_HINT);
  error.context = field(result, PG_DIAG_CONTEXT);
  error.schema = field(result, PG_DIAG_SCHEMA_NAME);
  error.table = field(result, PG_DIAG_TABLE_NAME);
  error.column = field(result, PG_DIAG_COLUMN_NAME);
  error.data_type = field(result, PG_DIAG_DATATYPE_NAME);
  error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  error.query = query;
  error.position = position(result);
  // Errors that libpq makes itself have a text and nothing else.
  if (error.message.empty()) error.message = first_line(PQresultErrorMessage(result));
  return error;
}

Error server_error(const PGresult* result, const std::string& query) {
  SqlError details = sql_error_from(result, query);
  Error error(ErrorCode::sql, first_line(details.message));
  error.hint = details.hint;
  const std::string inner = field(result, PG_DIAG_INTERNAL_QUERY);
  if (!inner.empty()) error.notes.push_back("inside a function: " + inner);
  error.sql = std::move(details);
  return error;
}

bool ends_connection(const SqlError& error) {
  return error.severity == "FATAL" || error.severity == "PANIC";
}

} // namespace slipway::pg
