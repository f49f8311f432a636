// slipway snapshot
#include "app_context.hpp"
#include "result_output.hpp"
#include "schema_options.hpp"

#include "slipway/app/schema.hpp"
#include "slipway/report/schema_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr std::size_t k_shown = 20;

nlohmann::ordered_json difference_json(const schema::Difference& difference) {
  nlohmann::ordered_json json{{"object", difference.identity.path()},
                              {"change", schema::change_name(difference.change)}};
  auto& properties = json["properties"] = nlohmann::ordered_json::array();
  for (const auto& one : difference.properties)
    properties.push_back(
        {{"property", schema::property_name(one.property)},
         {"from", one.from ? nlohmann::ordered_json(*one.from) : nlohmann::ordered_json()},
         {"to", one.to ? nlohmann::ordered_json(*one.to) : nlohmann::ordered_json()}});
  return json;
}

void warn_not_written(Invocation& invocation, const app::SnapshotFiles& files) {
  for (const auto& one : files.not_written)
    invocation.events.on_event(
        event::Warning{.message = "not in " + files.sql_path + ": " + one, .hint = {}});
}

Result<int> write(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto files, app::write_snapshot(app_context(invocation)));
  warn_not_written(invocation, files);
  if (invocation.format == Format::json)
    print_json(invocation.out,
               {{"files", {files.sql_path, files.json_path}}, {"not_written", files.not_written}});
  else
    invocation.out.line(fmt::format("wrote {} and {}", files.sql_path, files.json_path));
  return 0;
}

void print_check(Invocation& invocation, const app::SnapshotCheck& check) {
  auto& out = invocation.out;
  if (check.is_current()) return out.line("the files are what the database is");
  if (check.is_json_missing) out.line(fmt::format("{} is not there", check.files.json_path));
  std::size_t lines = 0;
  for (const auto& difference : check.differences)
    for (const auto& line : report::difference_lines(difference))
      if (++lines <= k_shown) out.line(observe::printable(out.masked(line)));
  if (lines > k_shown) out.line(fmt::format("and {} more", lines - k_shown));
  if (check.differences.empty() && check.is_sql_stale)
    out.line(fmt::format("{} is not what slipway snapshot would write", check.files.sql_path));
  out.line("run: slipway snapshot");
}

Result<int> check(Invocation& invocation) {
  SLIPWAY_ASSIGN(const auto found, app::check_snapshot(app_context(invocation)));
  if (invocation.format == Format::json) {
    nlohmann::ordered_json differences = nlohmann::ordered_json::array();
    for (const auto& one : found.differences) differences.push_back(difference_json(one));
    print_json(invocation.out, {{"current", found.is_current()},
                                {"differences", differences},
                                {"json_missing", found.is_json_missing},
                                {"sql_stale", found.is_sql_stale}});
  } else {
    print_check(invocation, found);
  }
  return found.is_current() ? 0 : exit_status(ErrorCode::check_failed);
}

} // namespace

Command snapshot_command() {
  Command command;
  command.name = "snapshot";
  command.summary = "write the schema of the database into the repository";
  command.description =
      "Writes schema.sql, the statements that make the schema on an empty database, and schema.json, the same as data. Both "
      "are in an order of their own and hold nothing that changes by itself, so that a small change of the schema is a small "
      "change of the files, whatever server or machine they are written on.\n\n"
      "--check writes nothing and exits 3 when the files are not what the database is, with the first differences. With "
      "snapshot.after_up each slipway up writes the files.";
  command.group = "Look";
  command.settings = schema_reading_settings();
  command.settings.emplace_back("snapshot.folder");
  command.examples = {{"slipway snapshot", "after a migration, to be committed with it"},
                      {"slipway snapshot --check", "in CI: nobody forgot to"}};
  command.exit_statuses = {{3, "--check: the files are not what the database is"},
                           {7, "no connection"}};
  command.configure = [](CLI::App& app) -> Run {
    auto only_check = std::make_shared<bool>(false);
    app.add_flag("--check", *only_check, "Write nothing; exit 3 when the files are out of date");
    return [only_check](Invocation& invocation) -> Result<int> {
      return *only_check ? check(invocation) : write(invocation);
    };
  };
  return command;
}

} // namespace slipway::cli
