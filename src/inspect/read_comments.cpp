// Comments and security labels of everything that was read before.
#include "fields.hpp"
#include "readers.hpp"

#include <map>

namespace slipway::inspect {

using schema::Property;

namespace {

// A comment on the index behind a constraint is the constraint's, one on NOT NULL its column's or
// domain's. Those on arrays, multiranges and row types are nobody's: pg_dump loses them, too.
constexpr std::string_view k_comments = R"(
SELECT d.classoid, d.objoid, d.objsubid, d.description, i.oid, n.conrelid, n.conkey[1], n.contypid
FROM pg_catalog.pg_description AS d
LEFT JOIN pg_catalog.pg_constraint AS i
  ON d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.objsubid OPERATOR(pg_catalog.=) 0 AND i.conindid OPERATOR(pg_catalog.=) d.objoid
  AND i.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_constraint AS n
  ON d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
  AND n.oid OPERATOR(pg_catalog.=) d.objoid AND n.contype OPERATOR(pg_catalog.=) 'n'
LEFT JOIN pg_catalog.pg_type AS t
  ON d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
  AND t.oid OPERATOR(pg_catalog.=) d.objoid
LEFT JOIN pg_catalog.pg_type AS e
  ON e.oid OPERATOR(pg_catalog.=) t.typelem AND e.typarray OPERATOR(pg_catalog.=) t.oid
LEFT JOIN pg_catalog.pg_class AS c
  ON c.oid OPERATOR(pg_catalog.=) t.typrelid AND c.relkind OPERATOR(pg_catalog.<>) 'c'
WHERE (d.objoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
    OR d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass)
  AND t.typtype IS DISTINCT FROM 'm' AND e.oid IS NULL AND c.oid IS NULL
  AND (d.classoid, d.objoid, d.description) IS DISTINCT FROM
    ('pg_catalog.pg_namespace'::pg_catalog.regclass, 2200::pg_catalog.oid, 'standard public schema'))";

void set_comment(Reading& reading, const CopiedRow& row) {
  const auto set = [&](std::optional<Handle> handle, Property property) {
    if (handle) reading.builder().set(*handle, property, row.text(3));
  };
  const auto own = reading.known(row.oid(0), row.oid(1), static_cast<int>(row.number(2)));
  const auto constraint =
      row.is_null(4) ? std::nullopt : reading.known(Catalog::constraint, row.oid(4));
  if (constraint)
    set(constraint, Property::index_comment);
  else if (own || row.is_null(5))
    set(own, Property::comment);
  else if (row.oid(5) != 0)
    set(reading.known(Catalog::relation, row.oid(5), static_cast<int>(row.number(6))),
        Property::not_null_comment);
  else
    set(reading.known(Catalog::type, row.oid(7)), Property::not_null_comment);
}

// Subscriptions belong to the whole server, and so do their labels.
constexpr std::string_view k_labels = R"(
SELECT l.classoid, l.objoid, l.objsubid, pg_catalog.concat(l.provider, '=', l.label)
FROM pg_catalog.pg_seclabel AS l
UNION ALL
SELECT l.classoid, l.objoid, 0, pg_catalog.concat(l.provider, '=', l.label)
FROM pg_catalog.pg_shseclabel AS l
WHERE l.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_subscription'::pg_catalog.regclass)";

} // namespace

Status read_comments(Reading& reading) {
  SLIPWAY_TRY(reading.each(std::string(k_comments),
                           [&](const CopiedRow& row) { set_comment(reading, row); }));
  std::map<Handle, std::vector<std::string>> labels;
  SLIPWAY_TRY(reading.each(std::string(k_labels), [&](const CopiedRow& row) {
    const auto object = reading.known(row.oid(0), row.oid(1), static_cast<int>(row.number(2)));
    if (object) labels[*object].emplace_back(row.text(3));
  }));
  for (const auto& [object, values] : labels)
    reading.builder().set_list(object, Property::security_labels, values);
  return {};
}

} // namespace slipway::inspect
