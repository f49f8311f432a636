// Starts, finds and ends a postmaster. pg_ctl is not needed: what it adds is a shell between us and
// the server.
#include "cluster_postmaster.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/os/environment.hpp"
#include "slipway/os/system_error.hpp"
#include "slipway/os/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

namespace slipway::pg {

namespace {

constexpr Millis k_look_again{5};
/// More than the five seconds after which a postmaster itself kills children that do not obey.
constexpr Millis k_harder{8'000};
constexpr std::size_t k_log_lines = 12;

/// The lines of postmaster.pid that matter; see src/include/utils/pidfile.h in PostgreSQL's
/// sources.
struct PidFile {
  pid_t pid = 0;
  std::time_t started = 0;
  int port = 0;
  bool ready = false;
};

template<class Number>
Number number_in(const std::string& line) {
  Number number{};
  const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
  std::from_chars(line.data() + start, line.data() + line.size(), number);
  return number;
}

std::optional<PidFile> read_pid_file(const std::string& data_folder) {
  std::ifstream in(data_folder + "/postmaster.pid");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.empty()) return std::nullopt;
  lines.resize(8);
  // A standalone backend writes its number negative.
  return PidFile{number_in<pid_t>(lines[0]), number_in<std::time_t>(lines[2]),
                 number_in<int>(lines[3]), lines[7].starts_with("ready")};
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first{};
  struct stat second{};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::deque<std::string> last_lines(const std::string& path) {
  std::ifstream in(path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
    if (lines.size() > k_log_lines) lines.pop_front();
  }
  return lines;
}

Error with_log(Error error, const ClusterPlace& place) {
  for (std::string& line : last_lines(place.log())) error.notes.push_back(std::move(line));
  return error;
}

/// Waits until the pid file, written anew by this very process, says ready. pg_ctl looks at the
/// same.
Status await_ready(pid_t pid, std::time_t launched, const ClusterPlace& place, const Wait& wait) {
  for (;;) {
    const std::optional<PidFile> file = read_pid_file(place.data());
    // The start time tells a left-over file from ours when a container gives the same number again;
    // two seconds for clocks that are read in different ways, as in pg_ctl.
    if (file && file->pid == pid && file->ready && file->started >= launched - 2) return {};
    if (os::wait_for_end(pid, Deadline::after(Millis(0))))
      return with_log(Error(ErrorCode::io,
                            "the PostgreSQL server in " + place.folder + " ended while it started"),
                      place);
    if (wait.deadline.passed() || wait.stop_requested()) {
      const Status stopped = stop_postmaster(pid, StopMode::immediate, Deadline::after(k_harder));
      if (!stopped) return stopped;
      return with_log(Error(ErrorCode::cancelled,
                            "the PostgreSQL server in " + place.folder + " was not ready in time"),
                      place);
    }
    os::pause(k_look_again, wait);
  }
}

} // namespace

std::vector<std::string> postgres_variables() {
  std::vector<std::string> names;
  for (const auto& [name, value] : os::environment())
    if (name.starts_with("PG")) names.push_back(name);
  return names;
}

std::optional<Postmaster> find_postmaster(const std::string& data_folder) {
  const std::optional<PidFile> file = read_pid_file(data_folder);
  if (!file || file->pid <= 1) return std::nullopt;
  if (!same_file("/proc/" + std::to_string(file->pid) + "/cwd", data_folder)) return std::nullopt;
  return Postmaster{file->pid, file->port};
}

Result<pid_t> start_postmaster(const std::string& bin_folder, const ClusterPlace& place,
                               const std::optional<std::string>& user, const Wait& wait) {
  const os::UniqueFd log(
      ::open(place.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log) return os::system_error("write", place.log(), errno);
  os::Command command;
  command.arguments = {bin_folder + "/postgres", "-D", place.data()};
  command.unset = postgres_variables();
  command.working_directory = place.folder;
  command.user = user;
  const std::time_t launched = std::time(nullptr);
  SLIPWAY_ASSIGN(const pid_t pid,
                 os::spawn(command, os::Streams{-1, log.get(), log.get()}, os::Ties::own_session));
  SLIPWAY_TRY(await_ready(pid, launched, place, wait));
  return pid;
}

Status stop_postmaster(pid_t pid, StopMode mode, Deadline deadline) {
  if (mode == StopMode::fast) {
    ::kill(pid, SIGINT);
    if (os::wait_for_end(pid, deadline)) return {};
  }
  // Beyond the deadline a few seconds more are better than a server that stays.
  for (const int signal : {SIGQUIT, SIGKILL}) {
    ::kill(pid, signal);
    if (os::wait_for_end(pid, Deadline::after(k_harder))) return {};
  }
  return Error(ErrorCode::io, "the PostgreSQL server with process id " + std::to_string(pid) +
                                  " cannot be stopped");
}

bool port_was_taken(const Error& start_error) {
  return std::any_of(start_error.notes.begin(), start_error.notes.end(),
                     [](const std::string& line) {
                       return line.find("could not create any TCP/IP sockets") != std::string::npos;
                     });
}

} // namespace slipway::pg
