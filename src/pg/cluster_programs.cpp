// Finds initdb and postgres on this machine.
#include "cluster_programs.hpp"

#include "slipway/os/environment.hpp"
#include "slipway/os/process.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace slipway::pg {

namespace {

namespace fs = std::filesystem;

constexpr Millis k_version_time{10'000};

bool is_program(const std::string& path) {
  return ::access(path.c_str(), X_OK) == 0;
}

/// "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" gives 15, "postgres (PostgreSQL) 19beta1"
/// gives 19.
int major_in(const std::string& version) {
  const std::size_t start = version.find(") ");
  int major = 0;
  if (start != std::string::npos)
    std::from_chars(version.data() + start + 2, version.data() + version.size(), major);
  return major;
}

std::vector<std::string> path_folders() {
  const os::Environment variables = os::environment();
  const auto path = variables.find("PATH");
  std::vector<std::string> folders;
  std::string_view rest =
      path == variables.end() ? std::string_view() : std::string_view(path->second);
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    if (colon != 0) folders.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  }
  return folders;
}

/// Folders PARENT/PREFIX*, with `below` appended.
void add_matching(std::vector<std::string>& folders, const std::string& parent,
                  const std::string& prefix, const std::string& below) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename().string().starts_with(prefix))
      folders.push_back(entry->path().string() + below);
}

/// Where the packages of distributions put servers: Debian, the PGDG rpms, Alpine, and a build from
/// source.
std::vector<std::string> usual_folders() {
  std::vector<std::string> folders;
  add_matching(folders, "/usr/lib/postgresql", "", "/bin");
  add_matching(folders, "/usr", "pgsql-", "/bin");
  add_matching(folders, "/usr/libexec", "postgresql", "");
  folders.push_back("/usr/local/pgsql/bin");
  return folders;
}

std::vector<Programs> all_in(const std::vector<std::string>& folders) {
  std::vector<Programs> found;
  std::set<std::string> seen;
  for (const std::string& folder : folders) {
    std::error_code error;
    const std::string real = fs::canonical(folder + "/postgres", error).string();
    if (error || !seen.insert(real).second) continue;
    if (std::optional<Programs> programs = programs_in(folder))
      found.push_back(std::move(*programs));
  }
  return found;
}

void newest_first(std::vector<Programs>& programs) {
  std::stable_sort(programs.begin(), programs.end(), [](const Programs& a, const Programs& b) {
    return a.server.major_version > b.server.major_version;
  });
}

} // namespace

std::optional<Programs> programs_in(const std::string& folder) {
  const std::string postgres = folder + "/postgres";
  if (!is_program(postgres) || !is_program(folder + "/initdb")) return std::nullopt;
  os::Command command;
  command.arguments = {postgres, "--version"};
  const Result<os::Finished> asked = os::run(command, Wait{Deadline::after(k_version_time)});
  if (!asked || asked->exit_status != 0) return std::nullopt;
  const int major = major_in(asked->output);
  if (major == 0) return std::nullopt;
  return Programs{ServerPrograms{folder, major}, asked->output};
}

Result<Programs> choose_programs(const std::string& bin_folder) {
  if (!bin_folder.empty()) {
    if (std::optional<Programs> named = programs_in(bin_folder)) return std::move(*named);
    return Error(ErrorCode::unsupported,
                 "there are no working programs initdb and postgres in " + bin_folder)
        .with_hint(
            "name the folder of a PostgreSQL server's programs, such as /usr/lib/postgresql/17/bin");
  }
  std::vector<Programs> found = all_in(path_folders());
  if (!found.empty()) return std::move(found.front());
  found = all_in(usual_folders());
  newest_first(found);
  if (!found.empty()) return std::move(found.front());
  return Error(ErrorCode::unsupported,
               "no PostgreSQL server programs (initdb and postgres) were found")
      .with_hint(
          "install a PostgreSQL server, on Debian and Ubuntu: apt-get install postgresql; or name the folder of "
          "its programs in SLIPWAY_PG_BIN");
}

std::vector<ServerPrograms> find_server_programs(const std::string& preferred_folder) {
  std::vector<std::string> folders;
  if (!preferred_folder.empty()) {
    folders.push_back(preferred_folder);
  } else {
    folders = path_folders();
    for (std::string& folder : usual_folders()) folders.push_back(std::move(folder));
  }
  std::vector<Programs> found = all_in(folders);
  newest_first(found);
  std::vector<ServerPrograms> servers;
  for (Programs& programs : found) servers.push_back(std::move(programs.server));
  return servers;
}

} // namespace slipway::pg
