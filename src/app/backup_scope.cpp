// The catalog's part in what a backup has to hold: which tables are meant, what is behind a write,
// and what a restore of a table cannot do without.
#include "backup_scope.hpp"

#include "slipway/plan/row_scope.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace slipway::app {

namespace {

// A table of that name, and how many of the columns it has.
constexpr const char* k_find = R"sql(
SELECT c.oid, n.nspname, c.relkind IN ('r', 'p') AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
         AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                         WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                         AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'),
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND NOT a.attisdropped
        AND a.attname OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.name[]))
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n
  ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)
)sql";

// A table with its partitions and children, and with what those are partitions of, whose triggers
// they have, too.
constexpr const char* k_family = R"sql(
WITH RECURSIVE below(id) AS (
  SELECT $1::pg_catalog.oid UNION
  SELECT i.inhrelid FROM below AS b JOIN pg_catalog.pg_inherits AS i
    ON i.inhparent OPERATOR(pg_catalog.=) b.id
), above(id) AS (
  SELECT $1::pg_catalog.oid UNION
  SELECT i.inhparent FROM above AS a JOIN pg_catalog.pg_inherits AS i
    ON i.inhrelid OPERATOR(pg_catalog.=) a.id
), family(id) AS (SELECT b.id FROM below AS b UNION SELECT a.id FROM above AS a)
)sql";

// What runs when its rows are written; no rows: nothing but the write.
constexpr const char* k_behind_a_write = R"sql(
SELECT pg_catalog.format('trigger %I', t.tgname) FROM pg_catalog.pg_trigger AS t
JOIN family AS f ON f.id OPERATOR(pg_catalog.=) t.tgrelid
WHERE (NOT t.tgisinternal OR t.tgfoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid)
  AND pg_catalog.obj_description(t.tgfoid, 'pg_proc') IS DISTINCT FROM 'capture of slipway'
UNION ALL
SELECT pg_catalog.format('rule %I', r.rulename) FROM pg_catalog.pg_rewrite AS r
JOIN family AS f ON f.id OPERATOR(pg_catalog.=) r.ev_class
UNION ALL
SELECT pg_catalog.format('what the foreign key %I does to %s', k.conname, k.conrelid::pg_catalog.regclass)
FROM pg_catalog.pg_constraint AS k JOIN family AS f ON f.id OPERATOR(pg_catalog.=) k.confrelid
WHERE k.contype OPERATOR(pg_catalog.=) 'f'
  AND (k.confdeltype NOT IN ('a', 'r') OR k.confupdtype NOT IN ('a', 'r'))
UNION ALL
SELECT 'row security' FROM pg_catalog.pg_class AS c JOIN family AS f
  ON f.id OPERATOR(pg_catalog.=) c.oid WHERE c.relrowsecurity
UNION ALL
SELECT pg_catalog.format('function %s', d.refobjid::pg_catalog.regproc)
FROM pg_catalog.pg_attrdef AS e JOIN family AS f ON f.id OPERATOR(pg_catalog.=) e.adrelid
JOIN pg_catalog.pg_depend AS d
  ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) e.oid
  AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
LIMIT 1
)sql";

// Tables with the rows of those tables, and those that their foreign keys refer to, since the keys
// are checked when they are made. With them those rows that extensions keep for their users: no
// rollback carries them over.
constexpr const char* k_needed = R"sql(
WITH RECURSIVE needed(id) AS (
  (SELECT o.id FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS o(id) UNION ALL
   SELECT pg_catalog.unnest(e.extconfig) FROM pg_catalog.pg_extension AS e) UNION
  SELECT next.id FROM needed AS n, LATERAL (
    SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE i.inhparent OPERATOR(pg_catalog.=) n.id
    UNION ALL
    SELECT k.confrelid FROM pg_catalog.pg_constraint AS k
    WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.conrelid OPERATOR(pg_catalog.=) n.id
  ) AS next(id)
)
SELECT s.nspname, c.relname, EXISTS (
  SELECT FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_depend AS d
    ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
    AND d.objid OPERATOR(pg_catalog.=) k.oid
    AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
  WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.contype OPERATOR(pg_catalog.=) 'c')
FROM needed AS n JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) n.id
JOIN pg_catalog.pg_namespace AS s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
  AND s.nspname OPERATOR(pg_catalog.!~) '^pg_' ORDER BY 1, 2
)sql";

