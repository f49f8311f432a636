// Functions, procedures and aggregates.
#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

// What all routines have: oid, schema, name, kind, argument types, then properties from field 5 on.
std::string routines_sql(const Reading& reading, const std::string& fields,
                         const std::string& joins, const std::string& which) {
  return fmt::format(
      R"(SELECT p.oid, p.pronamespace, p.proname, p.prokind, pg_catalog.oidvectortypes(p.proargtypes),
pg_catalog.pg_get_userbyid(p.proowner), {acl}, NULLIF(pg_catalog.pg_get_function_arguments(p.oid), ''){fields}
FROM pg_catalog.pg_proc AS p {joins}
WHERE {which} AND {read})",
      fmt::arg("acl", acl_sql("f", "p.proacl", "p.proowner")), fmt::arg("fields", fields),
      fmt::arg("joins", joins), fmt::arg("which", which),
      fmt::arg("read", reading.in_read_schemas("p.pronamespace")));
}

Handle add_routine(Reading& reading, const CopiedRow& row) {
  const auto kind = row.text(3) == "p"   ? Kind::procedure
                    : row.text(3) == "a" ? Kind::aggregate
                                         : Kind::function;
  const auto handle =
      reading.builder().add(kind, reading.schema_name(row.oid(1)), row.text(2), row.text(4));
  reading.remember(Catalog::procedure, row.oid(0), handle);
  set_values(reading, handle, row, 5, {Property::owner, Property::acl, Property::arguments});
  return handle;
}

// The server makes functions in its internal language only: the constructors of ranges. The rest is
// not worth a look at pg_depend.
// The names of variadic, output and default arguments are all in the text of the arguments.
Status read_functions(Reading& reading) {
  const auto sql_body =
      reading.since(14, "pg_catalog.pg_get_function_sqlbody(p.oid)", "NULL::pg_catalog.text");
  const auto has_body = reading.since(14, "p.prosqlbody IS NULL", "true");
  const auto fields = fmt::format(
      R"(, pg_catalog.pg_get_function_result(p.oid), l.lanname,
CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END,
p.proisstrict, p.prosecdef, p.proleakproof,
CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END,
NULLIF(p.procost, CASE WHEN l.lanname IN ('internal', 'c') THEN 1 ELSE 100 END),
NULLIF(p.prorows, CASE WHEN p.proretset THEN 1000 ELSE 0 END),
{support},
ARRAY(SELECT pg_catalog.format_type(u.type, NULL)
      FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY AS u (type, n) ORDER BY u.n),
p.proconfig,
CASE WHEN {has_body} THEN p.prosrc END,
{sql_body},
p.probin,
p.prokind OPERATOR(pg_catalog.=) 'w')",
      fmt::arg("support", function_name("p.prosupport")), fmt::arg("has_body", has_body),
      fmt::arg("sql_body", sql_body));
  return each_own(
      reading, Catalog::procedure,
      routines_sql(reading, fields,
                   "JOIN pg_catalog.pg_language AS l ON l.oid OPERATOR(pg_catalog.=) p.prolang",
                   "p.prokind OPERATOR(pg_catalog.<>) 'a' "
                   "AND (l.lanname OPERATOR(pg_catalog.<>) 'internal' OR " +
                       is_made_itself(Catalog::procedure, "p.oid") + ")"),
      [&](const CopiedRow& row) {
        set_values(reading, add_routine(reading, row), row, 8,
                   {Property::result, Property::language, Property::volatility, Property::strict,
                    Property::security_definer, Property::leakproof, Property::parallel,
                    Property::cost, Property::rows, Property::support, Property::transforms,
                    Property::settings, Property::body, Property::sql_body, Property::library,
                    Property::window});
      });
}

