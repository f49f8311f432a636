// Where the programs of PostgreSQL's clients are.
#include "slipway/pg/client_program.hpp"

#include "slipway/os/environment.hpp"
#include "slipway/os/process.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <unistd.h>
#include <vector>

namespace slipway::pg {

namespace {

namespace fs = std::filesystem;

constexpr Millis k_version_time{10'000};

/// "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" gives 15.
std::optional<ClientProgram> program_at(const std::string& path, const Wait& wait) {
  if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
  os::Command command;
  command.arguments = {path, "--version"};
  const Result<os::Finished> asked = os::run(command, wait.within(k_version_time));
  if (!asked || asked->exit_status != 0) return std::nullopt;
  const std::size_t start = asked->output.find(") ");
  if (start == std::string::npos) return std::nullopt;
  const char* const digits = asked->output.data() + start + 2;
  ClientProgram found{path, 0};
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

} // namespace

std::optional<ClientProgram> find_client_program(const std::string& name, int major_version,
                                                 const std::string& preferred_folder,
                                                 const Wait& wait) {
  if (auto beside = program_at(preferred_folder + "/" + name, wait);
      beside && beside->major_version == major_version)
    return beside;
  std::optional<ClientProgram> best;
  for (const std::string& folder : usual_folders()) {
    std::optional<ClientProgram> one = program_at(folder + "/" + name, wait);
    if (!one || one->major_version < major_version) continue;
    if (!best || one->major_version < best->major_version) best = std::move(one);
  }
  return best;
}

} // namespace slipway::pg
