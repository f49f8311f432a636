// The list of checks. Adding one: checks/<name>.cpp, a declaration and a line here, and its row in
// docs/guide/preflight.md, which a test compares.
#include "checks.hpp"

namespace slipway::preflight {

Check writable_check();
Check pooler_check();
Check connections_check();
Check privileges_check();
Check plpgsql_check();
Check disk_check();
Check long_transactions_check();
Check prepared_transactions_check();
Check autovacuum_check();
Check invalid_indexes_check();
Check unvalidated_constraints_check();
Check replication_lag_check();
Check replication_slots_check();
Check logical_replication_check();

std::vector<Check> all_checks() {
  return {
      writable_check(),
      pooler_check(),
      connections_check(),
      privileges_check(),
      plpgsql_check(),
      disk_check(),
      long_transactions_check(),
      prepared_transactions_check(),
      autovacuum_check(),
      invalid_indexes_check(),
      unvalidated_constraints_check(),
      replication_lag_check(),
      replication_slots_check(),
      logical_replication_check(),
  };
}

} // namespace slipway::preflight
