// A server's address for people.
#include "server_address.hpp"

#include <fmt/format.h>
#include <string_view>

namespace slipway::pg {

namespace {

std::string or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    if (is_plain(c))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

} // namespace

ServerAddress address_of(const PGconn* connection) {
  ServerAddress address;
  address.host = or_empty(PQhost(connection));
  address.port = or_empty(PQport(connection));
  address.database = or_empty(PQdb(connection));
  address.user = or_empty(PQuser(connection));
  return address;
}

bool is_unix_socket(const std::string& host) {
  return !host.empty() && (host.front() == '/' || host.front() == '@');
}

std::string describe(const ServerAddress& address) {
  const std::string user = address.user.empty() ? "" : percent_encoded(address.user) + "@";
  const std::string database = percent_encoded(address.database);
  const std::string port = address.port.empty() ? "" : ":" + address.port;
  if (is_unix_socket(address.host) || address.host.empty()) {
    if (address.host.empty()) return fmt::format("postgres://{}{}/{}", user, port, database);
    const std::string query = address.port.empty() ? "" : "&port=" + address.port;
    return fmt::format("postgres://{}/{}?host={}{}", user, database, percent_encoded(address.host),
                       query);
  }
  const bool v6 = address.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + address.host + "]" : percent_encoded(address.host);
  return fmt::format("postgres://{}{}{}/{}", user, host, port, database);
}

} // namespace slipway::pg
