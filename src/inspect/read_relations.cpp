#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"
#include "secret_options.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

Kind kind_of(char relkind) {
  switch (relkind) {
  case 'S':
    return Kind::sequence;
  case 'v':
    return Kind::view;
  case 'm':
    return Kind::materialized_view;
  case 'f':
    return Kind::foreign_table;
  default:
    return Kind::table;
  }
}

std::string relations_sql(const Reading& reading) {
  return "SELECT c.oid, c.relnamespace, c.relkind, c.relname, c.reltype, c.relreplident, "
         "pg_catalog.pg_get_userbyid(c.relowner), "
         "CASE WHEN c.relkind IN ('S') THEN " +
         acl_sql("s", "c.relacl", "c.relowner") + " ELSE " +
         acl_sql("r", "c.relacl", "c.relowner") +
         " END, c.reloptions, s.spcname, CASE WHEN c.relpersistence IN ('u') THEN 'unlogged' END, "
         "a.amname, "
         "CASE WHEN c.reloftype NOT IN (0) THEN pg_catalog.format_type(c.reloftype, NULL) END, "
         "CASE WHEN c.relkind IN ('p') THEN pg_catalog.pg_get_partkeydef(c.oid) END, "
         "pg_catalog.pg_get_expr(c.relpartbound, c.oid), c.relrowsecurity, c.relforcerowsecurity, "
         "NOT c.relispopulated, c.relpersistence "
         "FROM pg_catalog.pg_class AS c "
         "LEFT JOIN pg_catalog.pg_am AS a ON a.oid OPERATOR(pg_catalog.=) c.relam "
         "AND c.relkind IN ('r', 'm', 'p') AND a.amname NOT IN ('heap') "
         "LEFT JOIN pg_catalog.pg_tablespace AS s "
         "ON s.oid OPERATOR(pg_catalog.=) c.reltablespace "
         "WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND " +
         reading.in_read_schemas("c.relnamespace");
}

void set_replica_identity(Reading& reading, Handle handle, char relkind,
                          std::string_view identity) {
  if (relkind != 'r' && relkind != 'm' && relkind != 'p') return;
  if (identity == "f") reading.builder().set(handle, Property::replica_identity, "full");
  // With an index this is what holds once that index is gone; read_indexes knows better.
  if (identity == "n" || identity == "i")
    reading.builder().set(handle, Property::replica_identity, "nothing");
}

void add_relation(Reading& reading, const CopiedRow& row) {
  const auto oid = row.oid(0);
  if (reading.is_member(Catalog::relation, oid)) return;
  const char relkind = row.text(2).front();
  const auto& schema = reading.schema_name(row.oid(1));
  FoundRelations::Relation found;
  found.kind = relkind;
  found.persistence = row.text(18).front();
  found.typed = !row.is_null(12);
  found.schema = schema;
  found.name = row.text(3);
  found.sql = reading.quoted()(schema) + "." + reading.quoted()(found.name);
  if (relkind == 'c') {
    // Composite types are objects by their type; their columns hang on the relation.
    const auto type = reading.known(Catalog::type, row.oid(4));
    if (!type) return;
    found.handle = *type;
    reading.remember(Catalog::relation, oid, found.handle);
    reading.relations().add(oid, std::move(found));
    return;
  }
  const auto* const owner = reading.relations().sequence_owner(oid);
  if (owner != nullptr && owner->identity) return;

  found.handle = reading.builder().add(kind_of(relkind), schema, found.name);
  reading.remember(Catalog::relation, oid, found.handle);
  set_values(reading, found.handle, row, 6,
             {Property::owner, Property::acl, Property::options, Property::tablespace,
              Property::persistence, Property::table_access_method, Property::of_type,
              Property::partition_by, Property::partition_bound, Property::row_security,
              Property::force_row_security, Property::not_populated});
  set_replica_identity(reading, found.handle, relkind, row.text(5));
  reading.relations().add(oid, std::move(found));
}

