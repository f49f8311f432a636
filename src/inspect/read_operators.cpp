// Operators, and operator classes and families with their members.
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

#include <map>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

std::string operand(const std::string& type) {
  return fmt::format("CASE WHEN {0} OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'NONE' "
                     "ELSE pg_catalog.format_type({0}, NULL) END",
                     type);
}

std::string operator_clause(const std::string& words, const std::string& oid) {
  return clause(words, "(SELECT pg_catalog.format('OPERATOR(%s.%s)', "
                       "r.oprnamespace::pg_catalog.regnamespace, r.oprname) "
                       "FROM pg_catalog.pg_operator AS r WHERE r.oid OPERATOR(pg_catalog.=) " +
                           oid + ")");
}

// https://www.postgresql.org/docs/current/sql-createoperator.html
std::string operator_clauses() {
  const auto type = [](const std::string& oid) {
    return "CASE WHEN " + oid + " OPERATOR(pg_catalog.<>) 0::pg_catalog.oid " +
           "THEN pg_catalog.format_type(" + oid + ", NULL) END";
  };
  return clause_array(
      {clause("FUNCTION =", function_name("o.oprcode")), clause("LEFTARG =", type("o.oprleft")),
       clause("RIGHTARG =", type("o.oprright")), operator_clause("COMMUTATOR =", "o.oprcom"),
       operator_clause("NEGATOR =", "o.oprnegate"),
       clause("RESTRICT =", function_name("o.oprrest")),
       clause("JOIN =", function_name("o.oprjoin")), clause_if("HASHES", "o.oprcanhash"),
       clause_if("MERGES", "o.oprcanmerge")});
}

// An operator without a function is a mere name: another one has it as its commutator or negator.
Status read_operator_objects(Reading& reading) {
  return each_own(
      reading, Catalog::operator_,
      fmt::format(R"(
SELECT o.oid, o.oprnamespace, o.oprname, pg_catalog.concat({left}, ', ', {right}),
  pg_catalog.pg_get_userbyid(o.oprowner), {clauses}
FROM pg_catalog.pg_operator AS o
WHERE o.oprcode::pg_catalog.oid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND {read})",
                  fmt::arg("left", operand("o.oprleft")), fmt::arg("right", operand("o.oprright")),
                  fmt::arg("clauses", operator_clauses()),
                  fmt::arg("read", reading.in_read_schemas("o.oprnamespace"))),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::operator_, reading.schema_name(row.oid(1)),
                                                  row.text(2), row.text(3));
        reading.remember(Catalog::operator_, row.oid(0), handle);
        set_values(reading, handle, row, 4, {Property::owner, Property::clauses});
      });
}

Status read_families(Reading& reading) {
  return each_own(reading, Catalog::operator_family,
                  fmt::format(R"(
SELECT f.oid, f.opfnamespace, f.opfname, m.amname, pg_catalog.pg_get_userbyid(f.opfowner)
FROM pg_catalog.pg_opfamily AS f
JOIN pg_catalog.pg_am AS m ON m.oid OPERATOR(pg_catalog.=) f.opfmethod
WHERE {read})",
                              fmt::arg("read", reading.in_read_schemas("f.opfnamespace"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(Kind::operator_family,
                                                              reading.schema_name(row.oid(1)),
                                                              row.text(2), row.text(3));
                    reading.remember(Catalog::operator_family, row.oid(0), handle);
                    set_values(reading, handle, row, 4, {Property::owner});
                  });
}

Status read_classes(Reading& reading) {
  const auto storage = "CASE WHEN c.opckeytype OPERATOR(pg_catalog.<>) 0::pg_catalog.oid "
                       "THEN pg_catalog.format_type(c.opckeytype, NULL) END";
  return each_own(
      reading, Catalog::operator_class,
      fmt::format(R"(
SELECT c.oid, c.opcnamespace, c.opcname, m.amname, pg_catalog.pg_get_userbyid(c.opcowner),
  pg_catalog.format_type(c.opcintype, NULL), c.opcdefault, {clauses}
FROM pg_catalog.pg_opclass AS c
JOIN pg_catalog.pg_am AS m ON m.oid OPERATOR(pg_catalog.=) c.opcmethod
JOIN pg_catalog.pg_opfamily AS f ON f.oid OPERATOR(pg_catalog.=) c.opcfamily
WHERE {read})",
                  fmt::arg("clauses",
                           clause_array({clause("FAMILY", full_name("f.opfnamespace", "f.opfname")),
                                         clause("STORAGE", storage)})),
                  fmt::arg("read", reading.in_read_schemas("c.opcnamespace"))),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(
            Kind::operator_class, reading.schema_name(row.oid(1)), row.text(2), row.text(3));
        reading.remember(Catalog::operator_class, row.oid(0), handle);
        set_values(reading, handle, row, 4,
                   {Property::owner, Property::type, Property::is_default, Property::clauses});
      });
}

// What holds a member, its class or its family, is in its dependencies alone. From 14 on members
// that a class can do without are the family's.
constexpr std::string_view k_members = R"(
SELECT d.refclassid, d.refobjid,
  pg_catalog.format('OPERATOR %s %s%s', o.amopstrategy, o.amopopr::pg_catalog.regoperator,
    ' FOR ORDER BY ' OPERATOR(pg_catalog.||) (
      SELECT pg_catalog.format('%s.%I', s.opfnamespace::pg_catalog.regnamespace, s.opfname)
      FROM pg_catalog.pg_opfamily AS s WHERE s.oid OPERATOR(pg_catalog.=) o.amopsortfamily))
FROM pg_catalog.pg_amop AS o
JOIN pg_catalog.pg_depend AS d
  ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_amop'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) o.oid
WHERE o.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
  AND d.refclassid IN ('pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_opfamily'::pg_catalog.regclass)
  AND (d.refclassid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_opfamily'::pg_catalog.regclass
    OR d.refobjid OPERATOR(pg_catalog.=) o.amopfamily)
UNION ALL
SELECT d.refclassid, d.refobjid,
  pg_catalog.format('FUNCTION %s (%s, %s) %s', p.amprocnum, pg_catalog.format_type(p.amproclefttype, NULL),
    pg_catalog.format_type(p.amprocrighttype, NULL), p.amproc::pg_catalog.oid::pg_catalog.regprocedure)
FROM pg_catalog.pg_amproc AS p
JOIN pg_catalog.pg_depend AS d
  ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_amproc'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) p.oid
WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
  AND d.refclassid IN ('pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_opfamily'::pg_catalog.regclass))";

Status read_members(Reading& reading) {
  std::map<Handle, std::vector<std::string>> members;
  SLIPWAY_TRY(reading.each(std::string(k_members), [&](const CopiedRow& row) {
    const auto holder = reading.known(row.oid(0), row.oid(1));
    if (!holder) return;
    members[*holder].emplace_back(row.text(2));
  }));
  for (const auto& [holder, list] : members)
    reading.builder().set_list(holder, Property::members, list);
  return {};
}

} // namespace

Status read_operators(Reading& reading) {
  SLIPWAY_TRY(read_operator_objects(reading));
  SLIPWAY_TRY(read_families(reading));
  SLIPWAY_TRY(read_classes(reading));
  return read_members(reading);
}

} // namespace slipway::inspect
