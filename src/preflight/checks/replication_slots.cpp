// A slot that nobody reads keeps WAL until the disk is full; a migration writes a lot of it.
#include "check.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

Check replication_slots_check();

namespace {

constexpr const char* k_question = R"sql(
SELECT s.slot_name, s.active, COALESCE(s.wal_status, ''),
       COALESCE(pg_catalog.pg_wal_lsn_diff(
         CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
              ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn), 0)::pg_catalog.float8,
       s.safe_wal_size::pg_catalog.float8
FROM pg_catalog.pg_replication_slots AS s WHERE NOT s.temporary ORDER BY 4 DESC, 1
)sql";

std::vector<pg::Query> questions(const Scene&) {
  return {question(k_question)};
}

bool is_troubled(const pg::Rows& rows, std::size_t row) {
  const auto status = rows.text(row, 2);
  // A deploy's own is read when it is taken back; doctor names those that were forgotten.
  const bool unread = !rows.boolean(row, 1) && !rows.text(row, 0).starts_with("slipway_");
  return unread || status == "extended" || status == "unreserved" || status == "lost";
}

Opinion judge(const Scene&, const Answers& answers) {
  const auto& rows = answers[0];
  if (rows.size() == 0) return {Verdict::pass, "none"};
  std::int64_t troubled = 0;
  std::size_t worst = 0;
  for (std::size_t row = rows.size(); row-- > 0;) {
    if (!is_troubled(rows, row)) continue;
    ++troubled;
    worst = row;
  }
  const auto count = counted(static_cast<std::int64_t>(rows.size()), "slot");
  if (troubled == 0) return {Verdict::pass, count + ", all being read"};
  const auto room = rows.is_null(worst, 4)
                        ? std::string()
                        : fmt::format(", {} until it is lost", megabytes(rows.real(worst, 4)));
  return {Verdict::warn,
          fmt::format("{}, {} unread or short of WAL; {} is {}, keeps {} ({}{})", count, troubled,
                      rows.text(worst, 0), rows.boolean(worst, 1) ? "active" : "inactive",
                      megabytes(rows.real(worst, 3)),
                      rows.text(worst, 2).empty() ? "nothing reserved" : rows.text(worst, 2), room),
          fmt::format("SELECT pg_drop_replication_slot({}); -- only if its reader is gone for good",
                      quote_literal(rows.text(worst, 0)))};
}

} // namespace

Check replication_slots_check() {
  return {.name = "replication-slots",
          .looks_at = "replication slots, the WAL they keep and how much more they may keep",
          .warns = "one is inactive, or its WAL is extended, unreserved or lost",
          .stops = "",
          .mend = "start its reader, or drop the slot",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
