// A drill in the words of the runbook's log.
#include "slipway/app/drill.hpp"

#include "slipway/base/duration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

std::string took(Millis duration) {
  return duration.count() == 0 ? std::string() : format_duration(duration);
}

std::string path_of(const DrillReport& report) {
  if (report.whole.count() == 0) return report.fast_error.empty() ? "" : "fast failed";
  return report.fast_error.empty() ? "safe" : "fast failed, safe";
}

} // namespace

report::Rehearsal rehearsal_of(const DrillReport& report) {
  report::Rehearsal row;
  row.date = report.date;
  row.migration = report.migration;
  row.path = path_of(report);
  row.backup = took(report.backup);
  row.fast = took(report.fast);
  row.restore = took(report.restore);
  row.carry = took(report.carry);
  row.closed = took(report.closed);
  row.whole = took(report.whole);
  row.rows = fmt::format("{} written, {} there, {} parked", report.written_rows, report.there,
                         report.parked);
  row.result =
      report.is_good() ? "good" : fmt::format("NOT GOOD: {}", fmt::join(report.problems, "; "));
  row.notes =
      report.from.empty() ? fmt::format("{} made up rows", report.rows) : "from " + report.from;
  for (const auto& note : report.notes) row.notes += "; " + note;
  if (!report.refused.empty())
    row.notes += fmt::format("; {} tables took no made up rows", report.refused.size());
  return row;
}

} // namespace slipway::app
