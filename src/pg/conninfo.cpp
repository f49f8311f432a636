// Connection options before there is a connection: from the string, and as libpq completes them.
#include "conninfo.hpp"

#include "connection_string.hpp"
#include "handles.hpp"
#include "server_error.hpp"
#include "slipway/pg/session.hpp"

#include <algorithm>
#include <string_view>

namespace slipway::pg {

namespace {

/// A value that libpq refuses for channel_binding, which it checks before it opens a socket.
constexpr const char* k_no_such_binding = "slipway-does-not-connect";

Conninfo set_options(const PQconninfoOption* options) {
  Conninfo found;
  for (; options != nullptr && options->keyword != nullptr; ++options)
    if (options->val != nullptr && *options->val != '\0') found[options->keyword] = options->val;
  return found;
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> items;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t comma = list.find(',', begin);
    items.push_back(list.substr(begin, comma - begin));
    if (comma == std::string::npos) return items;
    begin = comma + 1;
  }
}

std::string item(const std::vector<std::string>& items, std::size_t index) {
  return items.size() == 1 ? items[0] : index < items.size() ? items[index] : std::string();
}

Error unreadable(const std::string& connection_string) {
  return Error(ErrorCode::configuration,
               "cannot read the connection string " + masked(connection_string))
      .with_hint(
          "write postgres://USER:PASSWORD@HOST:PORT/DATABASE or host=HOST user=USER dbname=DATABASE; in a URL "
          "percent-encode what is not a letter or digit in the password (@ is %40, / is %2F, : is %3A, # is "
          "%23), and check the names of the options");
}

} // namespace

std::string option(const Conninfo& options, const std::string& keyword) {
  const auto found = options.find(keyword);
  return found == options.end() ? std::string() : found->second;
}

std::optional<Conninfo> read_conninfo(const std::string& connection_string) {
  if (connection_string.find('\0') != std::string::npos) return std::nullopt;
  char* reason = nullptr;
  const ConninfoHandle options(PQconninfoParse(connection_string.c_str(), &reason));
  const MemoryHandle owned_reason(reason);
  if (!options) return std::nullopt;
  return set_options(options.get());
}

Result<Conninfo> parse_connection_string(const std::string& connection_string) {
  std::optional<Conninfo> options = read_conninfo(connection_string);
  if (!options || is_misread(connection_string, *options))
    return fail(unreadable(connection_string));
  return std::move(*options);
}

// Only libpq knows its service file, its environment and its defaults, and it resolves them on the
// way to a connection. So it is sent on that way with an option that it must refuse, and what it
// resolved until then is read back.
Result<Conninfo> effective_conninfo(const Conninfo& given) {
  Conninfo options = given;
  options["channel_binding"] = k_no_such_binding;
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : options) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  const ConnectionHandle refused(PQconnectStartParams(keywords.data(), values.data(), 0));
  const std::string reason = first_line(PQerrorMessage(refused.get()));
  if (reason.find(k_no_such_binding) == std::string::npos) {
    return fail(
        Error(ErrorCode::configuration, "cannot tell where to connect to: " + reason)
            .with_hint(
                "check the connection string, the PG* environment variables and the service file"));
  }
  const ConninfoHandle resolved(PQconninfo(refused.get()));
  Conninfo effective = set_options(resolved.get());
  effective.erase("channel_binding");
  return effective;
}

std::vector<HostChoice> hosts_of(const Conninfo& effective) {
  const auto hosts = split_list(option(effective, "host"));
  const auto addresses = split_list(option(effective, "hostaddr"));
  const auto ports = split_list(option(effective, "port"));
  std::vector<HostChoice> choices;
  // As libpq does: the addresses count when there are any, else the hosts.
  const std::size_t count = option(effective, "hostaddr").empty() ? hosts.size() : addresses.size();
  for (std::size_t i = 0; i < count; ++i) {
    choices.push_back({.host = i < hosts.size() ? hosts[i] : "",
                       .hostaddr = i < addresses.size() ? addresses[i] : "",
                       .port = item(ports, i)});
  }
  return choices;
}

} // namespace slipway::pg
