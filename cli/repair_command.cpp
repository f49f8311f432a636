// slipway repair
#include "app_context.hpp"
#include "confirm.hpp"
#include "result_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

struct Options {
  bool accept_files = false;
  std::string version;
  std::string forget;
  std::optional<std::int64_t> done;
  std::optional<std::int64_t> undone;
};

Result<app::RepairRequest> request_from(const Options& options) {
  app::RepairRequest request;
  request.accept_files = options.accept_files;
  request.done = options.done;
  request.undone = options.undone;
  if (!options.version.empty()) {
    SLIPWAY_ASSIGN(const auto version, Version::parse(options.version));
    request.version = version;
  }
  if (!options.forget.empty()) {
    SLIPWAY_ASSIGN(const auto version, Version::parse(options.forget));
    request.forget = version;
  }
  return request;
}

} // namespace

Command repair_command() {
  Command command;
  command.name = "repair";
  command.summary = "mend what the history says, never the schema";
  command.description =
      "Without options: takes over files that differ from what was applied in line ends or comments only, and marks runs that "
      "never ended.\n\n"
      "--accept-files takes over changed files too: say so only when the database already has what they say. --done and --undone "
      "decide about a statement whose outcome cannot be known. --forget drops the record of a migration whose effects you undid "
      "by hand; its journal stays.";
  command.group = "Mend";
  command.settings = run_settings();
  command.examples = {
      {"slipway repair", "after an editor changed line ends"},
      {"slipway repair --accept-files --migration 20261120103000",
       "the file is right, the record is old"},
      {"slipway repair --done 3", "statement 3 of the half-applied migration is in the database"}};
  command.exit_statuses = {{3, "there is nothing of that kind to mend"},
                           {6, "another slipway was in the way for too long"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    auto* accept =
        app.add_flag("--accept-files", options->accept_files, "Record changed files as applied");
    app.add_option("--migration", options->version, "Only this version")->type_name("VERSION");
    auto* forget = app.add_option("--forget", options->forget, "Drop the record of this version")
                       ->type_name("VERSION")
                       ->excludes(accept);
    auto* done = add_number(app, "--done", options->done, 1,
                            "This statement of the half-done migration is in the database")
                     ->excludes(accept)
                     ->excludes(forget);
    add_number(app, "--undone", options->undone, 1,
               "This statement of the half-done migration is not in the database")
        ->excludes(accept)
        ->excludes(forget)
        ->excludes(done);
    return [options](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto request, request_from(*options));
      if (request.accept_files)
        SLIPWAY_TRY(confirm(invocation, "Record the changed files as what is in the database?"));
      if (request.forget)
        SLIPWAY_TRY(
            confirm(invocation, fmt::format("Drop the record of {}?", request.forget->str())));
      SLIPWAY_ASSIGN(const auto report, app::repair(app_context(invocation), request));
      if (invocation.format == Format::json) {
        print_json(invocation.out, {{"repaired", report.repaired}});
        return 0;
      }
      for (const auto& sentence : report.repaired) invocation.out.line(sentence);
      if (report.repaired.empty()) invocation.out.line("nothing to repair");
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
