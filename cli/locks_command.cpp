// slipway locks
#include "app_context.hpp"
#include "confirm.hpp"
#include "lock_tree_output.hpp"
#include "result_output.hpp"

#include "slipway/app/locks.hpp"
#include "slipway/base/duration.hpp"

#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

// Asking who blocks whom stops the lock manager for a moment.
constexpr Millis k_shortest_interval{500};

struct Options {
  bool watch = false;
  std::string interval = "2s";
  std::int64_t pid = 0;
  bool terminate = false;
};

void print_tree(Invocation& invocation, const locks::BlockingTree& tree) {
  if (invocation.format == Format::json) return print_json(invocation.out, lock_tree_json(tree));
  invocation.out.write(lock_tree_text(tree, invocation.out));
}

Result<int> look(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto tree, app::blocking_tree(app_context(invocation)));
  print_tree(invocation, tree);
  return 0;
}

Result<int> watch(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const auto interval, parse_duration(options.interval));
  if (interval < k_shortest_interval)
    return fail(
        Error(ErrorCode::usage, fmt::format("--interval {} is too short: at least {}",
                                            options.interval, format_duration(k_shortest_interval)))
            .with_hint("each look holds up the server's lock manager for a moment"));
  SLIPWAY_TRY(app::watch_blocking_tree(
      app_context(invocation), interval, [&](const locks::BlockingTree& tree) {
        if (invocation.format == Format::json || !invocation.out.style().animate)
          return print_tree(invocation, tree);
        invocation.out.repaint(lock_tree_text(tree, invocation.out));
      }));
  return 0;
}

std::string question_for(const locks::StopCandidate& candidate, locks::StopWith how) {
  const bool against_wraparound =
      candidate.query.find("to prevent wraparound") != std::string::npos;
  return fmt::format(
      "{}{} {}?",
      against_wraparound ? "This autovacuum keeps the database from a forced stop, and the server "
                           "will start it again. "
                         : "",
      how == locks::StopWith::terminate ? "End the session of" : "Cancel the statement of",
      observe::printable(candidate.describe()));
}

std::string_view outcome_name(locks::StopOutcome outcome) {
  switch (outcome) {
  case locks::StopOutcome::stopped:
    return "stopped";
  case locks::StopOutcome::still_there:
    return "still_there";
  case locks::StopOutcome::cannot_be_seen:
    return "cannot_be_seen";
  case locks::StopOutcome::was_gone:
    return "was_gone";
  }
  return "still_there";
}

std::string outcome_text(std::int64_t pid, locks::StopWith how, locks::StopOutcome outcome) {
  const bool ends = how == locks::StopWith::terminate;
  switch (outcome) {
  case locks::StopOutcome::stopped:
    return fmt::format("{} of pid {}", ends ? "ended the session" : "cancelled the statement", pid);
  case locks::StopOutcome::still_there:
    return fmt::format("asked pid {} to stop, and it is still at it; slipway locks shows more",
                       pid);
  case locks::StopOutcome::cannot_be_seen:
    return fmt::format("asked pid {} to stop; whether it did cannot be seen by this role", pid);
  case locks::StopOutcome::was_gone:
    return fmt::format("pid {} had ended already", pid);
  }
  return {};
}

Result<int> cancel(Invocation& invocation, const Options& options) {
  const auto how = options.terminate ? locks::StopWith::terminate : locks::StopWith::cancel;
  const auto ask = [&](const locks::StopCandidate& candidate) {
    if (invocation.assume_yes)
      invocation.events.on_event(event::Note{"about to stop " + candidate.describe()});
    return confirm(invocation, question_for(candidate, how));
  };
  SLIPWAY_ASSIGN(const auto outcome, app::stop_session(app_context(invocation),
                                                       static_cast<int>(options.pid), how, ask));
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"pid", options.pid},
                                {"action", options.terminate ? "terminate" : "cancel"},
                                {"outcome", outcome_name(outcome)}});
  else
    invocation.out.line(outcome_text(options.pid, how, outcome));
  return outcome == locks::StopOutcome::still_there ? exit_status(ErrorCode::check_failed) : 0;
}

Run configure(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.require_subcommand(0, 1);
  app.add_flag("-w,--watch", options->watch, "Look again and again, until Ctrl-C");
  app.add_option("--interval", options->interval, "How long between two looks; at least 500ms")
      ->type_name("DURATION");
  CLI::App* stop = app.add_subcommand("cancel", "cancel what a session runs, or end the session");
  stop->add_option("PID", options->pid, "The session, as the tree names it")
      ->required()
      ->check(CLI::Range(1, std::numeric_limits<int>::max()));
  stop->add_flag("--terminate", options->terminate,
                 "End the session; its transaction is rolled back");
  return [options, stop](Invocation& invocation) -> Result<int> {
    if (stop->parsed()) return cancel(invocation, *options);
    return options->watch ? watch(invocation, *options) : look(invocation);
  };
}

} // namespace

Command locks_command() {
  Command command;
  command.name = "locks";
  command.summary = "show who waits for whose lock, and stop one that is in the way";
  command.description =
      "Prints the sessions that wait for locks, each below the one it really queues behind, with the lock it wants, for how "
      "long, and its statement. Those that wait for nobody come first: they hold up the rest. A prepared transaction is shown "
      "like a session. Takes no lock itself.\n\n"
      "slipway locks cancel PID cancels the statement of a session, --terminate ends the session; both say whom they are about "
      "to stop and ask first. A session that is idle in a transaction has no statement to cancel: only ending it frees its "
      "locks.\n\n"
      "What the role may not see is said to be hidden. --watch looks again until Ctrl-C or --deadline.";
  command.group = "Look";
  command.settings = {"target.url", "connection.tls", "connection.connect_timeout", "run.deadline"};
  command.examples = {
      {"slipway locks", "who is in the way, now"},
      {"slipway locks --watch --interval 1s", "and how it goes on"},
      {"slipway locks cancel 4711", "cancel what that session runs"},
      {"slipway locks cancel 4711 --terminate --yes", "end the session, without being asked"}};
  command.exit_statuses = {
      {3, "cancel: no such session, it is idle in a transaction, or it did not stop"},
      {7, "no connection"}};
  command.configure = configure;
  return command;
}

} // namespace slipway::cli
