// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY. Between its two transactions the partition is
// marked as being detached; after an interruption FINALIZE is the only way on, for the server
// refuses the statement itself.
#include "settle/look.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

constexpr int k_detaches_concurrently = 140000;
constexpr std::string_view k_attached = "attached";
constexpr std::string_view k_pending = "pending";
constexpr std::string_view k_apart = "apart";
constexpr std::string_view k_nowhere = "nowhere";

} // namespace

Result<std::string> witness_of_partition(pg::Session& session, const sql::Interruption& statement,
                                         const Wait& wait) {
  // An older server refuses the statement; there is nothing to remember.
  if (session.server_version() < k_detaches_concurrently) return std::string();
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format(
              "SELECT CASE WHEN h.inhdetachpending THEN '{}' WHEN h.inhrelid IS NOT NULL THEN '{}' "
              "WHEN r.oid IS NOT NULL THEN '{}' ELSE '{}' END "
              "FROM (SELECT pg_catalog.to_regclass($2::text)::pg_catalog.oid AS oid) AS r "
              "LEFT JOIN pg_catalog.pg_inherits AS h ON h.inhrelid OPERATOR(pg_catalog.=) r.oid "
              "AND h.inhparent OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)::pg_catalog.oid",
              k_pending, k_attached, k_apart, k_nowhere)),
          {statement.table.quoted(), statement.object.quoted()}, wait));
  return std::string(rows.text(0, 0));
}

Result<Finding> look_at_detached_partition(const Question& question) {
  const auto& statement = question.statement;
  const auto partition = statement.object.quoted();
  const auto parent = statement.table.quoted();
  SLIPWAY_ASSIGN(const auto now, witness_of_partition(question.session, statement, question.wait));
  if (now == k_pending)
    return Finding{.verdict = Verdict::done,
                   .evidence = fmt::format("{} is half detached from {}", partition, parent),
                   .cleanups = {{.what = fmt::format("the half-done detaching of {} from {}",
                                                     partition, parent),
                                 .sql = fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE",
                                                    parent, partition)}}};
  const bool was_attached = question.earlier.witness.value_or(std::string(k_attached)) != k_apart;
  if (now == k_apart)
    return Finding{.verdict =
                       question.interrupted() && was_attached ? Verdict::done : Verdict::not_done,
                   .evidence = fmt::format("{} is no partition of {}", partition, parent),
                   .cleanups = {}};
  return Finding{.verdict = Verdict::not_done,
                 .evidence = now == k_attached
                                 ? fmt::format("{} is still a partition of {}", partition, parent)
                                 : fmt::format("there is no table {}", partition),
                 .cleanups = {}};
}

} // namespace slipway::apply::settle
