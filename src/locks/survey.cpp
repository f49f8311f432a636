// Which relations statements will lock, and who is in the way: one question to the catalog and to
// pg_locks, without queueing for anything.
#include "slipway/locks/survey.hpp"

#include "slipway/os/clock.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>
#include <string_view>

namespace slipway::locks {

namespace {

constexpr Millis k_between_samples{50};

// $1 names, $2 modes (place in LockMode + 1), $3 with descendants, $4 mode on the other ends of
// foreign keys (0: none), $5 mode on the table of an index (0: none), $6 mode on the parent of a
// partition (0: none). Modes from 4 on are those that the application can meet.
constexpr std::string_view k_question = R"sql(
WITH RECURSIVE wanted AS (
  SELECT pg_catalog.to_regclass(w.name)::pg_catalog.oid AS relation, w.mode, w.descend, w.partner, w.of_index, w.above
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::integer[]), pg_catalog.unnest($3::boolean[]),
                  pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::integer[]), pg_catalog.unnest($6::integer[]))
       AS w(name, mode, descend, partner, of_index, above)
), tree(relation, mode, descend, partner, named) AS (
  SELECT relation, mode, descend, partner, true FROM wanted WHERE relation IS NOT NULL
  UNION
  SELECT i.indrelid, w.of_index, w.descend, w.partner, true
  FROM wanted AS w JOIN pg_catalog.pg_index AS i ON i.indexrelid OPERATOR(pg_catalog.=) w.relation
  WHERE w.of_index OPERATOR(pg_catalog.>) 0
  UNION
  SELECT i.inhparent, w.above, false, 0, true
  FROM wanted AS w JOIN pg_catalog.pg_inherits AS i ON i.inhrelid OPERATOR(pg_catalog.=) w.relation
  JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) w.relation AND c.relispartition
  WHERE w.above OPERATOR(pg_catalog.>) 0
  UNION
  SELECT p.partdefid, w.above, true, 0, false
  FROM wanted AS w JOIN pg_catalog.pg_inherits AS i ON i.inhrelid OPERATOR(pg_catalog.=) w.relation
  JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid OPERATOR(pg_catalog.=) i.inhparent
  WHERE w.above OPERATOR(pg_catalog.>) 0 AND p.partdefid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
  UNION
  SELECT c.oid, w.mode, true, w.partner, true
  FROM wanted AS w JOIN pg_catalog.pg_type AS t ON t.typrelid OPERATOR(pg_catalog.=) w.relation
  JOIN pg_catalog.pg_class AS c ON c.reloftype OPERATOR(pg_catalog.=) t.oid
), family(relation, mode, descend, partner, named) AS (
  SELECT relation, mode, descend, partner, named FROM tree
  UNION
  SELECT i.inhrelid, f.mode, f.descend, f.partner, false
  FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) f.relation
  WHERE f.descend
), deep AS (
  SELECT f.relation, f.mode, f.partner FROM family AS f WHERE f.partner OPERATOR(pg_catalog.>) 0
), every(relation, mode, descend, named) AS (
  SELECT relation, mode, descend, named FROM family
  UNION ALL
  SELECT c.reltoastrelid, d.mode, false, false
  FROM deep AS d JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) d.relation
  WHERE d.mode OPERATOR(pg_catalog.=) 8 AND c.reltoastrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
  UNION ALL
  SELECT s.objid, d.mode, false, false
  FROM deep AS d JOIN pg_catalog.pg_depend AS s ON s.refobjid OPERATOR(pg_catalog.=) d.relation
  JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) s.objid AND c.relkind OPERATOR(pg_catalog.=) 'S'
  WHERE d.mode OPERATOR(pg_catalog.=) 8 AND s.deptype OPERATOR(pg_catalog.=) ANY ('{a,i}'::"char"[])
    AND s.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    AND s.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION ALL
  SELECT k.confrelid, d.partner, false, true
  FROM deep AS d JOIN pg_catalog.pg_constraint AS k ON k.conrelid OPERATOR(pg_catalog.=) d.relation
  WHERE k.contype OPERATOR(pg_catalog.=) 'f'
  UNION ALL
  SELECT k.conrelid, d.partner, false, true
  FROM deep AS d JOIN pg_catalog.pg_constraint AS k ON k.confrelid OPERATOR(pg_catalog.=) d.relation
  WHERE k.contype OPERATOR(pg_catalog.=) 'f'
), target AS (
  SELECT relation, pg_catalog.max(mode) AS mode, pg_catalog.bool_or(named) AS named, pg_catalog.bool_or(descend) AS descend
  FROM every GROUP BY relation
)
SELECT t.relation, pg_catalog.format('%I.%I', n.nspname, c.relname), t.mode,
       t.named AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[]) AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
         AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'),
       t.descend,
       l.mode, l.granted, l.pid, l.virtualtransaction,
       a.application_name, a.usename, a.state, a.backend_type,
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start),
       CASE WHEN l.pid IS NULL THEN
              (SELECT p.gid FROM pg_catalog.pg_locks AS x
               JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction OPERATOR(pg_catalog.=) x.transactionid
               WHERE x.pid IS NULL AND x.locktype OPERATOR(pg_catalog.=) 'transactionid'
                 AND x.virtualtransaction OPERATOR(pg_catalog.=) l.virtualtransaction LIMIT 1)
            ELSE pg_catalog.left(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 200) END,
       COALESCE(r.rolsuper, false),
       a.query OPERATOR(pg_catalog.~~) '%(to prevent wraparound)%'
         OR pg_catalog.age(CASE WHEN c.relfrozenxid OPERATOR(pg_catalog.<>) '0'::pg_catalog.xid THEN c.relfrozenxid END)
            OPERATOR(pg_catalog.>) pg_catalog.current_setting('autovacuum_freeze_max_age')::integer
         OR pg_catalog.mxid_age(CASE WHEN c.relminmxid OPERATOR(pg_catalog.<>) '0'::pg_catalog.xid THEN c.relminmxid END)
            OPERATOR(pg_catalog.>) pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::integer,
       a.usesysid IS NULL,
       COALESCE(l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid(), false)
