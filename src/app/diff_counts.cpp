// Says how many rows of the live database a finding is about.
#include "diff_counts.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr Millis k_longest_count{60'000};

Result<std::string> count(pg::Session& session, const std::string& sql, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText("BEGIN READ ONLY"), wait));
  auto counted = [&]() -> Result<std::string> {
    SLIPWAY_TRY(
        session.query(SqlText("SELECT pg_catalog.set_config('statement_timeout', $1::text, true)"),
                      {std::to_string(k_longest_count.count())}, wait));
    SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(sql), {}, wait));
    return rows.size() == 0 || rows.is_null(0, 0) ? std::string("0") : std::string(rows.text(0, 0));
  }();
  if (session.usable()) SLIPWAY_TRY(session.execute(SqlText("ROLLBACK"), wait));
  return counted;
}

} // namespace

Status count_rows(pg::Session& session, std::vector<diff::Finding>& findings, const Wait& wait) {
  for (auto& finding : findings) {
    if (finding.count_sql.empty()) continue;
    const auto counted = count(session, finding.count_sql, wait);
    if (!counted && counted.error().code == ErrorCode::cancelled && wait.stop_requested())
      return fail(counted.error());
    finding.message += counted ? fmt::format(" ({} there now)", *counted)
                               : fmt::format(" (not counted: {})", counted.error().message);
  }
  return {};
}

} // namespace slipway::app
