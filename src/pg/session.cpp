// A session's beginning, end, and what can be asked of it. Its calls are in session_statements,
// session_copy and session_pipeline.
#include "session_state.hpp"

#include "cancel_request.hpp"
#include "connect.hpp"
#include "connect_error.hpp"
#include "conninfo.hpp"
#include "tls_rule.hpp"

#include <charconv>

namespace slipway::pg {

namespace {

constexpr Millis k_longest_cancel{2'000};

/// The time to connect in: ours, or the string's or environment's own when that is shorter.
Millis connect_time(const ConnectOptions& options, const Conninfo& effective) {
  const std::string text = option(effective, "connect_timeout");
  long long seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool given =
      error == std::errc() && seconds > 0 && seconds < options.connect_timeout.count() / 1000;
  return given ? Millis(seconds * 1000) : options.connect_timeout;
}

Result<ConnectionHandle> connect_with(const ConnectOptions& options, const Conninfo& given,
                                      const Conninfo& effective, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::optional<std::string> sslmode, tls_rule(given, effective, options.tls));
  Conninfo parameters = given;
  parameters["application_name"] = options.application_name;
  parameters["client_encoding"] = "UTF8";
  if (sslmode) parameters["sslmode"] = *sslmode;
  return connect_to_any(parameters, effective, wait.within(connect_time(options, effective)));
}

} // namespace

Result<Session> Session::open(const ConnectOptions& options, const Wait& wait) {
  SLIPWAY_ASSIGN(const Conninfo given, parse_connection_string(options.connection_string));
  SLIPWAY_ASSIGN(const Conninfo effective, effective_conninfo(given));
  auto connection = connect_with(options, given, effective, wait);
  if (!connection) {
    const std::string password = option(effective, "password");
    if (password != option(effective, "user")) remove_secret(connection.error(), password);
    return fail(std::move(connection).error());
  }
  return Session(std::make_unique<State>(std::move(*connection), options));
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Status Session::cancel(const Wait& wait) {
  state_->connection.cancel_asked = true;
  const CancelRequest request(state_->connection.cancel_handle());
  // A stop request is no reason not to cancel: it is why one does.
  if (request.wait_until(wait.within(k_longest_cancel).deadline)) return request.result();
  return fail(Error(ErrorCode::connection, "the server did not confirm the cancel in time")
                  .with_hint("the request may still arrive"));
}

TransactionStatus Session::transaction_status() const {
  return state_->connection.transaction_status();
}
bool Session::usable() const {
  return state_ != nullptr && state_->connection.usable();
}
int Session::backend_pid() const {
  return state_->connection.backend_pid();
}
int Session::server_version() const {
  return state_->connection.server_version();
}

std::string Session::parameter(const std::string& name) const {
  const char* value = PQparameterStatus(state_->connection.get(), name.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

std::string Session::host() const {
  return state_->connection.address().host;
}
std::string Session::port() const {
  return state_->connection.address().port;
}
std::string Session::database() const {
  return state_->connection.address().database;
}
std::string Session::user() const {
  return state_->connection.address().user;
}
std::string Session::password() const {
  return state_->connection.password();
}
const ConnectOptions& Session::options() const {
  return state_->options;
}
std::string Session::describe() const {
  return pg::describe(state_->connection.address());
}

void Session::on_notice(NoticeHandler handler) {
  state_->connection.notice_handler = std::move(handler);
}
void Session::name_statements(bool named) {
  state_->names_statements = named;
}
void Session::close() {
  state_->connection.close();
}

} // namespace slipway::pg