constexpr const char* k_event_triggers = R"sql(
SELECT pg_catalog.string_agg(e.evtname, ', ') FROM pg_catalog.pg_event_trigger AS e
WHERE e.evtenabled IN ('O', 'A') AND e.evtfoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
)sql";

std::string array_text(const std::vector<std::string>& items) {
  std::vector<std::string> quoted;
  for (const auto& one : items) {
    std::string text = "\"";
    for (const char c : one) {
      if (c == '"' || c == '\\') text.push_back('\\');
      text.push_back(c);
    }
    quoted.push_back(text + "\"");
  }
  return fmt::format("{{{}}}", fmt::join(quoted, ","));
}

class Scoping {
public:
  Scoping(pg::Session& session, plan::RowScope rows, const Wait& wait)
      : session_(session), rows_(std::move(rows)), wait_(wait) {}

  Result<BackupScope> find() {
    SLIPWAY_TRY(look_for_event_triggers());
    for (const auto& table : rows_.tables) SLIPWAY_TRY(look_at(table));
    if (rows_.unclear.empty()) SLIPWAY_TRY(add_needed());
    BackupScope scope;
    if (!rows_.unclear.empty()) {
      scope.reasons.why = std::move(rows_.unclear);
      return scope;
    }
    scope.extent = tables_.empty() ? backup::Extent::schema : backup::Extent::tables;
    scope.tables = std::move(tables_);
    if (why_.empty()) why_.emplace_back("no row that is there is changed or taken away");
    scope.reasons.why = std::move(why_);
    return scope;
  }

private:
  Status look_for_event_triggers() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_event_triggers), {}, wait_));
    if (!rows.is_null(0, 0))
      rows_.unclear.push_back(
          fmt::format("event triggers run with each change: {}", rows.text(0, 0)));
    return {};
  }

  Status look_at(const plan::TouchedTable& table) {
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(SqlText(k_find), {table.name.quoted(), array_text(table.columns)}, wait_));
    const auto why = fmt::format("{}", fmt::join(table.why, ", "));
    if (rows.size() == 0) {
      // Only a table can be emptied with its name; another relation of the plan's own may be a
      // view.
      if (table.written && !table.created) rows_.unclear.push_back(why + ", which is no table now");
      return {};
    }
    if (!rows.boolean(0, 2)) {
      rows_.unclear.push_back(why + ", which is no plain table of the database's own");
      return {};
    }
    // Columns that are not there yet are the plan's own.
    if (!table.columns.empty() && rows.integer(0, 3) == 0) return {};
    if (table.cascades) {
      rows_.unclear.push_back(why + " and whatever depends on it");
      return {};
    }
    if (table.written) SLIPWAY_TRY(look_behind_write(std::string(rows.text(0, 0)), why));
    ids_.emplace_back(rows.text(0, 0));
    why_.push_back(why);
    return {};
  }

  Status look_behind_write(const std::string& id, const std::string& why) {
    SLIPWAY_ASSIGN(const auto rows,
                   session_.query(SqlText(std::string(k_family) + k_behind_a_write), {id}, wait_));
    if (rows.size() > 0)
      rows_.unclear.push_back(fmt::format("{}, and with it runs {}", why, rows.text(0, 0)));
    return {};
  }

  Status add_needed() {
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_needed), {array_text(ids_)}, wait_));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      QualifiedName name{std::string(rows.text(i, 0)), std::string(rows.text(i, 1))};
      // It may look at rows of other tables, which a restore would not have.
      if (rows.boolean(i, 2))
        rows_.unclear.push_back(fmt::format("{} is checked by a function", name.quoted()));
      tables_.push_back(std::move(name));
    }
    return {};
  }

  pg::Session& session_;
  plan::RowScope rows_;
  const Wait wait_;
  std::vector<std::string> ids_;
  std::vector<std::string> why_;
  std::vector<QualifiedName> tables_;
};

} // namespace

Result<BackupScope> backup_scope(pg::Session& session, const plan::Plan& plan, const Wait& wait) {
  SLIPWAY_ASSIGN(auto scope, Scoping(session, plan::row_scope(plan), wait).find());
  for (const auto& step : plan.steps)
    scope.reasons.covers.push_back({step.migration.version.str(), step.migration.checksums.bytes});
  return scope;
}

} // namespace slipway::app
