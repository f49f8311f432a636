#include "slipway/inspect/read.hpp"

#include "readers.hpp"

#include <array>

namespace slipway::inspect {

namespace {

// What the texts of expressions depend on.
// https://www.postgresql.org/docs/current/runtime-config-client.html
constexpr std::string_view k_begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n";
constexpr std::string_view k_begin_inner = "SAVEPOINT slipway_look;\n";
constexpr const char* k_end_inner =
    "ROLLBACK TO SAVEPOINT slipway_look; RELEASE SAVEPOINT slipway_look";
constexpr std::string_view k_settings = R"(
SET LOCAL search_path = '';
SET LOCAL datestyle = 'ISO, MDY';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL timezone = 'UTC';
SET LOCAL quote_all_identifiers = off;
SET LOCAL standard_conforming_strings = on;
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';
SET LOCAL xmlbinary = 'base64';
SET LOCAL jit = off;
SET LOCAL lock_timeout = '2s')";

using Reader = Status (*)(Reading&);

constexpr auto k_readers = std::to_array<Reader>({
    read_schemas,     read_extensions,      read_languages,
    read_types,       read_collations,      read_relations,
    read_columns,     read_sequences,       read_indexes,
    read_constraints, read_rules,           read_triggers,
    read_policies,    read_statistics,      read_routines,
    read_operators,   read_text_search,     read_foreign,
    read_replication, read_event_triggers,  read_default_privileges,
    read_comments,    read_extension_bonds, read_member_grants,
});

Result<schema::Origin> origin_of(Reading& reading) {
  schema::Origin origin;
  origin.server_version = reading.version();
  origin.left_out = reading.scope().leave_out;
  SLIPWAY_TRY(reading.each(
      "SELECT pg_catalog.pg_encoding_to_char(d.encoding), pg_catalog.concat_ws(' ', " +
          reading.since(15, "d.datlocprovider, ", "") +
          "d.datcollate, d.datctype), pg_catalog.pg_get_userbyid(d.datdba) FROM pg_catalog.pg_database AS d "
          "WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()",
      [&](const CopiedRow& row) {
        origin.encoding = row.text(0);
        origin.locale = row.text(1);
        origin.owner = row.text(2);
      }));
  return origin;
}

Result<schema::Schema> read_all(Reading& reading) {
  for (const auto reader : k_readers) SLIPWAY_TRY(reader(reading));
  if (reading.scope().dependencies) {
    SLIPWAY_TRY(read_dependencies(reading));
    reading.builder().dependencies_read();
  }
  SLIPWAY_ASSIGN(auto origin, origin_of(reading));
  return reading.builder().finish(std::move(origin));
}

} // namespace

Result<schema::Schema> read_schema(pg::Session& session, const Scope& scope, const Wait& wait) {
  // In a transaction that is not ours, such as one whose changes are to be looked at.
  const bool inner = session.transaction_status() == pg::TransactionStatus::in_transaction;
  std::string begin(inner ? k_begin_inner : k_begin);
  if (!scope.snapshot.empty())
    begin.append("SET TRANSACTION SNAPSHOT ").append(quote_literal(scope.snapshot)).append(";\n");
  SLIPWAY_TRY(session.execute(SqlText(begin.append(k_settings)), wait));
  Reading reading(session, scope, wait);
  auto schema = read_all(reading);
  if (session.usable()) {
    const auto ended = session.execute(SqlText(inner ? k_end_inner : "ROLLBACK"), wait);
    if (schema && !ended) return fail(ended.error());
  }
  return schema;
}

} // namespace slipway::inspect