// READ_ONLY is usual for plain aggregates, READ_WRITE for the others.
std::string modify_clause(const std::string& words, const std::string& column,
                          const std::string& function) {
  return clause(words,
                fmt::format("CASE WHEN {1} OPERATOR(pg_catalog.<>) 0::pg_catalog.oid "
                            "AND {0} OPERATOR(pg_catalog.<>) "
                            "CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::\"char\" THEN CASE {0} "
                            "WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' "
                            "ELSE 'READ_WRITE' END END",
                            column, function));
}

std::string number_clause(const std::string& words, const std::string& column) {
  return clause(words, "NULLIF(" + column + ", 0)::pg_catalog.text");
}

std::string literal_clause(const std::string& words, const std::string& column) {
  return clause(words, "pg_catalog.quote_literal(" + column + ")");
}

std::string function_clause(const std::string& words, const std::string& column) {
  return clause(words, function_name(column));
}

// https://www.postgresql.org/docs/current/sql-createaggregate.html
std::string aggregate_clauses() {
  return clause_array(
      {function_clause("SFUNC =", "a.aggtransfn"),
       clause("STYPE =", "pg_catalog.format_type(a.aggtranstype, NULL)"),
       number_clause("SSPACE =", "a.aggtransspace"),
       function_clause("FINALFUNC =", "a.aggfinalfn"),
       clause_if("FINALFUNC_EXTRA", "a.aggfinalextra"),
       modify_clause("FINALFUNC_MODIFY =", "a.aggfinalmodify", "a.aggfinalfn"),
       function_clause("COMBINEFUNC =", "a.aggcombinefn"),
       function_clause("SERIALFUNC =", "a.aggserialfn"),
       function_clause("DESERIALFUNC =", "a.aggdeserialfn"),
       literal_clause("INITCOND =", "a.agginitval"),
       function_clause("MSFUNC =", "a.aggmtransfn"),
       function_clause("MINVFUNC =", "a.aggminvtransfn"),
       clause("MSTYPE =", "CASE WHEN a.aggmtranstype OPERATOR(pg_catalog.<>) 0::pg_catalog.oid "
                          "THEN pg_catalog.format_type(a.aggmtranstype, NULL) END"),
       number_clause("MSSPACE =", "a.aggmtransspace"),
       function_clause("MFINALFUNC =", "a.aggmfinalfn"),
       clause_if("MFINALFUNC_EXTRA", "a.aggmfinalextra"),
       modify_clause("MFINALFUNC_MODIFY =", "a.aggmfinalmodify", "a.aggmfinalfn"),
       literal_clause("MINITCOND =", "a.aggminitval"),
       clause("SORTOP =", "(SELECT pg_catalog.format('OPERATOR(%s.%s)', "
                          "o.oprnamespace::pg_catalog.regnamespace, o.oprname) "
                          "FROM pg_catalog.pg_operator AS o "
                          "WHERE o.oid OPERATOR(pg_catalog.=) a.aggsortop)"),
       clause("PARALLEL =",
              "CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END"),
       clause_if("HYPOTHETICAL", "a.aggkind OPERATOR(pg_catalog.=) 'h'")});
}

Status read_aggregates(Reading& reading) {
  return each_own(
      reading, Catalog::procedure,
      routines_sql(reading,
                   ", COALESCE(NULLIF(pg_catalog.pg_get_function_identity_arguments(p.oid), ''), "
                   "'*'), " +
                       aggregate_clauses(),
                   "JOIN pg_catalog.pg_aggregate AS a ON a.aggfnoid::pg_catalog.oid "
                   "OPERATOR(pg_catalog.=) p.oid",
                   "p.prokind OPERATOR(pg_catalog.=) 'a'"),
      [&](const CopiedRow& row) {
        const auto handle = add_routine(reading, row);
        if (row.text(8) != row.text(4))
          set_values(reading, handle, row, 8, {Property::identity_arguments});
        set_values(reading, handle, row, 9, {Property::clauses});
      });
}

} // namespace

Status read_routines(Reading& reading) {
  SLIPWAY_TRY(read_functions(reading));
  return read_aggregates(reading);
}

} // namespace slipway::inspect
