// slipway new
#include "options.hpp"
#include "result_output.hpp"

#include "slipway/source/folder.hpp"

#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

struct Options {
  std::vector<std::string> words;
  std::string format;
};

struct FormatChoice {
  const char* name;
  source::NameFormat format;
};
constexpr FormatChoice k_formats[] = {{"timestamp", source::NameFormat::timestamp_14},
                                      {"timestamp12", source::NameFormat::timestamp_12},
                                      {"millis", source::NameFormat::unix_millis},
                                      {"sequence", source::NameFormat::sequence}};

// The option over the setting over what the files in the folder show.
source::NameFormat format_for(const Options& options, const config::Config& config,
                              const source::Folder& folder) {
  for (const FormatChoice& choice : k_formats)
    if (options.format == choice.name) return choice.format;
  const bool is_asked = options.format == "auto";
  const auto configured =
      is_asked ? std::nullopt : source::format_from(config.text("migrations.format"));
  return configured.value_or(source::detect_format(folder));
}

// As short as it can be said from where the user stands.
std::string shown_path(const std::string& path, const std::string& working_directory) {
  const auto relative = std::filesystem::path(path).lexically_relative(working_directory);
  const bool is_below = !relative.empty() && *relative.begin() != "..";
  return is_below ? relative.string() : path;
}

Result<int> write_migration(Invocation& invocation, const Options& options) {
  const std::string title = fmt::format("{}", fmt::join(options.words, " "));
  const std::string path = invocation.config.path("migrations.folder");
  source::Folder folder;
  folder.path = path;
  if (invocation.files.is_folder(path)) {
    SLIPWAY_ASSIGN(folder, source::read_folder(invocation.files, path));
  } else {
    invocation.events.on_event(event::Note{
        fmt::format("made the folder {}", shown_path(path, invocation.working_directory))});
  }
  const source::NameFormat format = format_for(options, invocation.config, folder);
  const std::string name =
      source::next_file_name(folder, format, title, std::chrono::system_clock::now());
  const std::string file = shown_path(path + "/" + name, invocation.working_directory);
  SLIPWAY_TRY(invocation.files.write(file, source::new_migration_text(title), Overwrite::no));
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"path", file}});
  else
    invocation.out.line(file);
  return 0;
}

} // namespace

Command new_command() {
  Command command;
  command.name = "new";
  command.summary = "write a migration with both directions";
  command.description =
      "Makes the next file in the folder of migrations and prints its path. The version is greater than any there is; how "
      "it is written follows the files that are there, or --format.\n\n"
      "The file has a section for each direction. One that cannot be undone says why: -- slipway:irreversible REASON.";
  command.group = "Start";
  command.settings = {"migrations.folder"};
  command.examples = {
      {"slipway new add orders user_id", "the words become the name"},
      {"slipway new --format sequence add_users", "a sequence number instead of a timestamp"},
      {"$EDITOR \"$(slipway new add users)\"", "write it at once"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.add_option("NAME", options->words, "What it does, in a few words")->required();
    add_choice(app, "--format", options->format,
               {"auto", "timestamp", "timestamp12", "millis", "sequence"},
               "How the version is written; auto follows the files that are there");
    return [options](Invocation& invocation) { return write_migration(invocation, *options); };
  };
  return command;
}

} // namespace slipway::cli
