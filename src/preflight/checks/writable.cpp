// Can the target be changed at all?
#include "check.hpp"

namespace slipway::preflight {

Check writable_check();

namespace {

std::vector<pg::Query> questions(const Scene&) {
  return {question("SELECT pg_catalog.pg_is_in_recovery(), "
                   "pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool")};
}

Opinion judge(const Scene&, const Answers& answers) {
  const auto& rows = answers[0];
  if (rows.boolean(0, 0))
    return {Verdict::stop, "the server is a standby: it is in recovery and cannot be changed",
            "connect to the primary; target_session_attrs=read-write in the connection string "
            "finds it"};
  if (rows.boolean(0, 1))
    return {Verdict::stop, "new transactions are read-only: default_transaction_read_only is on",
            "PGOPTIONS='-c default_transaction_read_only=off' slipway up"};
  return {Verdict::pass, "a primary that takes writes"};
}

} // namespace

Check writable_check() {
  return {.name = "writable",
          .looks_at = "whether the server is a standby, and whether transactions are read-only",
          .warns = "",
          .stops = "it is in recovery, or read-only",
          .mend = "connect to the primary, or turn default_transaction_read_only off",
          .must_know = true,
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
