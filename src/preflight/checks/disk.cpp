// Room on the disk, where it can be known: the server tells no free space, so only a data folder on
// this machine can be measured.
#include "check.hpp"

#include "slipway/os/disk_space.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::preflight {

Check disk_check();

namespace {

constexpr double k_bytes_in_mb = 1024.0 * 1024.0;

// A relation that somebody holds exclusively cannot be measured without waiting for it; there the
// size as of its last vacuum stands in.
constexpr const char* k_question = R"sql(
SELECT (SELECT s.setting FROM pg_catalog.pg_settings AS s WHERE s.name = 'data_directory'),
       COALESCE(pg_catalog.sum(m.bytes), 0)::pg_catalog.float8,
       COALESCE(pg_catalog.max(m.bytes), 0)::pg_catalog.float8,
       pg_catalog.count(*) FILTER (WHERE m.elsewhere)
FROM (
  SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks AS l
                           WHERE l.locktype = 'relation' AND l.relation = c.oid AND l.mode = 'AccessExclusiveLock')
              THEN c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8
              ELSE pg_catalog.pg_total_relation_size(c.oid) END AS bytes,
         pg_catalog.pg_tablespace_location(COALESCE(t.oid, d.dattablespace)) <> '' AS elsewhere
  FROM ours AS o JOIN pg_catalog.pg_class AS c ON c.oid = o.oid
  JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_tablespace AS t ON t.oid = c.reltablespace
  WHERE c.relkind = ANY ('{r,m,t}'::pg_catalog."char"[])) AS m
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  return {question(with_ours() + k_question, ours_params(scene))};
}

bool is_here(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" ||
         host == "::1" || host.rfind("127.", 0) == 0;
}

/// Rewrites what it names for sure, which needs as much room again.
bool rewrites(const Planned& one) {
  const auto& facts = *one.facts;
  const bool exclusive =
      std::any_of(facts.locks.begin(), facts.locks.end(), [](const sql::RelationLock& lock) {
        return lock.mode == sql::LockMode::access_exclusive;
      });
  return facts.kind == "cluster" || (facts.kind == "vacuum" && exclusive);
}

/// Writes much, or may: an index, a new table from a query, a change of type.
bool may_write(const Planned& one) {
  constexpr std::array<std::string_view, 7> k_kinds{
      "alter table",     "create index", "reindex", "refresh materialized view",
      "create table as", "update",       "insert"};
  return std::find(k_kinds.begin(), k_kinds.end(), one.facts->kind) != k_kinds.end();
}

bool any(const Scene& scene, bool (*is)(const Planned&)) {
  return std::any_of(scene.statements.begin(), scene.statements.end(), is);
}

Opinion unknown(std::string why, std::string remedy = {}) {
  return {Verdict::unknown, "the free space cannot be known: " + std::move(why), std::move(remedy)};
}

Opinion judge_free(const Scene& scene, double free, const pg::Rows& rows) {
  const double all = rows.real(0, 1);
  const double largest = rows.real(0, 2);
  const auto found = fmt::format("{} free where the data is; the tables of the plan have {}, the "
                                 "largest {}",
                                 megabytes(free), megabytes(all), megabytes(largest));
  const std::string remedy = "df -h; make room for " + megabytes(largest) + " and its WAL";
  if (any(scene, rewrites) && free < largest)
    return {Verdict::stop, found + ", and the plan rewrites it", remedy};
  const bool tight = free < static_cast<double>(scene.limits.disk_free_mb) * k_bytes_in_mb;
  if (tight || (any(scene, may_write) && free < largest)) return {Verdict::warn, found, remedy};
  if (rows.integer(0, 3) > 0)
    return unknown(
        fmt::format("{} of the plan in another tablespace", counted(rows.integer(0, 3), "table")),
        "df -h, where the tablespace is");
  return {Verdict::pass, found};
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto& rows = answers[0];
  if (!is_here(scene.host)) return unknown("the server is on another machine", "df -h there");
  if (rows.is_null(0, 0))
    return unknown("the role may not see where the data is",
                   fmt::format("GRANT pg_read_all_settings TO {};", quote_identifier(scene.user)));
  const std::string folder(rows.text(0, 0));
  const auto free = os::free_disk_space(folder);
  if (!free)
    return unknown(fmt::format("the data folder {} is not on this machine", folder),
                   "df -h where the server is");
  return judge_free(scene, static_cast<double>(*free), rows);
}

} // namespace

Check disk_check() {
  return {.name = "disk",
          .looks_at = "free space where the data is, when the server is on this machine, against "
                      "the size of the tables of the plan",
          .warns =
              "less than `preflight.disk_free_mb` is free, or less than the largest table when "
              "the plan may write as much",
          .stops = "the plan has VACUUM FULL or CLUSTER, and the table does not fit a second time",
          .mend = "make room",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
