// Connecting without ever blocking on the socket.
#include "connect.hpp"

#include "connect_error.hpp"
#include "server_address.hpp"
#include "server_error.hpp"
#include "socket_wait.hpp"

#include <algorithm>
#include <new>
#include <vector>

namespace slipway::pg {

namespace {

constexpr const char* k_default_port = "5432";

ConnectionHandle start(const Conninfo& parameters) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionHandle connection(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (!connection) throw std::bad_alloc();
  // An error while connecting comes as text only; this setting puts the SQLSTATE into it.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  return connection;
}

void ignore_notice(void* /*unused*/, const PGresult* /*notice*/) {
}

Error failed(const PGconn* connection) {
  return connect_error(PQerrorMessage(connection), describe(address_of(connection)));
}

/// Whether it is worth asking the next host: this one was not reached or is not ready, rather than
/// refused us.
bool next_host_may_do(const Error& error) {
  return error.code == ErrorCode::connection && (!error.sql || error.sql->sqlstate == "57P03");
}

/// A list can be taken apart unless it needs libpq to compare its members, or leaves one to libpq's
/// default.
bool can_try_each(const std::vector<HostChoice>& hosts, const Conninfo& effective) {
  const bool by_address = !option(effective, "hostaddr").empty();
  return hosts.size() > 1 && option(effective, "target_session_attrs") != "prefer-standby" &&
         std::none_of(hosts.begin(), hosts.end(), [&](const HostChoice& host) {
           return by_address ? host.hostaddr.empty() : host.host.empty();
         });
}

/// Nothing may be left empty here: libpq would fill it in from the environment, with a whole list
/// again.
Conninfo with_host(Conninfo parameters, const HostChoice& host) {
  parameters["host"] = host.host.empty() ? host.hostaddr : host.host;
  parameters["port"] = host.port.empty() ? k_default_port : host.port;
  if (!host.hostaddr.empty()) parameters["hostaddr"] = host.hostaddr;
  return parameters;
}

} // namespace

Result<ConnectionHandle> connect(const Conninfo& parameters, const Wait& wait) {
  const Millis allowed = wait.deadline.remaining();
  ConnectionHandle connection = start(parameters);
  PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  Interest interest{.read = false, .write = true};
  while (PQstatus(connection.get()) != CONNECTION_BAD) {
    switch (wait_for_socket(PQsocket(connection.get()), interest, wait)) {
    case SocketState::ready:
      break;
    case SocketState::timed_out:
      return fail(connect_timeout_error(describe(address_of(connection.get())), allowed.count()));
    case SocketState::stopped:
      return fail(ErrorCode::cancelled, "connecting was given up because a stop was requested");
    }
    const PostgresPollingStatusType progress = PQconnectPoll(connection.get());
    if (progress == PGRES_POLLING_OK) {
      PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
      return connection;
    }
    if (progress == PGRES_POLLING_FAILED) break;
    interest = {.read = progress == PGRES_POLLING_READING,
                .write = progress == PGRES_POLLING_WRITING};
  }
  return fail(failed(connection.get()));
}

Result<ConnectionHandle> connect_to_any(const Conninfo& parameters, const Conninfo& effective,
                                        const Wait& wait) {
  const auto hosts = hosts_of(effective);
  if (!can_try_each(hosts, effective)) return connect(parameters, wait);
  std::vector<std::string> earlier;
  for (std::size_t i = 0;; ++i) {
    const auto hosts_left = static_cast<Millis::rep>(hosts.size() - i);
    const Wait share = wait.within(wait.deadline.remaining() / hosts_left);
    auto connection = connect(with_host(parameters, hosts[i]), share);
    if (connection) return connection;
    if (hosts_left == 1 || !next_host_may_do(connection.error())) {
      auto& notes = connection.error().notes;
      notes.insert(notes.begin(), earlier.begin(), earlier.end());
      return connection;
    }
    earlier.push_back(connection.error().message);
  }
}

} // namespace slipway::pg
