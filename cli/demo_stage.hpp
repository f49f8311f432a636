#pragma once

#include "command.hpp"

#include "slipway/os/process.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/pg/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace slipway::cli {

/// Where the demo plays: a throwaway server, a copy of the example project, and a narrator.
/// Commands are run as a person would run them: as processes of this very program.
class DemoStage {
public:
  /// Starts the server and writes the project. `paced`: pause so that a person can read along.
  static Result<std::unique_ptr<DemoStage>> set(Invocation& invocation, bool paced);

  void title(std::string_view text);
  /// One thought for the reader, then a pause.
  void say(std::string_view text);

  /// Shows `$ slipway ...`, runs it, shows what it printed. Errors: internal when it does not end
  /// with `expected_status`.
  Result<os::Finished> slipway(const std::vector<std::string>& arguments, int expected_status);
  /// Runs it without showing anything.
  Result<os::Finished> run_quietly(const std::vector<std::string>& arguments) const;
  void show(const std::vector<std::string>& arguments, const os::Finished& finished);

  /// A session as the application would have it.
  Result<pg::Session> application(const std::string& name) const;
  /// Runs SQL on a session of the application and yields the first value of the first row, or
  /// nothing.
  Result<std::string> sql(const std::string& text);
  /// A digest over tables, columns, constraints, indexes, functions and triggers outside slipway's
  /// own schema.
  Result<std::string> schema_digest();

  Status add_file(const std::string& path, std::string_view text);
  Status remove_file(const std::string& path);

  /// A promise of the demo that must hold: says so with a tick, or fails the demo.
  Status expect(bool holds, const std::string& promise);
  const Wait& wait() const { return wait_; }

private:
  DemoStage(Invocation& invocation, bool paced, pg::Cluster cluster, os::TemporaryFolder folder,
            const Wait& wait);
  void pause() const;
  Invocation& invocation_;
  bool paced_;
  pg::Cluster cluster_;
  os::TemporaryFolder folder_;
  Wait wait_;
};

/// The last act: a deploy that breaks under live writes and rolls back by itself. Errors: internal
/// when anything is not as told.
Status play_night(DemoStage& stage);

/// The acts, in order. Errors: internal when anything is not as told.
Status play_demo(DemoStage& stage);

} // namespace slipway::cli
