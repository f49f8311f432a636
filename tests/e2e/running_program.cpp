#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace slipway::test {

RunningProgram::RunningProgram(const std::vector<std::string>& arguments, const std::string& url,
                               const ProjectFolder& project) {
  static int count = 0;
  output_file_ = project.file("output-" + std::to_string(++count));
  const std::string program = program_path("slipway");
  std::vector<const char*> argv{program.c_str()};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  // Before the fork, so that it is there even when the program is killed at once.
  const int output = open(output_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ != 0) {
    close(output);
    return;
  }
  // A shell that starts the tests in its background has these ignored, and the program keeps to
  // that.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (chdir(project.path().c_str()) != 0) _exit(126);
  setenv("DATABASE_URL", url.c_str(), 1);
  execv(program.c_str(), const_cast<char* const*>(argv.data()));
  _exit(127);
}

RunningProgram::~RunningProgram() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void RunningProgram::signal(int number) const {
  kill(pid_, number);
}

int RunningProgram::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::optional<int> RunningProgram::wait_until(Deadline deadline) {
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (deadline.passed()) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string RunningProgram::printed() const {
  return read_file(output_file_);
}

void RunnerTest::await(const std::string& condition) {
  const auto deadline = long_wait().deadline;
  while (value("SELECT " + condition) != "t") {
    ASSERT_FALSE(deadline.passed()) << "in vain: " << condition;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

} // namespace slipway::test
