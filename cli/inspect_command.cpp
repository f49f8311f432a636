// slipway inspect
#include "app_context.hpp"
#include "schema_options.hpp"

#include "slipway/app/schema.hpp"
#include "slipway/report/schema_report.hpp"
#include "slipway/schema/snapshot.hpp"

namespace slipway::cli {

Command inspect_command() {
  Command command;
  command.name = "inspect";
  command.summary = "show the schema of the database";
  command.description =
      "Reads the whole schema in one snapshot, with no privilege beyond connecting, and prints it as a tree: what is there, "
      "and of each object what is not the default. Members of extensions, the server's own schemas, the history and the "
      "schemas of schema.leave_out are left out.\n\n"
      "With --json it prints the snapshot that slipway snapshot and slipway drift work with: everything, comments, privileges "
      "and definitions included, one object a line. Passwords are never in it.";
  command.group = "Look";
  command.settings = schema_reading_settings();
  command.examples = {{"slipway inspect", "what is in the database"},
                      {"slipway inspect --json > schema.json", "all of it, to be compared later"}};
  command.exit_statuses = {{7, "no connection"}};
  command.configure = [](CLI::App&) -> Run {
    return [](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto target, app::read_target_schema(app_context(invocation)));
      if (invocation.format == Format::json)
        invocation.out.write(schema::to_json(target.schema));
      else
        print_lines(invocation.out, report::schema_tree(target.schema, target.target));
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
