// Publications and subscriptions.
#include "readers.hpp"
#include "row_values.hpp"
#include "secret_options.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

#include <map>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

// A deploy publishes tables for its own way back; that comes and goes with it.
constexpr const char* k_not_a_capture = R"((p.pubname OPERATOR(pg_catalog.!~) '^slipway_'
  OR pg_catalog.obj_description(p.oid, 'pg_publication') IS DISTINCT FROM 'capture of slipway'))";

Status read_publication_objects(Reading& reading) {
  return each_own(
      reading, Catalog::publication,
      fmt::format(
          R"(
SELECT p.oid, p.pubname, pg_catalog.pg_get_userbyid(p.pubowner), p.puballtables,
  CASE WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate) THEN {operations} END,
  p.pubviaroot, {generated}
FROM pg_catalog.pg_publication AS p
WHERE {own})",
          fmt::arg("own", k_not_a_capture),
          fmt::arg("operations", clause_array({clause_if("insert", "p.pubinsert"),
                                               clause_if("update", "p.pubupdate"),
                                               clause_if("delete", "p.pubdelete"),
                                               clause_if("truncate", "p.pubtruncate")})),
          fmt::arg("generated",
                   reading.since(18, "CASE p.pubgencols WHEN 's' THEN 'stored' END", "NULL"))),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::publication, "", row.text(1));
        reading.remember(Catalog::publication, row.oid(0), handle);
        set_values(reading, handle, row, 2,
                   {Property::owner, Property::all_tables, Property::operations, Property::via_root,
                    Property::generated_columns});
      });
}

// Columns are a set: the server keeps them by their numbers.
std::string published_table(const Reading& reading) {
  const std::string name = full_name("c.relnamespace", "c.relname");
  return reading.since(15, "pg_catalog.concat(" + name + R"(,
  (SELECT ' (' OPERATOR(pg_catalog.||) pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', '
      ORDER BY a.attname) OPERATOR(pg_catalog.||) ')'
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid OPERATOR(pg_catalog.=) r.prrelid AND a.attnum OPERATOR(pg_catalog.=) ANY (r.prattrs)),
  ' WHERE (' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(r.prqual, r.prrelid) OPERATOR(pg_catalog.||) ')'))",
                       name);
}

Status read_publication_members(Reading& reading) {
  const auto sql = fmt::format(
      R"(
SELECT r.prpubid, true, {table}
FROM pg_catalog.pg_publication_rel AS r
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) r.prrelid
WHERE {read}{schemas})",
      fmt::arg("table", published_table(reading)),
      fmt::arg("read", reading.in_read_schemas("c.relnamespace")),
      fmt::arg("schemas", reading.since(15, R"(
UNION ALL
SELECT n.pnpubid, false, n.pnnspid::pg_catalog.regnamespace::pg_catalog.text
FROM pg_catalog.pg_publication_namespace AS n
WHERE )" + reading.in_read_schemas("n.pnnspid"),
                                        "")));
  std::map<Handle, std::vector<std::string>> tables;
  std::map<Handle, std::vector<std::string>> schemas;
  SLIPWAY_TRY(reading.each(sql, [&](const CopiedRow& row) {
    const auto publication = reading.known(Catalog::publication, row.oid(0));
    if (!publication) return;
    (row.yes(1) ? tables : schemas)[*publication].emplace_back(row.text(2));
  }));
  for (const auto& [publication, list] : tables)
    reading.builder().set_list(publication, Property::tables, list);
  for (const auto& [publication, list] : schemas)
    reading.builder().set_list(publication, Property::schemas, list);
  return {};
}

std::string streaming(const Reading& reading) {
  if (!reading.is_since(14)) return "NULL";
  if (!reading.is_since(16)) return clause_if("streaming = on", "s.substream");
  return clause("streaming =",
                reading.since(18, "CASE s.substream WHEN 'f' THEN 'off' WHEN 't' THEN 'on' END",
                              "CASE s.substream WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' END"));
}

