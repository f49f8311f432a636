#pragma once

#include "slipway/app/context.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::app {

/// Which database is meant, and how that was decided.
struct Target {
  std::string connection_string; ///< empty: PG* variables decide
  std::string origin;            ///< "DATABASE_URL", "slipway.toml:3", "PGHOST", "slipway dev"
  bool is_dev = false;
};

/// Whether somebody said which database is meant. Connects to nothing and starts nothing.
bool has_target(const Context& context);

/// target.url, target.url_file, target.url_command, PG* variables, in this order; else the
/// PostgreSQL of `slipway dev`, started if need be and said plainly, unless this is CI (the CI
/// variable is set) or the project has a [target]. Its password is added to the masker. Errors:
/// configuration, io.
Result<Target> find_target(const Context& context, const Wait& wait);

/// A session for `role` ("up", "status" ...), with notices sent to the events. Errors: connection,
/// configuration.
Result<pg::Session> open_session(const Context& context, const std::string& role, const Wait& wait);
/// The same under an application name of the caller's.
Result<pg::Session> open_named_session(const Context& context, const std::string& application_name,
                                       const Wait& wait);
/// A session in another database of the target's server.
Result<pg::Session> open_in_target(const Context& context, const std::string& database,
                                   const std::string& role, const Wait& wait);
/// A session on a database that is not the configured target.
Result<pg::Session> open_other_session(const Context& context, const std::string& connection_string,
                                       const std::string& role, const Wait& wait);

/// The time limits of a command: run.deadline if set, else the longest a run may take (a day), and
/// the stop signal.
Wait run_wait(const Context& context);

/// The same for a command that only reads: run.deadline if set, else half a minute. Nobody looks at
/// a screen for a day.
Wait look_wait(const Context& context);

/// Where `slipway dev` keeps its servers. Root's own folders are closed to the user that the server
/// runs as, so root uses the system's. Errors: configuration when neither HOME nor XDG_STATE_HOME
/// is set.
Result<std::string> dev_folder(const std::map<std::string, std::string, std::less<>>& environment);

} // namespace slipway::app
