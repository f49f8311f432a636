// What the role may not do, before a statement in the middle of the plan finds out.
#include "check.hpp"
#include "demands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace slipway::preflight {

Check privileges_check();

namespace {

constexpr const char* k_demands = R"sql(WITH d AS (
  SELECT u.kind, u.schema, u.name, u.need FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]),
                           pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.text[]))
                AS u(kind, schema, name, need)),
schemas AS (SELECT n.oid, n.nspname, n.nspowner, pg_catalog.quote_ident(n.nspname) AS quoted,
                   pg_catalog.array_position(pg_catalog.current_schemas(true), n.nspname) AS place
            FROM pg_catalog.pg_namespace AS n),
things AS (
  SELECT d.kind, d.need, t.name, t.owner, t.schema_owner, t.oid, t.word, t.schema_oid, t.schema_name
  FROM d CROSS JOIN LATERAL (
    SELECT x.* FROM (
      SELECT (s.quoted || '.' || pg_catalog.quote_ident(c.relname)) AS name, c.relowner AS owner, s.nspowner AS schema_owner,
             c.oid, CASE WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'm' THEN 'MATERIALIZED VIEW'
                         WHEN c.relkind = 'S' THEN 'SEQUENCE' WHEN c.relkind = 'f' THEN 'FOREIGN TABLE'
                         WHEN c.relkind = ANY ('{i,I}'::pg_catalog."char"[]) THEN 'INDEX' ELSE 'TABLE' END AS word,
             s.oid AS schema_oid, s.quoted AS schema_name, s.place, s.nspname AS schema
      FROM pg_catalog.pg_class AS c JOIN schemas AS s ON s.oid = c.relnamespace
      WHERE d.kind = 'relation' AND c.relname = d.name::pg_catalog.name
      UNION ALL
      SELECT (s.quoted || '.' || pg_catalog.quote_ident(y.typname)), y.typowner, s.nspowner, y.oid, 'TYPE', s.oid, s.quoted,
             s.place, s.nspname
      FROM pg_catalog.pg_type AS y JOIN schemas AS s ON s.oid = y.typnamespace
      WHERE d.kind = 'type' AND y.typname = d.name::pg_catalog.name
      UNION ALL
      SELECT (s.quoted || '.' || pg_catalog.quote_ident(f.proname)), f.proowner, s.nspowner, f.oid, 'ROUTINE', s.oid, s.quoted,
             s.place, s.nspname
      FROM pg_catalog.pg_proc AS f JOIN schemas AS s ON s.oid = f.pronamespace
      WHERE d.kind = 'routine' AND f.proname = d.name::pg_catalog.name
      UNION ALL
      SELECT s.quoted, s.nspowner, s.nspowner, s.oid, 'SCHEMA', s.oid, s.quoted, 0, s.nspname
      FROM schemas AS s WHERE d.kind = 'schema' AND s.nspname = d.name::pg_catalog.name) AS x
    WHERE CASE WHEN d.kind = 'schema' THEN true WHEN d.schema = '' THEN x.place IS NOT NULL
               ELSE x.schema = d.schema::pg_catalog.name END
    -- Of routines that share the name, one of ours: which is meant is not known.
    ORDER BY x.place, pg_catalog.pg_has_role(x.owner, 'USAGE') DESC LIMIT 1) AS t
  WHERE d.need <> 'create'),
judged AS (
  SELECT t.need, t.name, t.word, t.owner, CASE
      WHEN t.need = 'own' THEN pg_catalog.pg_has_role(t.owner, 'USAGE')
      WHEN t.need = 'drop' THEN pg_catalog.pg_has_role(t.owner, 'USAGE') OR pg_catalog.pg_has_role(t.schema_owner, 'USAGE')
      WHEN t.need = ANY ('{SELECT,INSERT,UPDATE}'::pg_catalog.text[]) THEN pg_catalog.has_any_column_privilege(t.oid, t.need)
      ELSE pg_catalog.has_table_privilege(t.oid, t.need) END AS allowed
  FROM things AS t)
SELECT CASE WHEN j.need = ANY ('{own,drop}'::pg_catalog.text[]) THEN 'own' ELSE j.need END, j.name, j.word,
       pg_catalog.pg_get_userbyid(j.owner), r.rolsuper, pg_catalog.pg_has_role(j.owner, 'MEMBER')
FROM judged AS j JOIN pg_catalog.pg_roles AS r ON r.oid = j.owner WHERE NOT j.allowed
UNION ALL
SELECT DISTINCT 'USAGE', t.schema_name, 'SCHEMA', '', false, false FROM things AS t
WHERE NOT pg_catalog.has_schema_privilege(t.schema_oid, 'USAGE')
UNION ALL
SELECT DISTINCT 'CREATE', s.quoted, 'SCHEMA', '', false, false
FROM d JOIN schemas AS s ON s.nspname = CASE WHEN d.schema = '' THEN pg_catalog.current_schema() ELSE d.schema::pg_catalog.name END
WHERE d.need = 'create' AND NOT pg_catalog.has_schema_privilege(s.oid, 'CREATE')
ORDER BY 1, 2)sql";

