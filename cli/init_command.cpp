// slipway init
#include "command.hpp"
#include "result_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr const char* k_config_file = "slipway.toml";

bool has_files(const FileSystem& files, const std::string& folder) {
  const auto present = files.list_files(folder);
  return present && !present->empty();
}

// Everything is looked at before anything is written.
Status check_ground(const FileSystem& files, const std::string& folder) {
  if (files.exists(k_config_file))
    return fail(
        Error(ErrorCode::check_failed, "slipway.toml is here already, and was left as it is")
            .with_hint("this folder is a project: slipway new NAME adds a migration to it"));
  if (files.exists(folder) && !files.is_folder(folder))
    return fail(
        Error(ErrorCode::check_failed, fmt::format("{} is a file, and was left as it is", folder))
            .with_hint("name another place with --migrations-folder"));
  return {};
}

Result<int> start_project(Invocation& invocation, const std::string& folder) {
  SLIPWAY_TRY(check_ground(invocation.files, folder));
  std::vector<std::string> written;
  if (!has_files(invocation.files, folder)) {
    // git keeps no empty folder, and slipway wants the folder it is told of.
    const std::string keep = folder + "/.gitkeep";
    SLIPWAY_TRY(invocation.files.write(keep, "", Overwrite::no));
    written.push_back(keep);
  }
  SLIPWAY_TRY(invocation.files.write(k_config_file, config::initial_file(folder), Overwrite::no));
  written.emplace_back(k_config_file);
  if (invocation.format == Format::json) {
    print_json(invocation.out, {{"written", written}});
    return 0;
  }
  for (const std::string& path : written) invocation.out.line(path);
  invocation.events.on_event(event::Note{"a project is here now; next: slipway new NAME"});
  return 0;
}

} // namespace

Command init_command() {
  Command command;
  command.name = "init";
  command.summary = "start a project in this folder";
  command.description =
      "Writes slipway.toml, with every setting described in it, and makes the folder for migrations. Migrations that are "
      "in that folder already stay as they are. Prints the paths it wrote.\n\n"
      "Nothing is overwritten: where slipway.toml is there already, nothing is changed and it says so.";
  command.group = "Start";
  command.needs = Needs::nothing;
  command.examples = {
      {"slipway init", "start with the folder migrations/"},
      {"slipway init --migrations-folder db/migrations", "use a folder of another name"}};
  command.exit_statuses = {{3, "there is a project here already; nothing changed"}};
  command.configure = [](CLI::App& app) -> Run {
    auto folder = std::make_shared<std::string>("migrations");
    app.add_option("--migrations-folder", *folder,
                   "Where migrations are kept (default: migrations)")
        ->type_name("FOLDER");
    return [folder](Invocation& invocation) { return start_project(invocation, *folder); };
  };
  return command;
}

} // namespace slipway::cli
