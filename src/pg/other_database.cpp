// Connection strings made from others.
#include "slipway/pg/other_database.hpp"

#include "conninfo.hpp"
#include "tls_rule.hpp"

namespace slipway::pg {

namespace {

/// keyword='value' words, as libpq reads them.
std::string words_of(const Conninfo& options) {
  std::string words;
  for (const auto& [keyword, value] : options) {
    words.append(words.empty() ? "" : " ").append(keyword).append("='");
    for (const char c : value) {
      if (c == '\'' || c == '\\') words += '\\';
      words += c;
    }
    words += '\'';
  }
  return words;
}

} // namespace

Result<ConnectOptions> other_database(const ConnectOptions& options, const std::string& database) {
  SLIPWAY_ASSIGN(Conninfo parsed, parse_connection_string(options.connection_string));
  parsed["dbname"] = database;
  ConnectOptions other = options;
  other.connection_string = words_of(parsed);
  return other;
}

Result<ProgramConnection> connection_for_program(const Session& session) {
  SLIPWAY_ASSIGN(Conninfo parsed, parse_connection_string(session.options().connection_string));
  SLIPWAY_ASSIGN(const Conninfo effective, effective_conninfo(parsed));
  SLIPWAY_ASSIGN(const auto sslmode, tls_rule(parsed, effective, session.options().tls));
  if (sslmode) parsed["sslmode"] = *sslmode;
  // The host that was reached, for of a list the program might take another one.
  if (!session.host().empty()) parsed["host"] = session.host();
  parsed.erase("hostaddr");
  if (!session.port().empty()) parsed["port"] = session.port();
  parsed["user"] = session.user();
  parsed["dbname"] = session.database();
  ProgramConnection made;
  for (const auto* secret : {"password", "sslpassword"}) parsed.erase(secret);
  if (!session.password().empty()) made.environment["PGPASSWORD"] = session.password();
  made.environment["PGAPPNAME"] = session.options().application_name;
  made.connection_string = words_of(parsed);
  return made;
}

} // namespace slipway::pg
