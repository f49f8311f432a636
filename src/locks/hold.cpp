// What the ways of holding the runner lock have in common.
#include "hold.hpp"

#include <fmt/format.h>

namespace slipway::locks {

Error lock_lost() {
  return Error(ErrorCode::lock_timeout, "the runner lock was lost during the run")
      .with_hint(
          "the connection that held it was closed, or another slipway took over after a pause; run again")
      .with_next("slipway status");
}

std::string raise(std::string_view text) {
  return fmt::format("pg_catalog.concat({}, '')::integer", quote_literal(text));
}

std::vector<pg::Query> fence_of(pg::Query check, std::int64_t working_key) {
  return {{SqlText("SELECT pg_catalog.set_config('lock_timeout', '5s', true)"), {}},
          std::move(check),
          {SqlText("SELECT pg_catalog.pg_advisory_xact_lock($1::bigint)"),
           {std::to_string(working_key)}}};
}

std::string key_in_pg_locks(std::string_view parameter) {
  return fmt::format(
      "l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.objsubid OPERATOR(pg_catalog.=) 1 AND l.granted "
      "AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d "
      "WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) "
      "AND ((l.classid::bigint OPERATOR(pg_catalog.<<) 32) OPERATOR(pg_catalog.|) l.objid::bigint) "
      "OPERATOR(pg_catalog.=) {}::bigint",
      parameter);
}

} // namespace slipway::locks
