#include "sessions.hpp"

namespace slipway::backup {

namespace {

constexpr std::string_view k_settings = R"(
SET search_path = '';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SET timezone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = 'hex';
SET xmlbinary = 'base64';
SET xmloption = content;
SET row_security = off;
SET synchronize_seqscans = off;
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET default_transaction_read_only = off;
SET check_function_bodies = off;
SET jit = off;
SET client_min_messages = warning)";

} // namespace

Result<pg::Session> open_working_session(const pg::ConnectOptions& options, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, pg::Session::open(options, wait));
  session.name_statements(false);
  SLIPWAY_TRY(set_working_settings(session, wait));
  return session;
}

Status set_working_settings(pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(std::string(k_settings)), wait));
  // A database without an encoding holds whatever bytes there are; anything else comes as UTF-8.
  if (session.parameter("server_encoding") == "SQL_ASCII")
    SLIPWAY_TRY(session.execute(SqlText("SET client_encoding = 'SQL_ASCII'"), wait));
  return {};
}

Status begin_under(pg::Session& session, const std::string& snapshot, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
                                      "SET TRANSACTION SNAPSHOT " +
                                      quote_literal(snapshot)),
                              wait));
  return {};
}

bool has_sqlstate(const Error& error, std::string_view sqlstate) {
  return error.sql && error.sql->sqlstate == sqlstate;
}

} // namespace slipway::backup
