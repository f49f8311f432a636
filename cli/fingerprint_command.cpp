// slipway fingerprint
#include "app_context.hpp"
#include "schema_options.hpp"

#include "slipway/app/schema.hpp"
#include "slipway/report/schema_report.hpp"

namespace slipway::cli {

Command fingerprint_command() {
  Command command;
  command.name = "fingerprint";
  command.summary = "print one hash of the whole schema";
  command.description =
      "Two databases with the same fingerprint have the same schema. It is made of names and definitions, never of numbers of "
      "the catalog, so it is the same after a dump and restore. The middle part is the version of the server: what two "
      "versions write for one expression may differ, so only fingerprints with the same middle part can be compared.\n\n"
      "--objects prints the hash of each object, too; slipway drift and slipway diff say what differs.";
  command.group = "Look";
  command.settings = schema_reading_settings();
  command.examples = {
      {"slipway fingerprint", "s1-150020- and the hash"},
      {"slipway fingerprint --objects", "to see which objects two databases share"}};
  command.exit_statuses = {{7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto objects = std::make_shared<bool>(false);
    app.add_flag("--objects", *objects, "Print the hash of each object, too");
    return [objects](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const auto target, app::read_target_schema(app_context(invocation)));
      const auto fingerprint = schema::fingerprint(target.schema);
      if (invocation.format == Format::json)
        invocation.out.write(report::fingerprint_json(fingerprint, *objects));
      else
        print_lines(invocation.out, report::fingerprint_text(fingerprint, *objects));
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