FROM target AS t
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_locks AS l
  ON l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.relation OPERATOR(pg_catalog.=) t.relation
  AND l.database OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid, (SELECT d.oid FROM pg_catalog.pg_database AS d
      WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())])
LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) a.usesysid
WHERE c.relkind OPERATOR(pg_catalog.<>) 'i' OR t.named
ORDER BY t.relation, 19 DESC
)sql";

enum Column : std::size_t {
  relation_oid,
  relation_name,
  wanted_mode,
  lockable,
  descend,
  held_mode,
  granted,
  pid,
  transaction,
  application_name,
  user,
  state,
  backend_type,
  age,
  query,
  superuser,
  wraparound,
  no_user,
  our_own,
};

sql::LockMode mode_from(std::string_view server_name) {
  if (server_name == "AccessShareLock") return sql::LockMode::access_share;
  if (server_name == "RowShareLock") return sql::LockMode::row_share;
  if (server_name == "RowExclusiveLock") return sql::LockMode::row_exclusive;
  if (server_name == "ShareUpdateExclusiveLock") return sql::LockMode::share_update_exclusive;
  if (server_name == "ShareLock") return sql::LockMode::share;
  if (server_name == "ShareRowExclusiveLock") return sql::LockMode::share_row_exclusive;
  if (server_name == "ExclusiveLock") return sql::LockMode::exclusive;
  return sql::LockMode::access_exclusive;
}

int number_of(sql::LockMode mode) {
  return static_cast<int>(mode) + 1;
}

sql::LockMode mode_numbered(std::int64_t number) {
  return static_cast<sql::LockMode>(number - 1);
}

