// The settings our sessions have.
#include "slipway/apply/step.hpp"

#include "session_limits.hpp"

namespace slipway::apply {

namespace {

constexpr int k_checks_for_dead_clients = 140000;

} // namespace

std::vector<pg::Query> transaction_settings(const pg::Session& session) {
  std::vector<pg::Query> settings;
  const auto set = [&](const std::string& name, const std::string& value) {
    settings.push_back(
        {SqlText("SELECT pg_catalog.set_config($1::text, $2::text, true)"), {name, value}});
  };
  set("idle_in_transaction_session_timeout", "60s");
  if (session.server_version() >= k_checks_for_dead_clients)
    set("client_connection_check_interval", "1s");
  return settings;
}

Status prepare_session(pg::Session& session, const std::string& application_name,
                       const Wait& wait) {
  std::vector<pg::Query> settings;
  const auto set = [&](const std::string& name, const std::string& value) {
    settings.push_back(
        {SqlText("SELECT pg_catalog.set_config($1::text, $2::text, false)"), {name, value}});
  };
  set("application_name", application_name);
  set("idle_in_transaction_session_timeout", "60s");
  if (session.server_version() >= k_checks_for_dead_clients)
    set("client_connection_check_interval", "1s");
  SLIPWAY_TRY(session.pipeline(settings, wait));
  return {};
}

Status set_limits(const RunContext& context, Millis lock_timeout, Millis statement_timeout,
                  const Wait& wait) {
  if (context.borrowed_session) return {};
  SLIPWAY_TRY(context.session.query(
      SqlText("SELECT pg_catalog.set_config('lock_timeout', $1::text, false), "
              "pg_catalog.set_config('statement_timeout', $2::text, false)"),
      {std::to_string(lock_timeout.count()), std::to_string(statement_timeout.count())}, wait));
  return {};
}

Status lift_limits(const RunContext& context, const Wait& wait) {
  return set_limits(context, Millis(0), Millis(0), wait);
}

} // namespace slipway::apply
