#include "slipway/pg/server_disk.hpp"

#include "slipway/os/disk_space.hpp"
#include "slipway/os/real_file_system.hpp"

#include <cstring>
#include <fmt/format.h>

namespace slipway::pg {

namespace {

constexpr const char* k_place = R"sql(
SELECT COALESCE((SELECT s.setting FROM pg_catalog.pg_settings AS s WHERE s.name OPERATOR(pg_catalog.=) 'data_directory'), ''),
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
)sql";

ServerDisk unknown(std::string why) {
  return {.free = std::nullopt, .unknown_since = std::move(why)};
}

bool is_socket(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

/// Of the server that owns the folder: the first thing in its control file.
std::optional<std::string> system_of(const std::string& folder) {
  const auto control = os::RealFileSystem().read(folder + "/global/pg_control");
  std::uint64_t number = 0;
  if (!control || control->size() < sizeof number) return std::nullopt;
  std::memcpy(&number, control->data(), sizeof number);
  return std::to_string(number);
}

/// Empty when the role may not ask.
Result<std::string> system_of(Session& session, bool may_ask, const Wait& wait) {
  if (!may_ask) return std::string();
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT (s.system_identifier::numeric OPERATOR(pg_catalog.+)"
                                       " CASE WHEN s.system_identifier OPERATOR(pg_catalog.<) 0 "
                                       "THEN 18446744073709551616 ELSE 0 END)::text "
                                       "FROM pg_catalog.pg_control_system() AS s"),
                               {}, wait));
  return std::string(rows.text(0, 0));
}

} // namespace

Result<ServerDisk> look_at_server_disk(Session& session, const Wait& wait) {
  const bool socket = is_socket(session.host());
  if (!socket && !is_loopback(session.host())) return unknown("the server is on another machine");
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_place), {}, wait));
  const std::string folder(rows.text(0, 0));
  if (folder.empty()) return unknown("the role may not see where the data is");
  SLIPWAY_ASSIGN(const auto asked, system_of(session, rows.boolean(0, 1), wait));
  const auto found = system_of(folder);
  if (found && !asked.empty() && *found != asked)
    return unknown(fmt::format("{} on this machine is another server's", folder));
  if (!socket && (!found || asked.empty()))
    return unknown("the server may be on another machine, behind " + session.host());
  const auto free = os::free_disk_space(folder);
  if (!free) return unknown(fmt::format("{} is not on this machine", folder));
  return ServerDisk{.free = free, .unknown_since = {}};
}

} // namespace slipway::pg
