// slipway rollback parked
#include "rollback_parked.hpp"

#include "app_context.hpp"
#include "confirm.hpp"
#include "result_output.hpp"

#include "slipway/app/parked_writes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using nlohmann::ordered_json;

replay::ParkedSelection selection(const ParkedOptions& options) {
  replay::ParkedSelection which;
  if (options.run > 0) which.run = std::to_string(options.run);
  if (options.table.empty()) return which;
  const auto dot = options.table.find('.');
  if (dot == std::string::npos)
    which.table = QualifiedName{{}, options.table};
  else
    which.table = QualifiedName{options.table.substr(0, dot), options.table.substr(dot + 1)};
  return which;
}

ordered_json or_null(const std::string& object) {
  return object.empty() ? ordered_json() : ordered_json::parse(object);
}

ordered_json parked_json(const app::ParkedWrites& parked) {
  auto groups = ordered_json::array();
  for (const auto& one : parked.groups)
    groups.push_back({{"run", one.run},
                      {"schema", one.table.schema},
                      {"table", one.table.name},
                      {"operation", one.operation},
                      {"why", one.message},
                      {"rows", one.rows}});
  auto rows = ordered_json::array();
  for (const auto& one : parked.rows)
    rows.push_back({{"id", one.id},
                    {"schema", one.table.schema},
                    {"table", one.table.name},
                    {"operation", one.operation},
                    {"key", or_null(one.key)},
                    {"row", or_null(one.row)},
                    {"why", one.message}});
  return {{"database", parked.database}, {"parked", std::move(groups)}, {"rows", std::move(rows)}};
}

std::string parked_text(const app::ParkedWrites& parked) {
  if (parked.groups.empty()) return "nothing is parked\n";
  std::string text;
  for (const auto& one : parked.groups)
    text += fmt::format("run {}  {:>8} {}s of {}: {}\n", one.run, one.rows, one.operation,
                        one.table.quoted(), one.message);
  for (const auto& one : parked.rows)
    text += fmt::format("\n{} {} {}\n  key  {}\n  row  {}\n  why  {}\n", one.id, one.operation,
                        one.table.quoted(), one.key.empty() ? "-" : one.key,
                        one.row.empty() ? "-" : one.row, one.message);
  return text;
}

std::int64_t count_left(const replay::ReapplyReport& report) {
  std::int64_t left = 0;
  for (const auto& one : report.left) left += one.rows;
  return left;
}

ordered_json report_json(const replay::ReapplyReport& report) {
  auto left = ordered_json::array();
  for (const auto& one : report.left)
    left.push_back({{"schema", one.table.schema},
                    {"table", one.table.name},
                    {"why", one.why},
                    {"rows", one.rows}});
  return {{"made", report.made},
          {"overtaken", report.overtaken},
          {"still_parked", count_left(report)},
          {"left", std::move(left)}};
}

std::string report_text(const replay::ReapplyReport& report) {
  auto text = fmt::format("made again: {} writes\n", report.made);
  if (report.overtaken > 0)
    text += fmt::format("passed over: {} that a TRUNCATE after them undid\n", report.overtaken);
  for (const auto& one : report.left)
    text += fmt::format("still parked: {} of {}: {}\n", one.rows, one.table.quoted(), one.why);
  return text;
}

Result<int> reapply(Invocation& invocation, const app::Context& context,
                    const ParkedOptions& options, const app::ParkedWrites& parked) {
  std::int64_t rows = 0;
  for (const auto& one : parked.groups) rows += one.rows;
  if (invocation.format != Format::json) invocation.out.write(parked_text(parked));
  if (rows > 0)
    SLIPWAY_TRY(confirm_by_typing(
        invocation, fmt::format("This makes {} parked writes again in {}.", rows, parked.database),
        parked.database));
  SLIPWAY_ASSIGN(const auto report,
                 app::reapply_parked(context, selection(options), options.force));
  if (invocation.format == Format::json)
    print_json(invocation.out, report_json(report));
  else
    invocation.out.write(report_text(report));
  return count_left(report) == 0 ? 0 : exit_status(ErrorCode::check_failed);
}

} // namespace

void add_parked_options(CLI::App& app, ParkedOptions& options) {
  app.add_option("--run", options.run, "Of this run that was taken back; without it of all")
      ->check(CLI::PositiveNumber)
      ->type_name("RUN");
  app.add_option("--table", options.table, "Of this table: NAME or SCHEMA.NAME")
      ->type_name("TABLE");
  app.add_option("--rows", options.rows, "Show that many of the rows, oldest first")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_flag("--reapply", options.reapply,
               "Make them again, in their order; what the schema still has no place for stays");
  app.add_flag("--force", options.force,
               "With --reapply: also over rows that were changed since they were parked");
}

Result<int> show_parked(Invocation& invocation, const ParkedOptions& options) {
  const auto context = app_context(invocation);
  SLIPWAY_ASSIGN(const auto parked,
                 app::list_parked(context, selection(options), options.reapply ? 0 : options.rows));
  if (options.reapply) return reapply(invocation, context, options, parked);
  if (invocation.format == Format::json)
    print_json(invocation.out, parked_json(parked));
  else
    invocation.out.write(parked_text(parked));
  return 0;
}

} // namespace slipway::cli
