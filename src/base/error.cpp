// What each error code is called, which exit status it has, and what SQLSTATE says about going on.
#include "slipway/base/error.hpp"

#include <utility>

namespace slipway {

namespace {

bool has_class(const std::string& sqlstate, std::string_view two) {
  return sqlstate.size() == 5 && std::string_view(sqlstate).substr(0, 2) == two;
}

} // namespace

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
  case ErrorCode::usage:
    return "usage";
  case ErrorCode::configuration:
    return "configuration";
  case ErrorCode::source:
    return "source";
  case ErrorCode::io:
    return "io";
  case ErrorCode::unsupported:
    return "unsupported";
  case ErrorCode::check_failed:
    return "check_failed";
  case ErrorCode::connection:
    return "connection";
  case ErrorCode::lock_timeout:
    return "lock_timeout";
  case ErrorCode::sql:
    return "sql";
  case ErrorCode::part_way:
    return "part_way";
  case ErrorCode::cancelled:
    return "cancelled";
  case ErrorCode::rolled_back:
    return "rolled_back";
  case ErrorCode::internal:
    return "internal";
  }
  return "internal";
}

int exit_status(ErrorCode code) {
  switch (code) {
  case ErrorCode::usage:
  case ErrorCode::configuration:
  case ErrorCode::source:
    return 2;
  case ErrorCode::io:
  case ErrorCode::unsupported:
  case ErrorCode::sql:
  case ErrorCode::cancelled:
    return 1;
  case ErrorCode::check_failed:
    return 3;
  case ErrorCode::rolled_back:
    return 4;
  case ErrorCode::part_way:
    return 5;
  case ErrorCode::lock_timeout:
    return 6;
  case ErrorCode::connection:
    return 7;
  case ErrorCode::internal:
    return 70;
  }
  return 70;
}

Error&& Error::with_hint(std::string text) && {
  hint = std::move(text);
  return std::move(*this);
}
Error&& Error::with_place(Place where) && {
  place = std::move(where);
  return std::move(*this);
}
Error&& Error::with_state(std::string text) && {
  database_state = std::move(text);
  return std::move(*this);
}
Error&& Error::with_next(std::string command) && {
  next_command = std::move(command);
  return std::move(*this);
}
Error&& Error::with_note(std::string text) && {
  notes.push_back(std::move(text));
  return std::move(*this);
}

bool Error::connection_usable() const {
  if (code == ErrorCode::connection || outcome == Outcome::unknown) return false;
  if (!sql) return true;
  const auto& state = sql->sqlstate;
  return !(has_class(state, "08") || state == "57P01" || state == "57P02" || state == "57P03" ||
           state == "57P05");
}

bool Error::transaction_usable() const {
  return connection_usable() && !sql;
}
bool Error::is_lock_timeout() const {
  return sql && sql->sqlstate == "55P03";
}
bool Error::is_deadlock() const {
  return sql && sql->sqlstate == "40P01";
}
bool Error::is_query_cancelled() const {
  return sql && sql->sqlstate == "57014";
}

bool Error::is_retryable() const {
  if (outcome == Outcome::unknown || !sql) return false;
  const auto& state = sql->sqlstate;
  return state == "55P03" || state == "40P01" || state == "40001" || state == "53300" ||
         state == "57P03";
}

} // namespace slipway