Status read_sequence_owners(Reading& reading) {
  return reading.each(
      "SELECT s.seqrelid, d.refobjid, d.refobjsubid, d.deptype IN ('i') "
      "FROM pg_catalog.pg_sequence AS s JOIN pg_catalog.pg_depend AS d "
      "ON d.objid OPERATOR(pg_catalog.=) s.seqrelid AND d.objsubid IN (0) "
      "AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
      "AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
      "AND d.refobjsubid OPERATOR(pg_catalog.>) 0 AND d.deptype IN ('a', 'i')",
      [&](const CopiedRow& row) {
        reading.relations().own_sequence(row.oid(0),
                                         {row.oid(1), static_cast<int>(row.number(2)), row.yes(3)});
      });
}

Status read_toast_options(Reading& reading) {
  return reading.each("SELECT c.oid, t.reloptions FROM pg_catalog.pg_class AS t "
                      "JOIN pg_catalog.pg_class AS c "
                      "ON c.reltoastrelid OPERATOR(pg_catalog.=) t.oid "
                      "WHERE t.relkind IN ('t') AND t.reloptions IS NOT NULL",
                      [&](const CopiedRow& row) {
                        const auto table = reading.known(Catalog::relation, row.oid(0));
                        if (table) set_values(reading, *table, row, 1, {Property::toast_options});
                      });
}

Status read_parents(Reading& reading) {
  Oid child = 0;
  std::vector<std::string> parents;
  const auto settle = [&] {
    if (const auto table = reading.known(Catalog::relation, child))
      reading.builder().set_list(*table, Property::inherits, parents);
    parents.clear();
  };
  SLIPWAY_TRY(reading.each(
      "SELECT i.inhrelid, i.inhparent::pg_catalog.regclass, c.relispartition, " +
          reading.since(14, "i.inhdetachpending", "false") +
          " FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c "
          "ON c.oid OPERATOR(pg_catalog.=) i.inhrelid WHERE c.relkind IN ('r', 'p', 'f') "
          "ORDER BY i.inhrelid, i.inhseqno",
      [&](const CopiedRow& row) {
        if (row.oid(0) != child) settle();
        child = row.oid(0);
        const auto table = reading.known(Catalog::relation, child);
        if (!table) return;
        if (!row.yes(2)) {
          parents.emplace_back(row.text(1));
          return;
        }
        reading.builder().set(*table, Property::partition_of, row.text(1));
        reading.builder().set_flag(*table, Property::detach_pending, row.yes(3));
      }));
  settle();
  return {};
}

Status read_foreign_tables(Reading& reading) {
  return reading.each("SELECT t.ftrelid, s.srvname, t.ftoptions "
                      "FROM pg_catalog.pg_foreign_table AS t "
                      "JOIN pg_catalog.pg_foreign_server AS s "
                      "ON s.oid OPERATOR(pg_catalog.=) t.ftserver",
                      [&](const CopiedRow& row) {
                        const auto table = reading.known(Catalog::relation, row.oid(0));
                        if (!table) return;
                        auto& builder = reading.builder();
                        builder.set(*table, Property::server, row.text(1));
                        const auto parted =
                            part_options(row.array(2), OptionsOf::everybody, reading.scope());
                        builder.set_list(*table, Property::foreign_options, parted.plain);
                        builder.set_list(*table, Property::secret_digest, parted.digests);
                      });
}

} // namespace

Status read_relations(Reading& reading) {
  SLIPWAY_TRY(read_sequence_owners(reading));
  SLIPWAY_TRY(reading.each(relations_sql(reading),
                           [&](const CopiedRow& row) { add_relation(reading, row); }));
  SLIPWAY_TRY(read_toast_options(reading));
  SLIPWAY_TRY(read_parents(reading));
  return read_foreign_tables(reading);
}

} // namespace slipway::inspect
