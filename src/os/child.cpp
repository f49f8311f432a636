// fork and exec. posix_spawn cannot change the user, and its attributes cannot tell which step
// failed.
#include "slipway/os/child.hpp"

#include "slipway/os/clock.hpp"
#include "slipway/os/system_error.hpp"
#include "slipway/os/unique_fd.hpp"
#include "spawn_plan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::os {

namespace {

/// The step of the child that failed, as it reports it through the pipe that exec closes.
enum class Step : int { group, streams, user, folder, execute };

struct Failure {
  Step step;
  int error_number;
};

/// What the child works from: plain pointers into the plan, so that it allocates nothing.
struct ChildView {
  const char* program;
  char* const* arguments;
  char* const* variables;
  const char* working_directory; ///< null: stay
  const Account* become;         ///< null: stay who we are
  std::array<int, 3> streams;    ///< all at least 3
  int report;
  Ties ties;
  pid_t parent;
};

[[noreturn]] void report_and_exit(const ChildView& view, Step step) {
  const Failure failure{step, errno};
  // Nothing can be done when even this fails: the parent then sees a program that ended with 127.
  [[maybe_unused]] const ssize_t written = ::write(view.report, &failure, sizeof failure);
  ::_exit(127);
}

void default_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action{};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    // An ignored SIGHUP is how nohup works and must stay; ignoring these two is a program's own
    // affair, and a child that inherits it breaks as a filter or loses its children.
    if (action.sa_handler == SIG_IGN && number != SIGPIPE && number != SIGCHLD) continue;
    action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Every descriptor but the standard ones closes at exec, also those that another library made
/// without O_CLOEXEC.
void close_others_at_exec() {
#if defined(SYS_close_range)
  constexpr unsigned k_close_range_cloexec = 4;
  if (::syscall(SYS_close_range, 3U, ~0U, k_close_range_cloexec) == 0) return;
#endif
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65'536));
  for (int fd = 3; fd < end; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool become(const Account& account) {
  return ::setgroups(account.groups.size(), account.groups.data()) == 0 &&
         ::setgid(account.group_id) == 0 && ::setuid(account.user_id) == 0;
}

[[noreturn]] void run_child(const ChildView& view) {
  default_signals();
  if (view.ties == Ties::own_session ? ::setsid() < 0 : ::setpgid(0, 0) != 0)
    report_and_exit(view, Step::group);
  for (std::size_t i = 0; i < view.streams.size(); ++i)
    if (::dup2(view.streams[i], static_cast<int>(i)) < 0) report_and_exit(view, Step::streams);
  close_others_at_exec();
  if (view.become != nullptr && !become(*view.become)) report_and_exit(view, Step::user);
  if (view.ties == Ties::own_group) {
    // After the change of user, which clears it. The parent may have died before: then nobody would
    // tell us.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != view.parent) ::_exit(127);
  }
  if (view.working_directory != nullptr && ::chdir(view.working_directory) != 0)
    report_and_exit(view, Step::folder);
  ::execve(view.program, view.arguments, view.variables);
  report_and_exit(view, Step::execute);
}

/// Blocks all signals of this thread, so that no handler of ours runs in the child.
class AllSignalsBlocked {
public:
  AllSignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

private:
  sigset_t before_{};
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// A copy at 3 or above: dup2 onto 0, 1 and 2 must not overwrite another stream first, and must
/// clear O_CLOEXEC.
Result<UniqueFd> copy_above_streams(int fd) {
  if (fd >= 0) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy) return system_error("copy", "a descriptor", errno);
    return copy;
  }
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return system_error("open", "/dev/null", errno);
  return copy_above_streams(null.get());
}

Error failure_error(const SpawnPlan& plan, const Failure& failure) {
  switch (failure.step) {
  case Step::user:
    return system_error("become user", plan.become->name, failure.error_number);
  case Step::folder:
    return system_error("enter folder", plan.working_directory, failure.error_number);
  case Step::group:
  case Step::streams:
  case Step::execute:
    break;
  }
  return system_error("run", plan.program, failure.error_number);
}

/// Waits for exec, which closes the pipe, or for the child's report.
Result<pid_t> await_exec(const SpawnPlan& plan, pid_t child, int report) {
  Failure failure{};
  ssize_t got = 0;
  do got = ::read(report, &failure, sizeof failure);
  while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof failure)) return child;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return failure_error(plan, failure);
}

} // namespace

Result<pid_t> spawn(const Command& command, const Streams& streams, Ties ties) {
  SLIPWAY_ASSIGN(SpawnPlan plan, plan_spawn(command));
  SLIPWAY_ASSIGN(const UniqueFd input, copy_above_streams(streams.input));
  SLIPWAY_ASSIGN(const UniqueFd output, copy_above_streams(streams.output));
  SLIPWAY_ASSIGN(const UniqueFd errors, copy_above_streams(streams.errors));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("make", "a pipe", errno);
  const UniqueFd report_read(ends[0]);
  UniqueFd report_write(ends[1]);
  SLIPWAY_ASSIGN(report_write, copy_above_streams(report_write.get()));

  const std::vector<char*> arguments = pointers(plan.arguments);
  const std::vector<char*> variables = pointers(plan.variables);
  const ChildView view{plan.program.c_str(),
                       arguments.data(),
                       variables.data(),
                       plan.working_directory.empty() ? nullptr : plan.working_directory.c_str(),
                       plan.become ? &*plan.become : nullptr,
                       {input.get(), output.get(), errors.get()},
                       report_write.get(),
                       ties,
                       ::getpid()};
  pid_t child = -1;
  {
    const AllSignalsBlocked blocked;
    child = ::fork();
    if (child == 0) run_child(view);
  }
  if (child < 0) return system_error("start", plan.program, errno);
  report_write.reset();
  return await_exec(plan, child, report_read.get());
}

int open_process(pid_t pid) {
#if defined(SYS_pidfd_open)
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
#else
  (void)pid;
  return -1;
#endif
}

bool wait_for_end(pid_t pid, Deadline deadline) {
  const UniqueFd process(open_process(pid));
  for (;;) {
    const pid_t reaped = ::waitpid(pid, nullptr, WNOHANG);
    if (reaped == pid) return true;
    // Not our child: then the table of processes is all there is to ask. A dead child of someone
    // else may stay there as a zombie, which the descriptor tells apart.
    pollfd ended{process.get(), POLLIN, 0};
    if (reaped < 0 && ::kill(pid, 0) != 0 && errno == ESRCH) return true;
    if (reaped < 0 && process && ::poll(&ended, 1, 0) == 1) return true;
    if (deadline.passed()) return false;
    const Millis slice =
        process ? deadline.remaining() : std::min(deadline.remaining(), Millis(10));
    ::poll(&ended, 1, static_cast<int>(std::min<Millis::rep>(slice.count(), 60'000)));
  }
}

} // namespace slipway::os
