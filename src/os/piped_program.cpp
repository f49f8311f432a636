// A child process with one of its streams in our hands. That stream is a socket rather than a pipe:
// a write to a program that has ended is then an error and no SIGPIPE.
#include "slipway/os/piped_program.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/system_error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::os {

namespace {

constexpr Millis k_slice{100};
constexpr std::size_t k_kept_errors = 4096;

/// Waits until the stream is ready for `events`.
Status wait_for(int fd, short events, const std::string& name, const Wait& wait) {
  while (!wait.deadline.passed() && !wait.stop_requested()) {
    pollfd one{fd, events, 0};
    const Millis longest = std::min(wait.deadline.remaining(), k_slice);
    if (::poll(&one, 1, static_cast<int>(longest.count())) > 0) return {};
  }
  return fail(ErrorCode::cancelled, name + " did not end in time");
}

} // namespace

struct PipedProgram::State {
  std::string name;
  pid_t pid = -1;
  UniqueFd stream;
  UniqueFd errors;

  ~State() { kill_it(); }
  void kill_it() {
    if (pid < 0) return;
    ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
  }
  std::string said() const {
    std::string text(k_kept_errors, '\0');
    const ssize_t got = ::pread(errors.get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  Error failed(const std::string& how) const {
    return Error(ErrorCode::io, fmt::format("{} {}", name, how)).with_note(said());
  }
};

PipedProgram::PipedProgram(std::unique_ptr<State> state) : state_(std::move(state)) {
}
PipedProgram::PipedProgram(PipedProgram&&) noexcept = default;
PipedProgram& PipedProgram::operator=(PipedProgram&&) noexcept = default;
PipedProgram::~PipedProgram() = default;

Result<PipedProgram> PipedProgram::start(const Command& command, int input, int output) {
  auto state = std::make_unique<State>();
  state->name = command.arguments.empty() ? std::string() : command.arguments.front();
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("make", "a socket pair", errno);
  state->stream.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  state->errors.reset(::memfd_create("errors", MFD_CLOEXEC));
  if (!state->errors) return system_error("make", "a file in memory", errno);
  const Streams streams{input >= 0 ? input : theirs.get(), output >= 0 ? output : theirs.get(),
                        state->errors.get()};
  SLIPWAY_ASSIGN(state->pid, spawn(command, streams, Ties::own_group));
  return PipedProgram(std::move(state));
}

Result<PipedProgram> PipedProgram::fed(const Command& command, int output) {
  return start(command, -1, output);
}

Result<PipedProgram> PipedProgram::read_from(const Command& command, int input) {
  return start(command, input, -1);
}

Status PipedProgram::write(std::string_view bytes, const Wait& wait) {
  while (!bytes.empty()) {
    SLIPWAY_TRY(wait_for(state_->stream.get(), POLLOUT, state_->name, wait));
    const ssize_t sent =
        ::send(state_->stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      return fail(state_->failed("stopped reading"));
  }
  return {};
}

Result<std::size_t> PipedProgram::read(char* buffer, std::size_t size, const Wait& wait) {
  for (;;) {
    SLIPWAY_TRY(wait_for(state_->stream.get(), POLLIN, state_->name, wait));
    const ssize_t got = ::recv(state_->stream.get(), buffer, size, MSG_DONTWAIT);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EAGAIN && errno != EINTR) return system_error("read from", state_->name, errno);
  }
}

Status PipedProgram::finish(const Wait& wait) {
  state_->stream.reset();
  siginfo_t info{};
  while (!wait.deadline.passed() && !wait.stop_requested()) {
    info = {};
    if (::waitid(P_PID, static_cast<id_t>(state_->pid), &info, WEXITED | WNOHANG) == 0 &&
        info.si_pid == state_->pid)
      break;
    const UniqueFd process(open_process(state_->pid));
    pollfd one{process.get(), POLLIN, 0};
    const Millis longest = process ? k_slice : Millis(10);
    ::poll(&one, 1, static_cast<int>(std::min(wait.deadline.remaining(), longest).count()));
  }
  if (info.si_pid != state_->pid) {
    state_->kill_it();
    return fail(ErrorCode::cancelled, state_->name + " did not end in time");
  }
  state_->pid = -1;
  if (info.si_code == CLD_EXITED && info.si_status == 0) return {};
  return fail(state_->failed(info.si_code == CLD_EXITED
                                 ? fmt::format("ended with status {}", info.si_status)
                                 : fmt::format("was ended by signal {}", info.si_status)));
}

} // namespace slipway::os
