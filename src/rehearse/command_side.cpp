// Lets a program of the user's fill an empty database.
#include "command_side.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/base/text.hpp"
#include "slipway/os/environment.hpp"
#include "slipway/os/process.hpp"

#include <fmt/format.h>

namespace slipway::rehearse {

namespace {

constexpr std::size_t k_shown = 4'000; ///< bytes of what it printed

// The end says what went wrong.
void add_output(Error& error, std::string_view name, std::string_view text) {
  text = trim(text);
  if (text.empty()) return;
  const bool cut = text.size() > k_shown;
  if (cut) text = text.substr(text.size() - k_shown);
  error.notes.push_back(fmt::format("{}{}: {}", name, cut ? " (its end)" : "", text));
}

std::string how_it_ended(const os::Finished& finished, Millis limit) {
  if (finished.timed_out) return fmt::format("did not end within {}", format_duration(limit));
  return fmt::format("ended with status {}", finished.exit_status);
}

} // namespace

Status fill_by_command(const Workshop& workshop, const std::string& command,
                       const std::string& database, const Wait& wait) {
  os::Command run;
  run.arguments = {"/bin/sh", "-c", command};
  run.working_directory = workshop.working_directory;
  // Where libpq and other tools would look before they look at DATABASE_URL.
  for (const auto& [name, value] : os::environment())
    if (name.starts_with("PG")) run.unset.push_back(name);
  run.environment["DATABASE_URL"] = workshop.shadow.loopback_url(database);
  SLIPWAY_ASSIGN(const auto finished, os::run(run, wait.within(workshop.command_limit)));
  if (finished.stopped)
    return fail(Error(ErrorCode::cancelled, fmt::format("`{}` was stopped", command)));
  if (finished.exit_status == 0 && !finished.timed_out) return {};
  Error error(ErrorCode::check_failed,
              fmt::format("`{}` {}, so there is nothing to compare", command,
                          how_it_ended(finished, workshop.command_limit)));
  error.hint = "it is given an empty database in DATABASE_URL and has to fill it";
  add_output(error, "standard output", finished.output);
  add_output(error, "standard error", finished.errors);
  return fail(std::move(error));
}

} // namespace slipway::rehearse