int table_mode(const sql::StatementFacts& facts) {
  if (facts.kind == "drop index" && !facts.is_concurrent_index)
    return number_of(sql::LockMode::access_exclusive);
  if (facts.kind == "reindex" && !facts.is_concurrent_index) return number_of(sql::LockMode::share);
  return 0;
}

// The server changes what bounds the default partition has.
int parent_mode(const sql::StatementFacts& facts) {
  const bool drops = facts.kind == "drop table" || facts.kind == "drop foreign table";
  return drops ? number_of(sql::LockMode::access_exclusive) : 0;
}

std::vector<pg::Param> parameters(const std::vector<const sql::StatementFacts*>& statements) {
  std::vector<std::string> names;
  std::vector<int> modes;
  std::vector<std::string_view> descends;
  std::vector<int> partners;
  std::vector<int> of_index;
  std::vector<int> above;
  for (const auto* facts : statements) {
    for (const auto& lock : facts->locks) {
      // An array element in double quotes, with the quotes of the identifier escaped.
      std::string element = "\"";
      for (const char c : lock.relation.quoted()) {
        if (c == '"' || c == '\\') element += '\\';
        element += c;
      }
      names.push_back(element + '"');
      modes.push_back(number_of(lock.mode));
      descends.push_back(facts->spares_descendants ? "f" : "t");
      partners.push_back(facts->partner_lock ? number_of(*facts->partner_lock) : 0);
      of_index.push_back(table_mode(*facts));
      above.push_back(parent_mode(*facts));
    }
  }
  const auto array = [](const auto& items) { return fmt::format("{{{}}}", fmt::join(items, ",")); };
  return {array(names),    array(modes),    array(descends),
          array(partners), array(of_index), array(above)};
}

BlockerKind kind_of(const pg::Rows& rows, std::size_t row) {
  if (rows.is_null(row, Column::pid)) return BlockerKind::prepared;
  const auto type = rows.text(row, Column::backend_type);
  // The type is hidden from roles without pg_read_all_stats; that an autovacuum worker has no user
  // is not.
  const bool worker = type == "autovacuum worker" || (rows.is_null(row, Column::backend_type) &&
                                                      rows.boolean(row, Column::no_user));
  if (worker)
    return !rows.is_null(row, Column::wraparound) && rows.boolean(row, Column::wraparound)
               ? BlockerKind::wraparound
               : BlockerKind::autovacuum;
  if (type == "client backend" || type == "parallel worker" ||
      rows.is_null(row, Column::backend_type))
    return BlockerKind::client;
  return BlockerKind::other;
}

Blocker blocker_from(const pg::Rows& rows, std::size_t row) {
  Blocker blocker;
  blocker.kind = kind_of(rows, row);
  blocker.pid =
      rows.is_null(row, Column::pid) ? 0 : static_cast<int>(rows.integer(row, Column::pid));
  blocker.transaction = rows.text(row, Column::transaction);
  blocker.application_name = rows.text(row, Column::application_name);
  blocker.user = rows.text(row, Column::user);
  blocker.state = rows.text(row, Column::state);
  blocker.relation = rows.text(row, Column::relation_name);
  blocker.mode = std::string(sql::lock_mode_name(mode_from(rows.text(row, Column::held_mode))));
  blocker.granted = rows.boolean(row, Column::granted);
  blocker.visible =
      blocker.kind == BlockerKind::prepared || !rows.is_null(row, Column::backend_type);
  blocker.superuser = rows.boolean(row, Column::superuser);
  if (!rows.is_null(row, Column::age)) blocker.transaction_age_s = rows.real(row, Column::age);
  if (blocker.visible) blocker.query = rows.text(row, Column::query);
  return blocker;
}

struct Sample {
  Survey survey;
  std::vector<Blocker> of_unknown_age;
};

