// libpq's default, prefer, takes a plain connection from anyone who answers. To other machines that
// is not good enough.
#include "tls_rule.hpp"

#include "server_address.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <netinet/in.h>

namespace slipway::pg {

namespace {

constexpr std::array<std::string_view, 6> k_weakest_first = {"disable", "allow",     "prefer",
                                                             "require", "verify-ca", "verify-full"};
constexpr std::string_view k_libpq_default = "prefer";

std::size_t strength(std::string_view sslmode) {
  const auto* const found = std::find(k_weakest_first.begin(), k_weakest_first.end(), sslmode);
  // An unknown mode is libpq's to refuse.
  return static_cast<std::size_t>(found - k_weakest_first.begin());
}

std::string_view sslmode_of(TlsMode mode) {
  switch (mode) {
  case TlsMode::verify_full:
    return "verify-full";
  case TlsMode::verify_ca:
    return "verify-ca";
  case TlsMode::require:
    return "require";
  case TlsMode::prefer:
    return "prefer";
  case TlsMode::disable:
    return "disable";
  case TlsMode::from_connection_string:
    break;
  }
  SLIPWAY_ASSERT(mode != TlsMode::from_connection_string);
  return {};
}

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127U;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1) return false;
  const bool mapped_loopback = IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6) || mapped_loopback;
}

} // namespace

bool is_local(const HostChoice& host) {
  if (!host.hostaddr.empty()) return is_loopback(host.hostaddr);
  return host.host.empty() || is_unix_socket(host.host) ||
         to_lower_ascii(host.host) == "localhost" || is_loopback(host.host);
}

Result<std::optional<std::string>> tls_rule(const Conninfo& given, const Conninfo& effective,
                                            TlsMode mode) {
  if (mode == TlsMode::from_connection_string) return std::optional<std::string>();
  const auto hosts = hosts_of(effective);
  const auto remote = std::find_if_not(hosts.begin(), hosts.end(), is_local);
  if (remote == hosts.end()) return std::optional<std::string>();

  const std::string asked = option(effective, "sslmode");
  const std::string_view least = sslmode_of(mode);
  if (!given.contains("sslmode") && asked == k_libpq_default)
    return std::optional(std::string(least));
  if (strength(asked) >= strength(least)) return std::optional<std::string>();
  const std::string& name = remote->host.empty() ? remote->hostaddr : remote->host;
  const std::string source =
      given.contains("sslmode") ? "the connection string" : "the environment or the service file";
  return fail(
      Error(
          ErrorCode::configuration,
          fmt::format(
              "{} asks for sslmode={} to {}, which is another machine; at least {} is required there",
              source, asked, name, least))
          .with_hint(
              fmt::format("remove sslmode there, or if the connection is safe by other means set "
                          "connection.tls = \"{}\"",
                          asked == "allow" ? "from-connection-string" : asked)));
}

} // namespace slipway::pg