// The history's own tables; without them its schema is made by the run.
constexpr const char* k_history = R"sql(
SELECT CASE WHEN n.oid IS NULL THEN 'database'
            WHEN NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN 'schema'
            WHEN EXISTS (SELECT FROM pg_catalog.pg_class AS c
                         WHERE c.relnamespace = n.oid AND c.relname = ANY ('{run,migration,journal}'::pg_catalog.name[])
                           AND NOT (pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')))
            THEN 'tables' ELSE '' END,
       pg_catalog.has_database_privilege(d.oid, 'CREATE')
FROM pg_catalog.pg_database AS d
LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = $1::pg_catalog.name
WHERE d.datname = pg_catalog.current_database()
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  std::vector<std::string> kinds;
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  std::vector<std::string> rights;
  for (const auto& demand : demands_of(scene)) {
    kinds.push_back(demand.kind);
    schemas.push_back(demand.name.schema);
    names.push_back(demand.name.name);
    rights.push_back(demand.right);
  }
  return {
      question(k_demands, {array_of(kinds), array_of(schemas), array_of(names), array_of(rights)}),
      question(k_history, {scene.history_schema})};
}

struct Missing {
  std::vector<std::string> what;
  std::set<std::string> remedies;
};

void take_object(const Scene& scene, const pg::Rows& rows, std::size_t row, Missing& missing) {
  const auto right = rows.text(row, 0);
  const auto name = rows.text(row, 1);
  const auto word = rows.text(row, 2);
  const auto user = quote_identifier(scene.user);
  if (right != "own") {
    missing.what.push_back(fmt::format("{} on {} {}", right, to_lower_ascii(word), name));
    missing.remedies.insert(fmt::format("GRANT {} ON {} {} TO {};", right,
                                        word == "SCHEMA" ? "SCHEMA" : "TABLE", name, user));
    return;
  }
  const std::string owner(rows.text(row, 3));
  missing.what.push_back(
      fmt::format("ownership of {} {}, which is {}'s", to_lower_ascii(word), name, owner));
  const bool owner_is_superuser = rows.boolean(row, 4);
  const bool member = rows.boolean(row, 5);
  if (member)
    missing.remedies.insert(fmt::format("ALTER ROLE {} INHERIT; -- it is a member of {} already",
                                        user, quote_identifier(owner)));
  else if (owner_is_superuser)
    missing.remedies.insert(fmt::format("ALTER {} {} OWNER TO {};", word, name, user));
  else
    missing.remedies.insert(fmt::format("GRANT {} TO {};", quote_identifier(owner), user));
}

void take_history(const Scene& scene, const pg::Rows& rows, Missing& missing) {
  const auto lacks = rows.text(0, 0);
  const auto schema = quote_identifier(scene.history_schema);
  const auto user = quote_identifier(scene.user);
  if (lacks == "database" && !rows.boolean(0, 1)) {
    missing.what.push_back(
        fmt::format("CREATE on the database, for the history's schema {}", schema));
    missing.remedies.insert(
        fmt::format("GRANT CREATE ON DATABASE {} TO {};", quote_identifier(scene.database), user));
  } else if (lacks == "schema") {
    missing.what.push_back(fmt::format("USAGE on the history's schema {}", schema));
    missing.remedies.insert(fmt::format("GRANT USAGE ON SCHEMA {} TO {};", schema, user));
  } else if (lacks == "tables") {
    missing.what.push_back(fmt::format("INSERT and UPDATE on the history's tables in {}", schema));
    missing.remedies.insert(fmt::format(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {};", schema, user));
  }
}

Opinion judge(const Scene& scene, const Answers& answers) {
  Missing missing;
  for (std::size_t row = 0; row < answers[0].size(); ++row)
    take_object(scene, answers[0], row, missing);
  take_history(scene, answers[1], missing);
  if (!missing.what.empty()) {
    const auto count = static_cast<std::int64_t>(missing.what.size());
    return {changes_rights(scene) ? Verdict::warn : Verdict::stop,
            fmt::format("role {} lacks {}: {}{}", quote_identifier(scene.user),
                        counted(count, "right"), listed(missing.what),
                        changes_rights(scene) ? "; the plan itself changes roles, rights or names, "
                                                "which may give it"
                                              : ""),
            fmt::format("{}", fmt::join(missing.remedies, " "))};
  }
  if (scene.has_unread())
    return {Verdict::unknown,
            "enough for the statements that could be read; the parser does not know the others"};
  return {Verdict::pass,
          fmt::format("role {} may do what the {} of the plan name{}", quote_identifier(scene.user),
                      counted(static_cast<std::int64_t>(scene.statements.size()), "statement"),
                      scene.statements.size() == 1 ? "s" : "")};
}

} // namespace

Check privileges_check() {
  return {.name = "privileges",
          .looks_at =
              "ownership of what the plan alters and drops, privileges on what it reads and "
              "writes, CREATE on schemas, and the history's tables; membership counts",
          .warns = "a right is missing, and the plan itself changes roles, rights or search_path",
          .stops = "a right is missing",
          .mend = "the GRANT or ALTER ... OWNER TO that is named",
          .must_know = true,
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
