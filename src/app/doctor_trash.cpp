#include "doctor_trash.hpp"

#include "slipway/app/trash.hpp"
#include "slipway/base/duration.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr const char* k_what = "trash";
constexpr std::int64_t k_megabyte = 1'000'000;

std::string size_of(const TrashEntry& entry) {
  if (entry.item.bytes < k_megabyte) return {};
  return fmt::format(", {} MB", entry.item.bytes / k_megabyte);
}

Diagnosis judged(const Context& context, const TrashEntry& entry) {
  const auto name = entry.item.was() + size_of(entry);
  if (!entry.age)
    return {k_what, Health::problem,
            fmt::format("{}, which no migration of the history has put aside", name),
            entry.item.drop_sql() + ";"};
  const bool forgotten = *entry.age >= context.config.duration("trash.keep");
  return {k_what, forgotten ? Health::problem : Health::note,
          fmt::format("{}, put aside {} ago by run {}{}", name, format_duration(*entry.age),
                      entry.run, forgotten ? ", it seems forgotten" : ""),
          fmt::format("slipway trash empty --run {}", entry.run)};
}

} // namespace

std::vector<Diagnosis> find_trash(const Context& context, pg::Session& session, const Wait& wait) {
  const auto report = read_trash_report(context, session, wait);
  if (!report)
    return {{k_what, Health::unknown, "could not be looked at: " + report.error().message,
             report.error().hint}};
  std::vector<Diagnosis> found;
  for (const auto& one : report->entries) found.push_back(judged(context, one));
  for (const auto& schema : report->empty_schemas)
    found.push_back({k_what, Health::note, "the empty schema " + schema, "slipway trash empty"});
  if (found.empty()) found.push_back({k_what, Health::ok, "empty", {}});
  return found;
}

} // namespace slipway::app
