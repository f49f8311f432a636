// A forked copy of the test program that starts a cluster and waits to be killed.
#include "slipway/test/cluster_owner.hpp"

#include "slipway/test/test_server.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::test {

namespace {

void say(int fd, const std::string& text) {
  if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) ::_exit(1);
}

[[noreturn]] void own(const pg::ClusterOptions& options, const std::optional<os::Account>& account,
                      int life) {
  if (account && (::setgroups(0, nullptr) != 0 || ::setgid(account->group_id) != 0 ||
                  ::setuid(account->user_id) != 0))
    ::_exit(1);
  {
    const Result<pg::Cluster> cluster = pg::Cluster::start(options, long_wait());
    if (!cluster) {
      say(life, "failed " + cluster.error().message + "\n");
      ::_exit(1);
    }
    say(life, std::to_string(cluster->postmaster_pid()) + " " + cluster->folder() + "\n");
    char byte = 0;
    while (::read(life, &byte, 1) < 0 && errno == EINTR) {
    }
  }
  ::_exit(0);
}

std::string read_line(int fd) {
  std::string line;
  for (char c = 0; ::read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

} // namespace

ClusterOwner::ClusterOwner(const pg::ClusterOptions& options,
                           const std::optional<os::Account>& account) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::runtime_error("no sockets");
  life_.reset(ends[0]);
  os::UniqueFd other(ends[1]);
  pid_ = ::fork();
  if (pid_ == 0) {
    life_.reset();
    own(options, account, other.get());
  }
  other.reset();
  const std::string answer = read_line(life_.get());
  std::istringstream words(answer);
  if (!(words >> postmaster_ >> folder_))
    throw std::runtime_error("the owner of a cluster: " + answer);
}

ClusterOwner::~ClusterOwner() {
  if (pid_ <= 0) return;
  life_.reset();
  ::waitpid(pid_, nullptr, 0);
}

void ClusterOwner::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

int ClusterOwner::reaper() const {
  const std::string wanted = std::string("slipway-reaper") + '\0' + folder_ + '\0';
  for (const std::filesystem::directory_entry& entry :
       std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream in(entry.path() / "cmdline");
    const std::string command((std::istreambuf_iterator<char>(in)),
                              std::istreambuf_iterator<char>());
    if (command.ends_with(wanted)) return std::stoi(name);
  }
  return 0;
}

} // namespace slipway::test
