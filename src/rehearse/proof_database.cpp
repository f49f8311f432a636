// Copies that a proof works on, and that nothing is left of.
#include "slipway/rehearse/proof_database.hpp"

#include <fmt/format.h>
#include <random>
#include <utility>

namespace slipway::rehearse {

namespace {

constexpr Millis k_drop_time{30'000};

std::string new_name() {
  std::random_device random;
  return fmt::format("slipway_proof_{:08x}{:08x}", random(), random());
}

/// A database with a subscription cannot be dropped; none of these was ever connected.
Status forget_subscriptions(const pg::Cluster& cluster, const std::string& database,
                            const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_in(cluster, database, wait));
  SLIPWAY_ASSIGN(const pg::Rows names,
                 session.query(SqlText("SELECT s.subname FROM pg_catalog.pg_subscription s "
                                       "JOIN pg_catalog.pg_database d ON d.oid = s.subdbid "
                                       "WHERE d.datname = pg_catalog.current_database()"),
                               {}, wait));
  for (std::size_t row = 0; row < names.size(); ++row) {
    const std::string name = quote_identifier(names.text(row, 0));
    for (const std::string& sql :
         {"ALTER SUBSCRIPTION " + name + " DISABLE",
          "ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)", "DROP SUBSCRIPTION " + name})
      SLIPWAY_TRY(session.execute(SqlText(sql), wait));
  }
  return {};
}

} // namespace

Result<pg::Session> open_in(const pg::Cluster& cluster, const std::string& database,
                            const Wait& wait) {
  pg::ConnectOptions options;
  options.connection_string = cluster.connection_string(database);
  options.application_name = "slipway proof";
  return pg::Session::open(options, wait);
}

Result<ProofDatabase> ProofDatabase::make(pg::Cluster& cluster,
                                          const std::string& template_database, const Wait& wait) {
  std::string name = new_name();
  SLIPWAY_TRY(cluster.create_database(
      name, template_database.empty() ? "template0" : template_database, wait));
  return ProofDatabase(cluster, std::move(name));
}

ProofDatabase::ProofDatabase(ProofDatabase&& other) noexcept
    : cluster_(std::exchange(other.cluster_, nullptr)), name_(std::move(other.name_)) {
}

ProofDatabase::~ProofDatabase() {
  if (cluster_ == nullptr) return;
  const Wait wait{Deadline::after(k_drop_time)};
  // The whole cluster is thrown away; what cannot be dropped goes with it.
  if (const Status dropped = cluster_->drop_database(name_, wait); dropped) return;
  const Status forgotten = forget_subscriptions(*cluster_, name_, wait);
  if (forgotten) static_cast<void>(cluster_->drop_database(name_, wait).has_value());
}

} // namespace slipway::rehearse
