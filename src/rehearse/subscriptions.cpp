// The one kind of object of a database that CREATE DATABASE ... TEMPLATE leaves behind.
#include "subscriptions.hpp"

#include "slipway/diff/plan.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/rehearse/proof_database.hpp"

namespace slipway::rehearse {

namespace {

/// Names and connection strings.
Result<pg::Rows> subscriptions_of(const pg::Cluster& cluster, const std::string& database,
                                  const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_in(cluster, database, wait));
  return session.query(
      SqlText("SELECT s.subname::text, s.subconninfo FROM pg_catalog.pg_subscription s"
              " JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.subdbid"
              " WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"),
      {}, wait);
}

Result<schema::Schema> schema_of(const pg::Cluster& cluster, const std::string& database,
                                 const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_in(cluster, database, wait));
  inspect::Scope scope;
  scope.dependencies = true;
  return inspect::read_schema(session, scope, wait);
}

} // namespace

Status copy_subscriptions(const pg::Cluster& cluster, const std::string& from,
                          const std::string& copy, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows there, subscriptions_of(cluster, from, wait));
  if (there.size() == 0) return {};
  SLIPWAY_ASSIGN(const auto wanted, schema_of(cluster, from, wait));
  SLIPWAY_ASSIGN(const auto made, schema_of(cluster, copy, wait));
  const auto plan =
      diff::make_plan(made, wanted, {.not_renamed = {}, .online = false, .stand_ins = true});
  SLIPWAY_ASSIGN(auto session, open_in(cluster, copy, wait));
  for (const auto& one : plan.statements) SLIPWAY_TRY(session.execute(SqlText(one.sql), wait));
  // ALTER SUBSCRIPTION ... CONNECTION would do, but its text would be in the server's log.
  for (std::size_t row = 0; row < there.size(); ++row)
    SLIPWAY_TRY(session.query(
        SqlText("UPDATE pg_catalog.pg_subscription AS s SET subconninfo = $2 "
                "FROM pg_catalog.pg_database AS d WHERE d.oid OPERATOR(pg_catalog.=) s.subdbid "
                "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() "
                "AND s.subname OPERATOR(pg_catalog.=) $1::name"),
        {std::string(there.text(row, 0)), std::string(there.text(row, 1))}, wait));
  return {};
}

} // namespace slipway::rehearse
