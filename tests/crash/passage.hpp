#pragma once

#include "built_program.hpp"
#include "kinds.hpp"
#include "target_state.hpp"

#include "slipway/test/test_server.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::test {

using Environment = std::map<std::string, std::string>;

/// The number of the statement that slipway asks about, as it stands in the command it names; empty
/// when it asks about none.
std::string asked_statement(const std::string& told);

/// One kind of migrations on its way in one direction, to be interrupted at will: where it starts
/// from, and what a run that nothing disturbs makes of it.
class Passage {
public:
  /// Prepares the start on `server` and does the undisturbed run. Throws when that cannot be.
  Passage(TestServer& server, const Kind& kind, Direction direction);

  /// A new database at the start of the passage. It takes the place of the one before.
  std::string fresh_start() const;
  /// A new database at the start of the passage that stays beside the others.
  std::string another_start() const;
  /// Runs the whole way on a database, with these settings of the environment on top.
  Ran go(const std::string& url, const Environment& environment = {},
         const std::vector<std::string>& more_arguments = {}) const;
  /// Runs it again to its end, answering what slipway asks, and says what is then not as after an
  /// undisturbed run; empty when all is well.
  std::string trouble_after_rerun(const std::string& url, WithDump with_dump = WithDump::no) const;

  std::string name() const;
  const ProjectFolder& project() const { return project_; }
  std::vector<std::string> arguments() const { return whole_way(direction_); }
  int undisturbed_status() const { return undisturbed_.status; }

private:
  Ran run(const std::vector<std::string>& arguments, const std::string& url,
          const Environment& environment) const;
  void break_off(const std::string& url, const std::string& condition) const;
  std::string copy_name(int number) const;
  Ran rerun(const std::string& url) const;
  std::string end_dangling_runs(const std::string& url) const;

  TestServer& server_;
  const Kind& kind_;
  Direction direction_;
  ProjectFolder project_;
  std::string start_; ///< name of the database that all others are copies of
  mutable int copies_ = 0;
  mutable std::string current_; ///< name of the database that fresh_start made last
  Ran undisturbed_;
  int status_of_rerun_ = 0;
  TargetState expected_;
};

/// Every kind in both directions.
std::vector<std::pair<std::string, Direction>> all_passages();

} // namespace slipway::test
