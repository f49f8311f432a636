// A prepared transaction holds its locks with no session that could be cancelled.
#include "check.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

Check prepared_transactions_check();

namespace {

// The locks of a prepared transaction have no pid; the one on its own number tells its virtual
// transaction, and that tells the others.
constexpr const char* k_question = R"sql(
SELECT p.gid, p.owner, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - p.prepared),
       EXISTS (SELECT FROM pg_catalog.pg_locks AS l JOIN ours AS o ON o.oid = l.relation
               JOIN pg_catalog.pg_locks AS x ON x.virtualtransaction = l.virtualtransaction
               WHERE l.pid IS NULL AND l.locktype = 'relation'
                 AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.transactionid = p.transaction),
       p.prepared < (pg_catalog.clock_timestamp() - $3::pg_catalog.interval)
FROM pg_catalog.pg_prepared_xacts AS p
WHERE p.database = pg_catalog.current_database()
ORDER BY 4 DESC, p.prepared
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  auto params = ours_params(scene);
  params.emplace_back(fmt::format("{} milliseconds", scene.limits.long_transaction.count()));
  return {question(with_ours() + k_question, std::move(params))};
}

Opinion judge(const Scene&, const Answers& answers) {
  const auto& rows = answers[0];
  if (rows.size() == 0) return {Verdict::pass, "none"};
  std::int64_t on_ours = 0;
  std::int64_t old = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    on_ours += rows.boolean(row, 3) ? 1 : 0;
    old += rows.boolean(row, 4) ? 1 : 0;
  }
  const auto count = counted(static_cast<std::int64_t>(rows.size()), "prepared transaction");
  if (on_ours == 0 && old == 0)
    return {Verdict::pass, count + ", all young and without locks on tables of the plan"};
  return {Verdict::warn,
          fmt::format("{}, {} with locks on tables of the plan; the first is \"{}\" of {}, "
                      "prepared {} ago",
                      count, on_ours, rows.text(0, 0), rows.text(0, 1), age(rows.real(0, 2))),
          fmt::format("ROLLBACK PREPARED {0}; -- or COMMIT PREPARED {0}, as its coordinator says",
                      quote_literal(rows.text(0, 0)))};
}

} // namespace

Check prepared_transactions_check() {
  return {.name = "prepared-transactions",
          .looks_at = "transactions prepared for a two-phase commit, and their locks",
          .warns = "one holds a lock on a table of the plan, or is older than "
                   "`preflight.long_transaction`",
          .stops = "",
          .mend = "COMMIT PREPARED or ROLLBACK PREPARED, in the same database",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