bool is_old(const Blocker& blocker) {
  return blocker.kind == BlockerKind::prepared || !blocker.granted ||
         blocker.transaction_age_s.value_or(0) * 1000 >= static_cast<double>(k_young.count());
}

Result<Sample> take_sample(pg::Session& session, const std::vector<pg::Param>& params,
                           const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(std::string(k_question)), params, wait));
  Sample sample;
  std::string last;
  std::vector<sql::LockMode> our_own; // on the relation; these rows come first
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto wanted = mode_numbered(rows.integer(row, Column::wanted_mode));
    if (last != rows.text(row, Column::relation_oid)) {
      last = rows.text(row, Column::relation_oid);
      our_own.clear();
      sample.survey.targets.push_back(
          Target{.relation = std::string(rows.text(row, Column::relation_name)),
                 .mode = wanted,
                 .lockable = rows.boolean(row, Column::lockable),
                 .with_descendants = rows.boolean(row, Column::descend)});
    }
    if (rows.is_null(row, Column::held_mode)) continue;
    const auto mode = mode_from(rows.text(row, Column::held_mode));
    if (rows.boolean(row, Column::our_own)) {
      if (rows.boolean(row, Column::granted)) our_own.push_back(mode);
      continue;
    }
    if (!sql::conflicts(mode, wanted)) continue;
    // Who waits for what we hold ourselves is behind us: the server lets us pass.
    const bool behind_us = !rows.boolean(row, Column::granted) &&
                           std::any_of(our_own.begin(), our_own.end(), [&](sql::LockMode ours) {
                             return sql::conflicts(ours, mode);
                           });
    if (behind_us) continue;
    auto blocker = blocker_from(rows, row);
    // An autovacuum is answered in the same way whatever its age.
    const bool worker =
        blocker.kind == BlockerKind::autovacuum || blocker.kind == BlockerKind::wraparound;
    const bool ageless =
        !blocker.transaction_age_s && blocker.granted && blocker.kind != BlockerKind::prepared;
    if (ageless && !worker)
      sample.of_unknown_age.push_back(std::move(blocker));
    else if (ageless || is_old(blocker))
      sample.survey.blockers.push_back(std::move(blocker));
  }
  return sample;
}

using TransactionName = std::pair<int, std::string>;

TransactionName name_of(const Blocker& blocker) {
  return {blocker.pid, blocker.transaction};
}

} // namespace

bool is_worth_a_look(const sql::StatementFacts& facts) {
  return std::any_of(facts.locks.begin(), facts.locks.end(), [](const sql::RelationLock& lock) {
    return lock.mode >= sql::LockMode::row_exclusive;
  });
}

Result<std::vector<Target>> targets(pg::Session& session,
                                    const std::vector<const sql::StatementFacts*>& statements,
                                    const Wait& wait) {
  SLIPWAY_ASSIGN(auto sample, take_sample(session, parameters(statements), wait));
  return std::move(sample.survey.targets);
}

Result<Survey> survey(pg::Session& session,
                      const std::vector<const sql::StatementFacts*>& statements, const Wait& wait) {
  const auto params = parameters(statements);
  SLIPWAY_ASSIGN(auto first, take_sample(session, params, wait));
  auto found = std::move(first.survey);
  if (!first.of_unknown_age.empty()) {
    std::set<TransactionName> before;
    for (const auto& blocker : first.of_unknown_age) before.insert(name_of(blocker));
    os::pause(k_between_samples, wait);
    SLIPWAY_ASSIGN(auto second, take_sample(session, params, wait));
    found = std::move(second.survey);
    for (auto& blocker : second.of_unknown_age)
      if (before.contains(name_of(blocker))) found.blockers.push_back(std::move(blocker));
  }
  std::stable_sort(found.blockers.begin(), found.blockers.end(),
                   [](const Blocker& a, const Blocker& b) {
                     return a.transaction_age_s.value_or(0) > b.transaction_age_s.value_or(0);
                   });
  return found;
}

} // namespace slipway::locks
