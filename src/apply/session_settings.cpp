#include "slipway/apply/step.hpp"

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

} // namespace slipway::apply
