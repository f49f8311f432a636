// Why there is no connection, in words that tell what to do. libpq gives one text only: attempts
// one after the other, each ending in the server's error report where the server was reached.
#include "connect_error.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace slipway::pg {

namespace {

constexpr std::size_t k_shortest_secret = 3;

struct StateHint {
  std::string_view sqlstate;
  std::string_view hint;
};

constexpr std::array<StateHint, 9> k_state_hints{{
    {"28P01",
     "the password is wrong or missing: check it in the connection string, PGPASSWORD or the password file"},
    {"28000",
     "the server's pg_hba.conf does not let this user in from here in this way: check user, database, host "
     "and whether TLS is required"},
    {"3D000", "there is no such database: check its name in the connection string, or create it"},
    {"42501", "this user may not connect to this database: GRANT CONNECT ON DATABASE to it"},
    {"53300", "the server has no connection slot left: close some connections or try again later"},
    {"55000", "this database does not accept connections: connect to another or allow them"},
    {"57P03", "the server is starting, stopping or in recovery: try again in a moment"},
    {"57P01", "the server was told to end the connection: try again in a moment"},
    {"08P01",
     "the server did not understand the connection request: a connection pooler may refuse a startup "
     "parameter; connect to the server itself"},
}};

struct TextHint {
  std::string_view text;
  std::string_view hint;
};

// These come from libpq or the system and have no code. Where they are translated, only the hint is
// lost.
constexpr std::array<TextHint, 9> k_text_hints{{
    {"Connection refused",
     "nothing listens there: is the server running, and are host and port right?"},
    {"No such file or directory",
     "there is no such socket: is the server running, and are folder and port right?"},
    {"could not translate host name",
     "the host name cannot be resolved: check it in the connection string"},
    {"No route to host", "the network does not lead there: check host, VPN and firewall"},
    {"Network is unreachable", "the network does not lead there: check host, VPN and firewall"},
    {"no password supplied",
     "the server wants a password: give it in the connection string, PGPASSWORD or the "
     "password file"},
    {"server does not support SSL",
     "the server speaks no TLS: turn it on there, or if the connection is safe by other "
     "means set connection.tls = \"disable\""},
    {"certificate verify failed",
     "the server's certificate is not signed by the authority in sslrootcert: set "
     "sslrootcert to the file of the authority that signed it"},
    {"does not match host name",
     "the server's certificate is for another name: connect by the name it has, or set "
     "connection.tls = \"verify-ca\""},
}};

constexpr std::string_view k_root_certificate_hint =
    "set sslrootcert in the connection string to the file of the authority that signed the server's certificate (for a "
    "public one that is often /etc/ssl/certs/ca-certificates.crt), or choose a weaker check with connection.tls";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

std::vector<std::string_view> lines_of(std::string_view message) {
  std::vector<std::string_view> lines;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    if (!trim(message.substr(0, end)).empty()) lines.push_back(message.substr(0, end));
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return lines;
}

/// `... FATAL:  28P01: password authentication failed` taken apart. The severity may be translated,
/// so it is found by what follows it: a colon, two spaces and five capitals or digits.
std::optional<SqlError> server_report(std::string_view line) {
  for (std::size_t at = line.find(":  "); at != std::string_view::npos;
       at = line.find(":  ", at + 1)) {
    const std::string_view state = line.substr(at + 3, 5);
    if (!is_sqlstate(state) || line.substr(at + 8, 2) != ": ") continue;
    const std::size_t word = line.substr(0, at).rfind(' ');
    SqlError report;
    report.severity = line.substr(word == std::string_view::npos ? 0 : word + 1, at - (word + 1));
    report.sqlstate = state;
    report.message = trim(line.substr(at + 10));
    return report;
  }
  return std::nullopt;
}

std::string_view after_label(std::string_view line, std::string_view label) {
  return line.substr(0, label.size()) == label ? trim(line.substr(label.size()))
                                               : std::string_view();
}

void add_labelled(SqlError& report, std::string_view line) {
  if (const auto detail = after_label(line, "DETAIL:"); !detail.empty()) report.detail = detail;
  if (const auto hint = after_label(line, "HINT:"); !hint.empty()) report.hint = hint;
}

std::string hint_for(const std::optional<SqlError>& report, std::string_view message) {
  if (report)
    for (const auto& [sqlstate, hint] : k_state_hints)
      if (report->sqlstate == sqlstate) return std::string(hint);
  for (const auto& [text, hint] : k_text_hints)
    if (contains(message, text)) return std::string(hint);
  return report ? report->hint : std::string();
}

void replace_all(std::string& text, const std::string& secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
    text.replace(at, secret.size(), "***");
}

} // namespace

Error connect_error(std::string_view message, const std::string& target) {
  std::optional<SqlError> report;
  std::string reason;
  std::vector<std::string> earlier;
  for (const std::string_view line : lines_of(message)) {
    // libpq indents its advice and labels the server's; neither is a reason of its own.
    const bool advice = line.front() == '\t' || after_label(line, "LOCATION:") != "" ||
                        after_label(line, "DETAIL:") != "" || after_label(line, "HINT:") != "";
    if (advice) {
      if (report) add_labelled(*report, line);
      continue;
    }
    if (!reason.empty()) earlier.push_back(reason);
    auto found = server_report(line);
    reason = found ? found->message : std::string(trim(line));
    report = std::move(found);
  }
  const bool no_root = contains(message, "root certificate file");
  Error error(
      no_root ? ErrorCode::configuration : ErrorCode::connection,
      fmt::format("cannot connect to {}: {}", target, reason.empty() ? "no reason given" : reason));
  error.hint = no_root ? std::string(k_root_certificate_hint) : hint_for(report, message);
  for (std::string& attempt : earlier) error.notes.push_back("before that: " + attempt);
  error.sql = std::move(report);
  return error;
}

Error connect_timeout_error(const std::string& target, long long milliseconds) {
  return Error(ErrorCode::connection,
               fmt::format("cannot connect to {}: no answer within {} ms", target, milliseconds))
      .with_hint(
          "check host and port, and whether a firewall drops the packets; connection.connect_timeout sets how long "
          "to try");
}

void remove_secret(Error& error, const std::string& secret) {
  if (secret.size() < k_shortest_secret) return;
  for (std::string* text :
       {&error.message, &error.hint, &error.database_state, &error.next_command})
    replace_all(*text, secret);
  for (std::string& note : error.notes) replace_all(note, secret);
  if (!error.sql) return;
  for (std::string* text :
       {&error.sql->message, &error.sql->detail, &error.sql->hint, &error.sql->context})
    replace_all(*text, secret);
}

} // namespace slipway::pg
