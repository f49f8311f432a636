// One invocation from its arguments to its exit status.
#include "program.hpp"

#include "forced_stop.hpp"

#include "command_line.hpp"
#include "commands.hpp"
#include "help_command.hpp"
#include "result_output.hpp"
#include "secrets.hpp"

#include "slipway/base/text.hpp"
#include "slipway/observe/heartbeat.hpp"
#include "slipway/observe/sinks.hpp"
#include "slipway/os/real_file_system.hpp"
#include "slipway/os/signals.hpp"

#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

// The streams of one invocation, made when it is known whether they may show colour.
// How often a running statement is told of: a terminal shows seconds, a log should not fill up.
constexpr Millis k_beat_on_terminal{1'000};
constexpr Millis k_beat_in_log{10'000};

struct Streams {
  Streams(const ProgramInputs& inputs, observe::ColourChoice colour, const Masker& masker)
      : out(inputs.output_descriptor,
            observe::style_for(inputs.output_descriptor, colour, inputs.environment), masker),
        err(inputs.error_descriptor,
            observe::style_for(inputs.error_descriptor, colour, inputs.environment), masker) {}
  observe::Output out;
  observe::Output err;
};

std::unique_ptr<EventSink> sink_for(const GlobalOptions& globals, observe::Output& err) {
  if (globals.log() == LogFormat::json) return observe::json_sink(err);
  if (globals.quiet) return observe::terminal_sink(err, observe::Verbosity::quiet);
  return observe::terminal_sink(err, globals.verbose ? observe::Verbosity::verbose
                                                     : observe::Verbosity::normal);
}

// The error where the invocation wants it: as the JSON document, as a line of the JSON log, or as
// text for people.
int report(const Error& error, const GlobalOptions& globals, Streams& streams) {
  streams.err.clear_progress();
  if (globals.json) print_error_json(streams.out, error);
  if (globals.log() == LogFormat::json)
    observe::json_sink(streams.err)->on_event(event::Failed{error});
  else if (!globals.json)
    streams.err.write(observe::error_text(error, streams.err));
  return exit_status(error.code);
}

config::Config built_in_config(const std::string& working_directory) {
  std::map<std::string, config::Value, std::less<>> values;
  for (const config::Setting& setting : config::settings())
    values.emplace(setting.key, config::Value{.text = std::string(setting.default_value)});
  return config::Config(std::move(values), "", working_directory, working_directory);
}

void warn_of_unknown_variables(const config::Inputs& inputs, EventSink& events) {
  std::vector<std::string> known;
  for (const config::Setting& setting : config::settings())
    if (!setting.environment.empty()) known.emplace_back(setting.environment);
  for (const std::string& name : config::unknown_environment(inputs)) {
    const auto meant = nearest(name, known);
    events.on_event(
        event::Warning{fmt::format("no setting reads the environment variable {}", name),
                       meant ? fmt::format("did you mean {}?", *meant) : std::string()});
  }
}

observe::ColourChoice colour_of(const GlobalOptions& globals, const config::Config& config) {
  return globals.colour.empty() && !globals.no_colour
             ? colour_choice_from(config.text("output.color"))
             : globals.colour_choice();
}

int run_command(const ProgramInputs& inputs, const Request& request, Masker& masker) {
  const GlobalOptions& globals = request.globals;
  os::RealFileSystem files;
  const config::Inputs settling{request.flags, inputs.environment, globals.config_file,
                                inputs.working_directory};
  const auto refuse = [&](const Error& error) {
    Streams streams(inputs, globals.colour_choice(), masker);
    return report(error, globals, streams);
  };
  if (const Status safe = refuse_secret_flags(request.flags); !safe) return refuse(safe.error());
  Result<config::Config> config = request.command->needs == Needs::config
                                      ? config::settle(settling, files)
                                      : built_in_config(inputs.working_directory);
  if (!config) return refuse(config.error());
  for (std::string& secret : secrets_of(*config, inputs.environment)) masker.add(std::move(secret));

  Streams streams(inputs, colour_of(globals, *config), masker);
  const std::unique_ptr<EventSink> sink = sink_for(globals, streams.err);
  observe::Heartbeat events(*sink,
                            streams.err.style().animate ? k_beat_on_terminal : k_beat_in_log);
  if (request.command->needs == Needs::config) warn_of_unknown_variables(settling, events);
  const os::SignalStop stop;
  const ForcedStop forced_stop(stop, inputs.error_descriptor);
  Invocation invocation{.config = *config,
                        .files = files,
                        .out = streams.out,
                        .err = streams.err,
                        .events = events,
                        .stop = stop,
                        .masker = masker,
                        .format = globals.format(),
                        .assume_yes = globals.yes,
                        .may_ask = inputs.input_is_terminal && !globals.no_input && !globals.json,
                        .program = inputs.program,
                        .environment = inputs.environment,
                        .working_directory = inputs.working_directory};
  const Result<int> status = request.run(invocation);
  return status ? *status : report(status.error(), globals, streams);
}

int print_version(const GlobalOptions& globals, Streams& streams) {
  if (globals.json)
    print_json(streams.out, {{"version", SLIPWAY_VERSION}});
  else
    streams.out.line(fmt::format("slipway {}", SLIPWAY_VERSION));
  return 0;
}

int answer(const ProgramInputs& inputs, const std::vector<Command>& commands, Masker& masker) {
  CommandLine line(commands);
  const Result<Request> request = line.parse(inputs.arguments);
  if (!request) {
    const GlobalOptions globals = guess_global_options(inputs.arguments);
    Streams streams(inputs, globals.colour_choice(), masker);
    return report(request.error(), globals, streams);
  }
  if (request->kind == Request::Kind::run) return run_command(inputs, *request, masker);
  Streams streams(inputs, request->globals.colour_choice(), masker);
  if (request->kind == Request::Kind::version) return print_version(request->globals, streams);
  const HelpTopic topic{request->kind == Request::Kind::overview, request->help_path};
  const Result<int> status =
      print_help(make_reference(commands), topic, request->globals.format(), streams.out);
  return status ? *status : report(status.error(), request->globals, streams);
}

int report_fault(const ProgramInputs& inputs, const Masker& masker, const std::string& what) {
  const GlobalOptions globals = guess_global_options(inputs.arguments);
  Streams streams(inputs, globals.colour_choice(), masker);
  return report(
      Error(ErrorCode::internal, fmt::format("slipway itself is at fault: {}", what))
          .with_hint("this is worth a bug report: please add the command line and this message"),
      globals, streams);
}

} // namespace

int run_program(const ProgramInputs& inputs, const std::vector<Command>& commands) {
  // A reader that went away is found by the write that fails, at a point where the work can end in
  // order.
  std::signal(SIGPIPE, SIG_IGN);
  Masker masker;
  try {
    for (std::string& secret : secrets_of(inputs.environment)) masker.add(std::move(secret));
    return answer(inputs, commands, masker);
  } catch (const std::exception& exception) {
    return report_fault(inputs, masker, exception.what());
  }
}

int run_program(const ProgramInputs& inputs) {
  return run_program(inputs, commands());
}

} // namespace slipway::cli
