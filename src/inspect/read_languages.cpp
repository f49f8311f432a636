// Languages, access methods, casts and transforms: what has no schema of its own.
#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

std::string of_users(const std::string& oid) {
  return oid + " OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid";
}

Status read_language_objects(Reading& reading) {
  return each_own(reading, Catalog::language,
                  fmt::format(R"(
SELECT l.oid, l.lanname, pg_catalog.pg_get_userbyid(l.lanowner), {acl}, {handler}, {inline_handler},
  {validator}, l.lanpltrusted
FROM pg_catalog.pg_language AS l
WHERE l.lanispl AND {of_users})",
                              fmt::arg("acl", acl_sql("l", "l.lanacl", "l.lanowner")),
                              fmt::arg("handler", function_name("l.lanplcallfoid")),
                              fmt::arg("inline_handler", function_name("l.laninline")),
                              fmt::arg("validator", function_name("l.lanvalidator")),
                              fmt::arg("of_users", of_users("l.oid"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(Kind::language, "", row.text(1));
                    reading.remember(Catalog::language, row.oid(0), handle);
                    set_values(reading, handle, row, 2,
                               {Property::owner, Property::acl, Property::handler,
                                Property::inline_handler, Property::validator, Property::trusted});
                  });
}

Status read_access_methods(Reading& reading) {
  return each_own(reading, Catalog::access_method,
                  fmt::format(R"(
SELECT a.oid, a.amname, {handler}, CASE a.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END
FROM pg_catalog.pg_am AS a
WHERE {of_users})",
                              fmt::arg("handler", function_name("a.amhandler")),
                              fmt::arg("of_users", of_users("a.oid"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(Kind::access_method, "", row.text(1));
                    reading.remember(Catalog::access_method, row.oid(0), handle);
                    set_values(reading, handle, row, 2, {Property::handler, Property::object_type});
                  });
}

// Neither has a schema: left out are those whose types or functions are.
Status read_casts(Reading& reading) {
  return each_own(reading, Catalog::cast,
                  fmt::format(R"(
SELECT c.oid, pg_catalog.format('(%s AS %s)', pg_catalog.format_type(c.castsource, NULL),
    pg_catalog.format_type(c.casttarget, NULL)),
  NULLIF(c.castfunc::pg_catalog.regprocedure::pg_catalog.text, '-'),
  CASE c.castmethod WHEN 'i' THEN 'inout' WHEN 'b' THEN 'without function' END,
  CASE c.castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' END
FROM pg_catalog.pg_cast AS c
JOIN pg_catalog.pg_type AS s ON s.oid OPERATOR(pg_catalog.=) c.castsource
JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) c.casttarget
LEFT JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) c.castfunc
WHERE {of_users} AND {source} AND {target} AND (p.oid IS NULL OR {function}))",
                              fmt::arg("of_users", of_users("c.oid") + " AND " +
                                                       is_made_itself(Catalog::cast, "c.oid")),
                              fmt::arg("source", is_within_reach(reading, "s.typnamespace")),
                              fmt::arg("target", is_within_reach(reading, "t.typnamespace")),
                              fmt::arg("function", is_within_reach(reading, "p.pronamespace"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(Kind::cast, "", row.text(1));
                    reading.remember(Catalog::cast, row.oid(0), handle);
                    set_values(reading, handle, row, 2,
                               {Property::source_function, Property::method, Property::context});
                  });
}

std::string function_with_arguments(const std::string& oid) {
  return "NULLIF(" + oid + "::pg_catalog.oid::pg_catalog.regprocedure::pg_catalog.text, '-')";
}

Status read_transforms(Reading& reading) {
  return each_own(
      reading, Catalog::transform,
      fmt::format(
          R"(
SELECT x.oid, pg_catalog.format('FOR %s LANGUAGE %I', pg_catalog.format_type(x.trftype, NULL), l.lanname),
  {clauses}
FROM pg_catalog.pg_transform AS x
JOIN pg_catalog.pg_language AS l ON l.oid OPERATOR(pg_catalog.=) x.trflang
JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) x.trftype
WHERE {of_users} AND {type})",
          fmt::arg("clauses",
                   clause_array(
                       {clause("FROM SQL WITH FUNCTION", function_with_arguments("x.trffromsql")),
                        clause("TO SQL WITH FUNCTION", function_with_arguments("x.trftosql"))})),
          fmt::arg("of_users", of_users("x.oid")),
          fmt::arg("type", is_within_reach(reading, "t.typnamespace"))),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::transform, "", row.text(1));
        reading.remember(Catalog::transform, row.oid(0), handle);
        set_values(reading, handle, row, 2, {Property::clauses});
      });
}

} // namespace

Status read_languages(Reading& reading) {
  SLIPWAY_TRY(read_language_objects(reading));
  SLIPWAY_TRY(read_access_methods(reading));
  SLIPWAY_TRY(read_casts(reading));
  return read_transforms(reading);
}

} // namespace slipway::inspect
