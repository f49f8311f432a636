#pragma once

#include "built_program.hpp"

#include "slipway/test/migration_files.hpp"
#include "slipway/test/test_server.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace slipway::test {

/// bin/slipway while it runs, so that a test can send it signals. Killed, if need be, when this
/// object goes.
class RunningProgram {
public:
  RunningProgram(const std::vector<std::string>& arguments, const std::string& url,
                 const ProjectFolder& project);
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram();
  void signal(int number) const;
  /// Waits for the end: the exit status, or 128 + the signal that ended it.
  int wait();
  /// The same, or nothing when it still runs at the deadline.
  std::optional<int> wait_until(Deadline deadline);
  /// What it printed on standard output and standard error so far, together.
  std::string printed() const;

private:
  pid_t pid_ = -1;
  std::string output_file_;
};

/// A project folder on the test's own database.
class RunnerTest : public ServerTest {
protected:
  void write(const std::string& name, const std::string& up, const std::string& down) {
    project_.write("migrations/" + name, migration_text(up, down));
  }
  Ran run(const std::vector<std::string>& arguments) {
    return slipway(arguments, {.environment = {{"DATABASE_URL", url_}},
                               .working_directory = project_.path(),
                               .input = {}});
  }
  RunningProgram start(const std::vector<std::string>& arguments) {
    return {arguments, url_, project_};
  }
  /// Returns once `condition`, an SQL expression, is true; fails the test after a long while.
  void await(const std::string& condition);

  ProjectFolder project_;
};

} // namespace slipway::test
