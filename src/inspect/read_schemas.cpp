#include "readers.hpp"

namespace slipway::inspect {

Status read_schemas(Reading& reading) {
  return reading.each("SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n "
                      "WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_|^information_schema$'",
                      [&](const CopiedRow& row) {
                        reading.note_schema(row.oid(0), std::string(row.text(1)));
                        reading.remember(
                            Catalog::schema, row.oid(0),
                            reading.builder().add(schema::Kind::schema, "", row.text(1)));
                      });
}

} // namespace slipway::inspect
