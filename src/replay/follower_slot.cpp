// A second slot beside the one of a capture: what the copy has need not be decoded again.
#include "follower_slot.hpp"

#include "slipway/replay/capture_slot.hpp"

#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr std::string_view k_ending = "_warm";
constexpr std::size_t k_longest = 63;

} // namespace

std::string follower_name(const std::string& capture) {
  return capture.substr(0, k_longest - k_ending.size()) + std::string(k_ending);
}

Status make_follower(pg::Session& session, const std::string& capture, const Wait& wait) {
  SLIPWAY_TRY(session.query(
      SqlText("SELECT pg_catalog.pg_copy_logical_replication_slot($1::name, $2::name)"),
      {capture, follower_name(capture)}, wait));
  return {};
}

Result<bool> follows_copy(pg::Session& origin, const std::string& follower, Lsn done,
                          const Wait& wait) {
  if (follower.empty() || done == 0) return false;
  SLIPWAY_ASSIGN(
      const auto rows,
      origin.query(SqlText("SELECT FROM pg_catalog.pg_replication_slots AS s "
                           "WHERE s.slot_name OPERATOR(pg_catalog.=) $1::name "
                           "AND s.database OPERATOR(pg_catalog.=) pg_catalog.current_database() "
                           "AND COALESCE(s.wal_status, '') OPERATOR(pg_catalog.<>) 'lost' "
                           "AND s.confirmed_flush_lsn OPERATOR(pg_catalog.<=) $2::pg_lsn"),
                   {follower, lsn_text(done)}, wait));
  return rows.size() == 1;
}

Status advance_follower(pg::Session& origin, const std::string& follower, Lsn to,
                        const Wait& wait) {
  SLIPWAY_TRY(
      origin.query(SqlText("SELECT pg_catalog.pg_replication_slot_advance(s.slot_name, $2::pg_lsn) "
                           "FROM pg_catalog.pg_replication_slots AS s "
                           "WHERE s.slot_name OPERATOR(pg_catalog.=) $1::name "
                           "AND s.database OPERATOR(pg_catalog.=) pg_catalog.current_database() "
                           "AND s.confirmed_flush_lsn OPERATOR(pg_catalog.<) $2::pg_lsn"),
                   {follower, lsn_text(to)}, wait));
  return {};
}

} // namespace slipway::replay
