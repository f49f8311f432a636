// slipway diff
#include "app_context.hpp"
#include "diff_output.hpp"
#include "result_output.hpp"

#include "slipway/diff/transactions.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

struct Options {
  std::string from;
  std::string to;
  bool sql = false;
  bool down = false;
  DiffOptions answers;
};

Result<int> compare(Invocation& invocation, const Options& options) {
  auto request = diff_request(invocation, options.answers, options.from, options.to);
  request.down = options.down;
  SLIPWAY_ASSIGN(const auto report, app::diff(app_context(invocation), request));
  if (invocation.format == Format::json) {
    print_json(invocation.out, diff_json(report));
    return diff_status(report);
  }
  if (options.sql)
    invocation.out.write(
        diff::script_of(report.down ? report.down->statements : report.statements));
  else
    invocation.out.write(diff_text(report, invocation.out));
  invocation.err.write(questions_text(report, invocation.err));
  return diff_status(report);
}

} // namespace

Command diff_command() {
  Command command;
  command.name = "diff";
  command.summary = "show what makes one schema into another, proven on a copy";
  command.description =
      "Each side is a database (postgres://..., or target for the configured one), a folder of migrations, a .sql file or a "
      "folder of them with the schema as it should be, the .json file of a snapshot, empty, or command:PROGRAM, which is given "
      "an empty database in DATABASE_URL and fills it.\n\n"
      "Both are made on a throwaway server of the live side's version. The plan is applied to a copy of FROM; what is printed "
      "leads to TO, or it is refused with the difference. Live databases are only read.\n\n"
      "With --down the way back is found, too, and proven: what leads from TO to FROM again, with what of the rows it brings "
      "back.\n\n"
      "What may be a rename is asked: on a terminal, else by --rename and --drop. Beside a statement stands what it can do: "
      "lose data, write a table anew, fail on the rows that are there, keep others waiting.";
  command.group = "Look";
  command.settings = target_settings();
  command.examples = {
      {"slipway diff target migrations", "has somebody changed the database by hand?"},
      {"slipway diff migrations schema.sql", "what is missing in the migrations"},
      {"slipway diff target 'command:npx prisma db push' --sql",
       "what entities ask for, as a script"},
      {"slipway diff a.sql b.sql --rename users.name=display_name", "it is the same column"}};
  command.exit_statuses = {{0, "equal"},
                           {3, "different"},
                           {5, "stopped for an answer: a rename, or something without a safe way"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto options = std::make_shared<Options>();
    app.add_option("FROM", options->from, "What there is")->required();
    app.add_option("TO", options->to, "What there is to be")->required();
    app.add_flag("--sql", options->sql, "Print the script alone; with --down that of the way back");
    app.add_flag("--down", options->down, "Find the way back, too, and prove both");
    add_diff_options(app, options->answers);
    return [options](Invocation& invocation) { return compare(invocation, *options); };
  };
  return command;
}

} // namespace slipway::cli
