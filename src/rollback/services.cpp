// Managed services, told by settings and roles that nobody else has.
#include "slipway/rollback/rights.hpp"

namespace slipway::rollback {

const std::vector<Service>& known_services() {
  static const std::vector<Service> services{
      {"Amazon Aurora", "apg_", "rds_superuser",
       "the master user may: a backup is restored beside the broken database; a role without "
       "CREATEDB goes back in place",
       "rds.logical_replication = 1 in the cluster's parameter group, and a restart; the role "
       "rds_replication"},
      {"Amazon RDS", "rds.", "rds_superuser",
       "the master user may: a backup is restored beside the broken database; a role without "
       "CREATEDB goes back in place",
       "rds.logical_replication = 1, and a restart; the role rds_replication"},
      {"Google Cloud SQL", "cloudsql.", "cloudsqlsuperuser",
       "roles in cloudsqlsuperuser may: a backup is restored beside the broken database; others go "
       "back in place",
       "cloudsql.logical_decoding = on, and a restart; ALTER ROLE ... REPLICATION"},
      {"Azure Database for PostgreSQL", "azure.", "azure_pg_admin",
       "the administrator may: a backup is restored beside the broken database; a role without "
       "CREATEDB goes back in place",
       "wal_level = logical among the server parameters, and a restart; ALTER ROLE ... "
       "REPLICATION"},
      {"Neon", "neon.", "neon_superuser",
       "roles in neon_superuser may: a backup is restored beside the broken database; others go "
       "back in place",
       "logical replication enabled once for the project; a slot that nobody reads is dropped "
       "after some hours, so confirm soon"},
      {"Supabase", "", "supabase_admin",
       "the role postgres may make one, but may not end the sessions that the service itself has in "
       "the database: it goes back in place",
       "wal_level is logical from the start; the role postgres may make slots"},
  };
  return services;
}

} // namespace slipway::rollback
