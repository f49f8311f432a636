// Takes a throwaway cluster down after its owner's death.
#include "cluster_reaper.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/system_error.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <sys/socket.h>

namespace slipway::pg {

namespace {

constexpr Millis k_farewell{5'000};

/// $1 is the cluster's folder. The postmaster is the one in postmaster.pid, if that process works
/// in the data folder (a number may have been given to another process since; and a dead one that
/// nobody reaps works nowhere). A postmaster that has not written its file yet finds its folder
/// gone, and ends by itself; so the wait for the file is short.
constexpr const char* k_script = R"sh(
trap '' HUP INT TERM QUIT PIPE
IFS= read -r word
[ "$word" = done ] && exit 0
find_postmaster() {
  pid=
  { IFS= read -r pid < "$1/data/postmaster.pid"; } 2>/dev/null
  case $pid in ''|*[!0-9]*) return 1;; esac
  [ "/proc/$pid/cwd" -ef "$1/data" ]
}
tries=0
until find_postmaster "$1" || [ $tries -ge 5 ] || ! [ -d "$1" ]; do sleep 0.1; tries=$((tries + 1)); done
if find_postmaster "$1"; then
  kill -QUIT "$pid"
  tries=0
  while [ "/proc/$pid/cwd" -ef "$1/data" ] && [ $tries -lt 80 ]; do sleep 0.1; tries=$((tries + 1)); done
  find_postmaster "$1" && kill -KILL "$pid"
fi
rm -rf -- "$1"
# What the server wrote while it was being removed.
[ -d "$1" ] && sleep 1 && rm -rf -- "$1"
exit 0
)sh";

} // namespace

Result<Reaper> Reaper::start(const std::string& folder) {
  std::array<int, 2> ends{};
  // Sockets rather than a pipe, because a farewell to a reaper that someone killed must not raise
  // SIGPIPE.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return os::system_error("make", "a socket pair", errno);
  const os::UniqueFd read_end(ends[0]);
  os::UniqueFd life(ends[1]);
  os::Command command;
  command.arguments = {"/bin/sh", "-c", k_script, "slipway-reaper", folder};
  command.environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  command.working_directory = "/";
  SLIPWAY_ASSIGN(const pid_t pid,
                 os::spawn(command, os::Streams{read_end.get(), -1, -1}, os::Ties::own_session));
  return Reaper(pid, std::move(life));
}

void Reaper::dismiss() {
  if (!life_) return;
  constexpr std::string_view k_done = "done\n";
  [[maybe_unused]] const ssize_t written =
      ::send(life_.get(), k_done.data(), k_done.size(), MSG_NOSIGNAL);
  life_.reset();
  [[maybe_unused]] const bool ended = os::wait_for_end(pid_, Deadline::after(k_farewell));
}

} // namespace slipway::pg
