// slipway generate
#include "app_context.hpp"
#include "diff_output.hpp"
#include "result_output.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr int k_stopped_for_an_answer = 5;

struct Options {
  std::vector<std::string> words;
  std::string from;
  std::string to;
  std::vector<std::string> allowed;
  bool check = false;
  bool one_file = false;
  bool keep_old_names = false;
  DiffOptions answers;
};

int status_of(const app::GenerateReport& report, bool check) {
  if (check) return report.diff.equal ? 0 : exit_status(ErrorCode::check_failed);
  const bool stopped = !report.losses.empty() || !report.diff.questions.empty();
  return stopped ? k_stopped_for_an_answer : 0;
}

nlohmann::ordered_json soft_drops_json(const app::GenerateReport& report, bool wanted) {
  auto plain = nlohmann::ordered_json::array();
  for (const auto& one : report.plain_drops)
    plain.push_back({{"object", one.object}, {"why", one.why}});
  return {{"wanted", wanted}, {"possible", report.soft_drops}, {"not_possible", std::move(plain)}};
}

void print_as_json(Invocation& invocation, const app::GenerateReport& report, bool soft_drop) {
  auto files = nlohmann::ordered_json::array();
  auto ways_back = nlohmann::ordered_json::array();
  for (const auto& one : report.files) {
    files.push_back(one.path);
    ways_back.push_back({{"file", one.path},
                         {"class", diff::way_back_name(one.way_back)},
                         {"message", one.way_back_text}});
  }
  print_json(invocation.out, {{"equal", report.diff.equal},
                              {"files", std::move(files)},
                              {"ways_back", std::move(ways_back)},
                              {"losses", findings_json(report.losses)},
                              {"soft_drops", soft_drops_json(report, soft_drop)},
                              {"findings", findings_json(report.diff.findings)},
                              {"questions", questions_json(report.diff)}});
}

void print_losses(Invocation& invocation, const app::GenerateReport& report, bool wanted) {
  auto& err = invocation.err;
  for (const auto& one : report.losses)
    err.line(fmt::format("{} {}: {}", err.paint(observe::Role::error, "data_loss"),
                         observe::printable(err.masked(one.object)),
                         observe::printable(err.masked(one.message))));
  if (!report.losses.empty())
    err.line("nothing was written: allow each of them with --allow-data-loss PATH");
  if (!wanted && !report.soft_drops.empty())
    err.line(fmt::format(
        "with --soft-drop nothing is lost yet: {} would be put aside, had back in "
        "a moment, and dropped later by slipway trash empty",
        observe::printable(err.masked(fmt::format("{}", fmt::join(report.soft_drops, ", "))))));
  if (!wanted) return;
  for (const auto& one : report.plain_drops)
    err.line(
        observe::printable(err.masked(fmt::format("no soft drop of {}: {}", one.object, one.why))));
}

void print_text(Invocation& invocation, const app::GenerateReport& report, bool check,
                bool soft_drop) {
  if (report.diff.equal)
    invocation.events.on_event(event::Note{"nothing differs: there is nothing to write"});
  else if (check)
    invocation.out.write(diff_text(report.diff, invocation.out));
  for (const auto& one : report.files) invocation.out.line(one.path);
  invocation.err.write(questions_text(report.diff, invocation.err));
  if (!check) print_losses(invocation, report, soft_drop);
}

Result<int> write(Invocation& invocation, const Options& options) {
  if (options.words.empty() && !options.check)
    return fail(Error(ErrorCode::usage, "the migration needs a name")
                    .with_next(fmt::format("slipway generate NAME --to {}", options.to)));
  app::GenerateRequest request{
      .sides = diff_request(invocation, options.answers, options.from, options.to),
      .name = fmt::format("{}", fmt::join(options.words, " ")),
      .allowed_losses = options.allowed,
      .write = !options.check,
      .one_file = options.one_file,
      .soft_drop = invocation.config.boolean("generate.soft_drop"),
      .keep_old_names = options.keep_old_names};
  // A check must not wait for somebody.
  if (options.check) request.sides.ask = {};
  SLIPWAY_ASSIGN(const auto report, app::generate(app_context(invocation), request));
  invocation.format == Format::json
      ? print_as_json(invocation, report, request.soft_drop)
      : print_text(invocation, report, options.check, request.soft_drop);
  return status_of(report, options.check);
}

} // namespace

Command generate_command() {
  Command command;
  command.name = "generate";
  command.summary = "write the migration that makes the schema what it should be";
  command.description =
      "Compares what the migrations make with the schema as it should be, and writes what is missing as the next migration, "
      "with its way back. Sides are written as for slipway diff. What has to be committed apart goes to a file of its own, and so does "
      "each phase: what is added first (expand), what the release before may still use last (contract). "
      "Each way back is said to be exact, lossy or impossible; both ways are tried on a copy before anything is written.\n\n"
      "What loses data is written only when it is allowed by name. With --soft-drop tables and columns that go are put aside "
      "where they can be: out of sight for everybody, taken back by the way back as they were, and dropped for good by slipway trash "
      "empty. What stays a drop, and why, is said. With --check nothing is written: it exits 3 when the "
      "migrations do not make what --to says, for CI and for a hook before each commit.";
  command.group = "Start";
  command.settings = target_settings();
  command.settings.emplace_back("generate.soft_drop");
  command.examples = {
      {"slipway generate add phone numbers --to schema.sql",
       "what schema.sql has and the migrations do not"},
      {"slipway generate sync --to 'command:npx mikro-orm schema:create --run'",
       "entities as the source"},
      {"slipway generate drop legacy --to schema.sql --allow-data-loss users.legacy",
       "a loss that is meant"},
      {"slipway generate drop legacy --to schema.sql --soft-drop",
       "put aside what goes, so that it can be had back in a moment"},
      {"slipway generate rename users --to schema.sql --rename users=accounts --keep-old-names",
       "a rename that the release before does not notice"},
      {"slipway generate --check --to schema.sql", "no change of the schema without a migration"}};
  command.exit_statuses = {{3, "with --check: something differs"},
                           {5, "stopped for an answer: a rename, a loss that is not allowed, or "
                               "something without a safe way"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.add_option("NAME", options->words, "What it does, in a few words");
    app.add_option("--to", options->to, "The schema as it should be")
        ->type_name("SIDE")
        ->required();
    app.add_option("--from", options->from, "What there is; without it, what the migrations make")
        ->type_name("SIDE");
    app.add_option("--allow-data-loss", options->allowed,
                   "What this holds may go: users.legacy; may be repeated")
        ->type_name("PATH")
        ->allow_extra_args(false);
    app.add_flag("--one-file", options->one_file,
                 "Everything in one file, where transactions allow it, not one for each phase");
    app.add_flag(
           "--keep-old-names", options->keep_old_names,
           "A view stands under the old names of renamed tables and columns until the last file takes it away")
        ->excludes("--one-file");
    app.add_flag("--check", options->check, "Write nothing; exit 3 when something differs");
    add_diff_options(app, options->answers);
    return [options](Invocation& invocation) { return write(invocation, *options); };
  };
  return command;
}

} // namespace slipway::cli
