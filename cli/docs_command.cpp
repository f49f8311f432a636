// slipway docs
#include "command_pages.hpp"
#include "commands.hpp"
#include "result_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

struct Options {
  std::string folder = "docs/commands";
  bool check = false;
};

using Pages = std::map<std::string, std::string>;

// Names of pages whose text is not the generated one, and of files that no command owns.
Result<std::vector<std::string>> differing_pages(const FileSystem& files, const std::string& folder,
                                                 const Pages& pages) {
  std::vector<std::string> differing;
  for (const auto& [name, text] : pages) {
    const Result<std::string> there = files.read(folder + "/" + name);
    if (!there || *there != text) differing.push_back(name);
  }
  SLIPWAY_ASSIGN(const std::vector<std::string> present, files.list_files(folder));
  for (const std::string& name : present)
    if (pages.find(name) == pages.end()) differing.push_back(name);
  return differing;
}

Result<int> check_pages(Invocation& invocation, const Options& options, const Pages& pages) {
  SLIPWAY_ASSIGN(const auto differing, differing_pages(invocation.files, options.folder, pages));
  if (!differing.empty())
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("these pages of {} are not what the commands say: {}",
                                  options.folder, fmt::join(differing, ", ")))
                    .with_next("slipway docs --folder " + options.folder));
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"folder", options.folder}, {"differing", differing}});
  return 0;
}

Result<int> write_pages(Invocation& invocation, const Options& options, const Pages& pages) {
  std::vector<std::string> written;
  for (const auto& [name, text] : pages) {
    SLIPWAY_TRY(invocation.files.write(options.folder + "/" + name, text, Overwrite::yes));
    written.push_back(options.folder + "/" + name);
  }
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"folder", options.folder}, {"written", written}});
  else
    invocation.out.line(fmt::format("{}", fmt::join(written, "\n")));
  return 0;
}

} // namespace

Command docs_command() {
  Command command;
  command.name = "docs";
  command.summary = "write the pages of docs/commands from the registration";
  command.description =
      "Replaces the pages that are there: they are generated and hold nothing of their own.";
  command.needs = Needs::nothing;
  command.exit_statuses = {{3, "with --check: a page is missing, different or superfluous"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.add_option("--folder", options->folder, "Where the pages are")->type_name("FOLDER");
    app.add_flag("--check", options->check, "Compare instead of writing");
    return [options](Invocation& invocation) -> Result<int> {
      const Pages pages = command_pages(make_reference(commands()));
      return options->check ? check_pages(invocation, *options, pages)
                            : write_pages(invocation, *options, pages);
    };
  };
  return command;
}

} // namespace slipway::cli
