#include "large_objects.hpp"

#include "part_reader.hpp"

#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr int k_piece = 1 << 20;
constexpr int k_read = 0x40000; ///< INV_READ of libpq/libpq-fs.h

Status add_statements(pg::Session& session, const std::string& sql,
                      std::vector<std::string>& statements, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(sql), {}, wait));
  for (std::size_t i = 0; i < rows.size(); ++i) statements.emplace_back(rows.text(i, 0));
  return {};
}

Status load_pieces(pg::Session& session, std::string_view lines, const Wait& wait) {
  SLIPWAY_TRY(session.copy_in(SqlText("COPY pg_temp.slipway_pieces FROM STDIN"), lines, wait));
  SLIPWAY_TRY(
      session.execute(SqlText("SELECT pg_catalog.count(pg_catalog.lo_put(id, place, data)) "
                              "FROM pg_temp.slipway_pieces; TRUNCATE pg_temp.slipway_pieces"),
                      wait));
  return {};
}

} // namespace

std::string large_object_pieces() {
  return fmt::format(
      "SELECT o.id, p.place, pg_catalog.lo_get(o.id, p.place, {0}) AS data FROM ("
      "SELECT m.oid AS id, pg_catalog.lo_lseek64(pg_catalog.lo_open(m.oid, {1}), 0, 2) AS size "
      "FROM pg_catalog.pg_largeobject_metadata AS m OFFSET 0) AS o, "
      "LATERAL pg_catalog.generate_series(0::pg_catalog.int8, o.size - 1, {0}) AS p(place)",
      k_piece, k_read);
}

Result<std::vector<std::string>> large_object_statements(pg::Session& session, const Wait& wait) {
  std::vector<std::string> statements;
  SLIPWAY_TRY(add_statements(session,
                             "SELECT pg_catalog.format('SELECT pg_catalog.lo_create(%s)', m.oid) "
                             "FROM pg_catalog.pg_largeobject_metadata AS m ORDER BY m.oid",
                             statements, wait));
  SLIPWAY_TRY(add_statements(
      session,
      "SELECT pg_catalog.format('COMMENT ON LARGE OBJECT %s IS %L', m.oid, "
      "pg_catalog.obj_description(m.oid, 'pg_largeobject')) "
      "FROM pg_catalog.pg_largeobject_metadata AS m "
      "WHERE pg_catalog.obj_description(m.oid, 'pg_largeobject') IS NOT NULL ORDER BY m.oid",
      statements, wait));
  SLIPWAY_TRY(add_statements(session,
                             "SELECT pg_catalog.format('ALTER LARGE OBJECT %s OWNER TO %I', m.oid, "
                             "pg_catalog.pg_get_userbyid(m.lomowner)) "
                             "FROM pg_catalog.pg_largeobject_metadata AS m ORDER BY m.oid",
                             statements, wait));
  SLIPWAY_TRY(add_statements(
      session,
      "SELECT pg_catalog.format('GRANT %s ON LARGE OBJECT %s TO %s%s', a.privilege_type, m.oid, "
      "CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident("
      "pg_catalog.pg_get_userbyid(a.grantee)) END, "
      "CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) "
      "FROM pg_catalog.pg_largeobject_metadata AS m, "
      "LATERAL pg_catalog.aclexplode(m.lomacl) AS a WHERE a.grantee <> m.lomowner ORDER BY m.oid",
      statements, wait));
  return statements;
}

Status load_large_objects(pg::Session& session, const std::string& file, const Cipher& cipher,
                          const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText("CREATE TEMPORARY TABLE slipway_pieces (id pg_catalog.oid, "
                                      "place pg_catalog.int8, data pg_catalog.bytea)"),
                              wait));
  const auto load = [&](std::string_view lines) { return load_pieces(session, lines, wait); };
  SLIPWAY_TRY(read_part(file, cipher, load, wait));
  SLIPWAY_TRY(session.execute(SqlText("DROP TABLE pg_temp.slipway_pieces"), wait));
  return {};
}

} // namespace slipway::backup
