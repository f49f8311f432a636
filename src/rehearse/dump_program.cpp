// pg_dump as a child process.
#include "slipway/rehearse/dump_program.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/os/environment.hpp"
#include "slipway/os/process.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

namespace slipway::rehearse {

namespace {

namespace fs = std::filesystem;

constexpr Millis k_version_time{10'000};
constexpr std::size_t k_longest_dump = std::size_t{256} << 20U;

struct Program {
  std::string path;
  int major_version = 0;
};

/// "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" gives 15.
std::optional<Program> program_at(const std::string& path, const Wait& wait) {
  if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
  os::Command command;
  command.arguments = {path, "--version"};
  const Result<os::Finished> asked = os::run(command, wait.within(k_version_time));
  if (!asked || asked->exit_status != 0) return std::nullopt;
  const std::size_t start = asked->output.find(") ");
  if (start == std::string::npos) return std::nullopt;
  const char* const digits = asked->output.data() + start + 2;
  Program found{path, 0};
  std::from_chars(digits, asked->output.data() + asked->output.size(), found.major_version);
  return found;
}

/// PARENT/*/bin, newest last.
void add_folders_of_versions(std::vector<std::string>& folders, const std::string& parent,
                             const std::string& prefix) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename().string().starts_with(prefix))
      folders.push_back(entry->path().string() + "/bin");
}

std::vector<std::string> usual_folders() {
  std::vector<std::string> folders;
  add_folders_of_versions(folders, "/usr/lib/postgresql", "");
  add_folders_of_versions(folders, "/usr", "pgsql-");
  folders.emplace_back("/usr/local/pgsql/bin");
  const os::Environment variables = os::environment();
  if (const auto path = variables.find("PATH"); path != variables.end()) {
    std::string_view rest = path->second;
    while (!rest.empty()) {
      const std::size_t colon = std::min(rest.find(':'), rest.size());
      if (colon != 0) folders.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  }
  return folders;
}

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
  const int wanted = cluster.major_version();
  if (const auto beside = program_at(cluster.bin_folder() + "/pg_dump", wait);
      beside && beside->major_version == wanted)
    return beside->path;
  std::optional<Program> best;
  for (const std::string& folder : usual_folders()) {
    std::optional<Program> one = program_at(folder + "/pg_dump", wait);
    if (!one || one->major_version < wanted) continue;
    if (!best || one->major_version < best->major_version) best = std::move(one);
  }
  if (!best) return std::nullopt;
  return best->path;
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
