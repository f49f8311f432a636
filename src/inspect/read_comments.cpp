// Comments and security labels of everything that was read before. Those on array types,
// multiranges and row types are nobody's: pg_dump loses them, too.
#include "readers.hpp"

#include <map>

namespace slipway::inspect {

using schema::Property;

namespace {

// initdb gives the schema public a comment, so that it says nothing; nor does it where somebody
// made that schema again.
constexpr std::string_view k_comments = R"(
SELECT d.classoid, d.objoid, d.objsubid, d.description, c.relkind
FROM pg_catalog.pg_description AS d
LEFT JOIN pg_catalog.pg_class AS c
  ON d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND c.oid OPERATOR(pg_catalog.=) d.objoid
WHERE (d.objoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
    OR d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass)
  AND NOT (d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
    AND d.description OPERATOR(pg_catalog.=) 'standard public schema'
    AND d.objoid IN (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname IN ('public'))))";

// Of a comment on a piece of an object: the index of a constraint, the sequence of an identity, or
// the constraint behind NOT NULL.
std::optional<Property> property_of_piece(const CopiedRow& row) {
  if (row.oid(0) == static_cast<Oid>(Catalog::constraint)) return Property::not_null_comment;
  if (row.oid(0) != static_cast<Oid>(Catalog::relation)) return std::nullopt;
  return row.text(4) == "S" ? Property::identity_comment : Property::index_comment;
}

void set_comment(Reading& reading, const CopiedRow& row) {
  const auto column = static_cast<int>(row.number(2));
  if (const auto own = reading.known(row.oid(0), row.oid(1), column)) {
    reading.builder().set(*own, Property::comment, row.text(3));
    return;
  }
  const auto whole = column == 0 ? reading.meant_by(row.oid(0), row.oid(1)) : std::nullopt;
  const auto property = property_of_piece(row);
  if (whole && property) reading.builder().set(*whole, *property, row.text(3));
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
