// The one kind of object of a database that CREATE DATABASE ... TEMPLATE leaves behind.
#include "subscriptions.hpp"

#include "slipway/rehearse/dump_program.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/sql/script.hpp"

#include <algorithm>
#include <array>

namespace slipway::rehearse {

namespace {

constexpr std::array<std::string_view, 3> k_statements{
    "CREATE SUBSCRIPTION ", "ALTER SUBSCRIPTION ", "COMMENT ON SUBSCRIPTION "};

bool is_of_subscription(std::string_view statement) {
  return std::any_of(k_statements.begin(), k_statements.end(),
                     [&](std::string_view beginning) { return statement.starts_with(beginning); });
}

/// Names and whether they are enabled.
Result<pg::Rows> subscriptions_of(const pg::Cluster& cluster, const std::string& database,
                                  const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_in(cluster, database, wait));
  return session.query(
      SqlText("SELECT s.subname::text, s.subenabled FROM pg_catalog.pg_subscription s"
              " JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.subdbid"
              " WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"),
      {}, wait);
}

} // namespace

Status copy_subscriptions(const pg::Cluster& cluster, const std::string& from,
                          const std::string& copy, const std::optional<std::string>& pg_dump,
                          const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows there, subscriptions_of(cluster, from, wait));
  if (there.size() == 0) return {};
  if (!pg_dump)
    return fail(ErrorCode::unsupported,
                "a database with subscriptions cannot be copied without a pg_dump of its version");
  SLIPWAY_ASSIGN(const std::string dump, dump_schema(*pg_dump, cluster, from, wait));
  SLIPWAY_ASSIGN(const sql::Script script, sql::split(dump, "pg_dump"));
  SLIPWAY_ASSIGN(auto session, open_in(cluster, copy, wait));
  for (const sql::Statement& one : script.statements)
    if (const std::string_view text = one.text(dump); is_of_subscription(text))
      SLIPWAY_TRY(session.execute(SqlText(std::string(text)), wait));
  for (std::size_t row = 0; row < there.size(); ++row)
    if (there.boolean(row, 1))
      SLIPWAY_TRY(session.execute(
          SqlText("ALTER SUBSCRIPTION " + quote_identifier(there.text(row, 0)) + " ENABLE"), wait));
  return {};
}

} // namespace slipway::rehearse
