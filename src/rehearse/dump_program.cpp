// pg_dump as a child process.
#include "slipway/rehearse/dump_program.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/os/environment.hpp"
#include "slipway/os/process.hpp"
#include "slipway/pg/client_program.hpp"

#include <fmt/format.h>
#include <vector>

namespace slipway::rehearse {

namespace {

constexpr std::size_t k_longest_dump = std::size_t{256} << 20U;

/// As pg_dump reads a pattern: within quotes a name, outside of them wildcards.
std::string dump_pattern(std::string_view name) {
  const bool any_ending = name.ends_with('*');
  if (any_ending) name.remove_suffix(1);
  return quote_identifier(name) + (any_ending ? "*" : "");
}

/// All that libpq would read from our environment must not lead pg_dump elsewhere.
std::vector<std::string> libpq_variables() {
  std::vector<std::string> names;
  for (const auto& [name, value] : os::environment())
    if (name.starts_with("PG")) names.push_back(name);
  return names;
}

} // namespace

std::optional<std::string> find_pg_dump(const pg::Cluster& cluster, const Wait& wait) {
  auto found =
      pg::find_client_program("pg_dump", cluster.major_version(), cluster.bin_folder(), wait);
  if (!found) return std::nullopt;
  return std::move(found->path);
}

Result<std::string> dump_schema(const std::string& program, const pg::Cluster& cluster,
                                const std::string& database,
                                const std::vector<std::string>& leave_out, const Wait& wait) {
  os::Command command;
  command.arguments = {program, "--schema-only", "--no-password", "--encoding=UTF8",
                       "--dbname=" + cluster.connection_string(database)};
  for (const auto& one : leave_out)
    command.arguments.push_back("--exclude-schema=" + dump_pattern(one));
  command.unset = libpq_variables();
  command.output_limit = k_longest_dump;
  SLIPWAY_ASSIGN(os::Finished done, os::run(command, wait));
  if (done.timed_out || done.stopped)
    return Error(ErrorCode::cancelled, "pg_dump of a copy did not end in time");
  if (done.exit_status != 0 || done.output_truncated)
    return Error(ErrorCode::io,
                 fmt::format("{} of a copy ended with status {}", program, done.exit_status))
        .with_note(done.errors);
  return std::move(done.output);
}

} // namespace slipway::rehearse
