// Runs a program to its end: feeds it, collects what it prints, and ends it when its time is over.
#include "slipway/os/process.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/system_error.hpp"
#include "slipway/os/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::os {

namespace {

constexpr Millis k_grace{2'000};
/// How often to look when there is no descriptor to wait for.
constexpr Millis k_slice{20};

/// Keeps a write to a program that no longer reads from ending us, without touching the process's
/// signal handlers.
class PipeSignalBlocked {
public:
  PipeSignalBlocked() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalBlocked() {
    const timespec at_once{};
    if (!was_pending_)
      while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PipeSignalBlocked(const PipeSignalBlocked&) = delete;
  PipeSignalBlocked& operator=(const PipeSignalBlocked&) = delete;

private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("make", "a pipe", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void make_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// One running program with the ends of its streams that are ours.
class Conversation {
public:
  Conversation(const Command& command, pid_t child, UniqueFd input, UniqueFd output,
               UniqueFd errors)
      : command_(command), child_(child), input_(std::move(input)), output_(std::move(output)),
        errors_(std::move(errors)), process_(open_process(child)) {}

  Finished carry_out(const Wait& wait) {
    while (!has_ended() && !wait.deadline.passed() && !wait.stop_requested())
      step(wait.deadline, wait.stop);
    if (!has_ended()) {
      finished_.stopped = wait.stop_requested();
      finished_.timed_out = !finished_.stopped;
      end_group();
    }
    drain();
    reap();
    return std::move(finished_);
  }

private:
  /// Looks without reaping: as long as the child is a zombie its number, and so its group's, cannot
  /// be another's.
  bool has_ended() const {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0)
      return info.si_pid == child_;
    // A process that ignores SIGCHLD has its children reaped by the kernel, and never learns how
    // they ended.
    return errno == ECHILD;
  }

  void step(Deadline deadline, const StopSignal* stop) {
    const int stop_fd = stop == nullptr ? -1 : stop->descriptor();
    std::array<pollfd, 5> fds{pollfd{input_.get(), POLLOUT, 0}, pollfd{output_.get(), POLLIN, 0},
                              pollfd{errors_.get(), POLLIN, 0}, pollfd{process_.get(), POLLIN, 0},
                              pollfd{stop_fd, POLLIN, 0}};
    const bool blind = !process_ || (stop != nullptr && stop_fd < 0);
    const Millis longest = blind ? k_slice : Millis(60'000);
    ::poll(fds.data(), fds.size(),
           static_cast<int>(std::min(deadline.remaining(), longest).count()));
    if (fds[0].revents != 0) feed();
    if (fds[1].revents != 0) collect(output_, finished_.output);
    if (fds[2].revents != 0) collect(errors_, finished_.errors);
  }

  void feed() {
    const char* rest = command_.input.data() + fed_;
    const ssize_t written = ::write(input_.get(), rest, command_.input.size() - fed_);
    if (written > 0) fed_ += static_cast<std::size_t>(written);
    const bool broken = written < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || fed_ == command_.input.size()) input_.reset();
  }

  /// False when there is nothing to read now.
  bool collect(UniqueFd& stream, std::string& kept) {
    std::array<char, 65'536> buffer;
    const ssize_t got = ::read(stream.get(), buffer.data(), buffer.size());
    if (got < 0) return errno == EINTR;
    if (got == 0) {
      stream.reset();
      return false;
    }
    const std::size_t bytes = static_cast<std::size_t>(got);
    const std::size_t fits =
        std::min(bytes, command_.output_limit - std::min(command_.output_limit, kept.size()));
    kept.append(buffer.data(), fits);
    if (fits < bytes) finished_.output_truncated = true;
    return true;
  }

  /// What the program printed before its end is in the pipes. Something it left running may hold
  /// them open for ever, so their end is not waited for.
  void drain() {
    while (output_ && collect(output_, finished_.output)) {
    }
    while (errors_ && collect(errors_, finished_.errors)) {
    }
  }

  /// The grace is for the whole group: a wrapper may be gone at once while the program behind it
  /// cleans up. Open streams tell that someone is left.
  void end_group() {
    ::kill(-child_, SIGTERM);
    ::kill(-child_, SIGCONT);
    const Deadline grace = Deadline::after(k_grace);
    while (!grace.passed() && !(has_ended() && !output_ && !errors_)) {
      // An ended child makes its descriptor readable for good, and the loop would spin.
      if (has_ended()) process_.reset();
      step(grace, nullptr);
    }
    ::kill(-child_, SIGKILL);
  }

  void reap() {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    finished_.exit_status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  }

  const Command& command_;
  pid_t child_;
  UniqueFd input_;
  UniqueFd output_;
  UniqueFd errors_;
  UniqueFd process_;
  std::size_t fed_ = 0;
  Finished finished_;
};

} // namespace

Result<Finished> run(const Command& command, const Wait& wait) {
  if (!command.arguments.empty() && (wait.deadline.passed() || wait.stop_requested()))
    return Error(ErrorCode::cancelled,
                 command.arguments[0] + " was not started: there was no time left for it");
  SLIPWAY_ASSIGN(Pipe input, make_pipe());
  SLIPWAY_ASSIGN(Pipe output, make_pipe());
  SLIPWAY_ASSIGN(Pipe errors, make_pipe());
  const PipeSignalBlocked blocked;
  const Streams streams{command.input.empty() ? -1 : input.read.get(), output.write.get(),
                        errors.write.get()};
  SLIPWAY_ASSIGN(const pid_t child, spawn(command, streams, Ties::own_group));
  input.read.reset();
  output.write.reset();
  errors.write.reset();
  if (command.input.empty()) input.write.reset();
  if (input.write) make_nonblocking(input.write.get());
  make_nonblocking(output.read.get());
  make_nonblocking(errors.read.get());
  return Conversation(command, child, std::move(input.write), std::move(output.read),
                      std::move(errors.read))
      .carry_out(wait);
}

} // namespace slipway::os
