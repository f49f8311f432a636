#include "slipway/history/replace_down.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

Status replace_down(pg::Session& session, const std::string& history_schema, Version version,
                    const std::string& text, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto done,
      session.query(
          SqlText(fmt::format("UPDATE {}.migration SET down_text = $1::text, irreversible = NULL "
                              "WHERE version OPERATOR(pg_catalog.=) $2::bigint",
                              quote_identifier(history_schema))),
          {text, version.str()}, wait));
  if (done.affected() == 1) return {};
  return fail(ErrorCode::check_failed, version.str() + " is not applied");
}

} // namespace slipway::history