// https://www.postgresql.org/docs/current/sql-createsubscription.html
std::string subscription_clauses(const Reading& reading, bool may_see_commit) {
  return clause_array(
      {"CASE WHEN s.subslotname IS NULL THEN 'slot_name = NONE' "
       "WHEN s.subslotname OPERATOR(pg_catalog.<>) s.subname "
       "THEN pg_catalog.concat('slot_name = ', pg_catalog.quote_literal(s.subslotname)) END",
       may_see_commit ? clause("synchronous_commit =", "NULLIF(s.subsynccommit, 'off')") : "NULL",
       reading.since(14, clause_if("binary = true", "s.subbinary"), "NULL"), streaming(reading),
       reading.since(
           15, clause_if("two_phase = true", "s.subtwophasestate OPERATOR(pg_catalog.<>) 'd'"),
           "NULL"),
       reading.since(15, clause_if("disable_on_error = true", "s.subdisableonerr"), "NULL"),
       reading.since(16, clause_if("password_required = false", "NOT s.subpasswordrequired"),
                     "NULL"),
       reading.since(16, clause_if("run_as_owner = true", "s.subrunasowner"), "NULL"),
       reading.since(16, clause("origin =", "NULLIF(s.suborigin, 'any')"), "NULL"),
       reading.since(17, clause_if("failover = true", "s.subfailover"), "NULL")});
}

// Which columns a role may see besides those that all may: 13 hides even the OID.
struct Sight {
  bool oid = false;
  bool commit = false;
  bool conninfo = false;
};

Result<Sight> sight_of_subscriptions(Reading& reading) {
  Sight sight;
  const auto may = [](const std::string& column) {
    return "pg_catalog.has_column_privilege('pg_catalog.pg_subscription', '" + column +
           "', 'SELECT')";
  };
  SLIPWAY_TRY(
      reading.each("SELECT " + may("oid") + ", " + may("subsynccommit") + ", " + may("subconninfo"),
                   [&](const CopiedRow& row) { sight = {row.yes(0), row.yes(1), row.yes(2)}; }));
  return sight;
}

Status read_subscriptions(Reading& reading) {
  SLIPWAY_ASSIGN(const auto sight, sight_of_subscriptions(reading));
  return reading.each(
      fmt::format(
          R"(
SELECT {oid}, s.subname, pg_catalog.pg_get_userbyid(s.subowner),
  {enabled}, {clauses},
  ARRAY(SELECT pg_catalog.quote_ident(u.name) FROM pg_catalog.unnest(s.subpublications) AS u (name)),
  {conninfo}
FROM pg_catalog.pg_subscription AS s
WHERE s.subdbid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d
  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))",
          fmt::arg("oid", sight.oid ? "s.oid" : "0"),
          fmt::arg("enabled", clause_if("disabled", "NOT s.subenabled")),
          fmt::arg("clauses", subscription_clauses(reading, sight.commit)),
          fmt::arg("conninfo", sight.conninfo ? "s.subconninfo" : "NULL")),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::subscription, "", row.text(1));
        if (sight.oid) reading.remember(Catalog::subscription, row.oid(0), handle);
        set_values(reading, handle, row, 2,
                   {Property::owner, Property::enabled, Property::clauses, Property::members});
        if (!row.is_null(6) || reading.scope().names_of_secrets_only)
          reading.builder().set_list(handle, Property::secret_digest,
                                     {secret_digest("conninfo", row.is_null(6) ? "" : row.text(6),
                                                    reading.scope(), std::string(row.text(1)))});
      });
}

} // namespace

Status read_replication(Reading& reading) {
  SLIPWAY_TRY(read_publication_objects(reading));
  SLIPWAY_TRY(read_publication_members(reading));
  return read_subscriptions(reading);
}

} // namespace slipway::inspect
