#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::report {

/// One rehearsal of a rollback, as its row in section 7 of the runbook. All texts are for people;
/// empty ones are shown as a dash.
struct Rehearsal {
  std::string date; ///< "2026-11-20 02:00"
  std::string migration;
  std::string path;    ///< "fast failed, safe"
  std::string backup;  ///< durations: "1.5 s"
  std::string fast;    ///< until the fast path had failed
  std::string restore; ///< of the backup, beside the broken database
  std::string carry;   ///< of the writes since, while the application works
  std::string closed;  ///< how long nobody could connect
  std::string whole;   ///< of the safe path
  std::string rows;    ///< carried over and parked
  std::string result;  ///< "good" or what was not
  std::string notes;
  bool operator==(const Rehearsal&) const = default;
};

/// Section 7 of a runbook from its heading to the end of the file; empty when it has none.
std::string_view log_in(std::string_view runbook);

/// Section 7 without a rehearsal.
std::string empty_log();

/// The log with one more row at the end of its table. What people wrote around it stays.
std::string with_rehearsal(std::string_view log, const Rehearsal& rehearsal);

/// The last row of the table that is a rehearsal which was good.
std::optional<Rehearsal> last_good_rehearsal(std::string_view log);

} // namespace slipway::report
