#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::preflight {

/// What a check says. `unknown` when it could not look, which is never the same as `pass`.
enum class Verdict { pass, warn, stop, unknown };
std::string_view verdict_name(Verdict verdict);

/// What one check found.
struct Finding {
  std::string check;
  Verdict verdict = Verdict::unknown;
  std::string found;  ///< one sentence, with figures
  std::string remedy; ///< the exact command or SQL; empty when there is nothing to mend
  /// For `unknown`: the check could have stopped the run.
  bool matters = false;
};

/// Thresholds and choices; each is a setting of [preflight].
struct Limits {
  Millis long_transaction{30'000};
  std::int64_t connections_left = 5;
  Millis replication_lag{30'000};
  std::int64_t replication_lag_mb = 256;
  std::int64_t disk_free_mb = 1024;
  std::int64_t wraparound_percent = 90;
  std::vector<std::string> skip;      ///< names of checks not made
  std::vector<std::string> warn_only; ///< names of checks whose `stop` is said as `warn`
};

struct Report {
  std::vector<Finding> findings;    ///< one a check, in the order of the list
  std::vector<std::string> skipped; ///< names, as Limits::skip said

  const Finding* first_stop() const;
  /// Nothing stops, and nothing that could have stopped is unknown.
  bool may_start() const;
};

/// Makes every check on the target of `session`, about what `plan` is going to touch. Reads only,
/// waits for no lock, and needs two round trips. What it cannot look at is `unknown`. Errors: usage
/// for a check name in `limits` that does not exist; connection; cancelled.
Result<Report> examine(pg::Session& session, const plan::Plan& plan,
                       const std::string& history_schema, const Limits& limits, const Wait& wait);

/// The names of all checks, in their order.
std::vector<std::string> check_names();

/// docs/guide/preflight.md.
std::string checks_page();

} // namespace slipway::preflight
