#pragma once

#include "settle/finding.hpp"

#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"
#include "slipway/sql/interruption.hpp"

#include <string>
#include <string_view>

namespace slipway::apply::settle {

/// What a look has to go by. References must outlive the call.
struct Question {
  pg::Session& session;
  const sql::Interruption& statement;
  const plan::EarlierAttempt& earlier;
  const Wait& wait;
  bool interrupted() const { return earlier.state == plan::StatementState::started; }
};

/// What is there before the statement is sent, as a text that `look` reads back; empty where
/// nothing helps. Written with the journal's row.
Result<std::string> take_witness(pg::Session& session, const sql::Interruption& statement,
                                 const Wait& wait);
/// Looks in the catalog. A statement that failed is never found done, but for a partition that was
/// left half detached: the server said no, and whatever is there was made by someone else.
Result<Finding> look(const Question& question);

/// The kinds. Each pair belongs together.
Result<std::string> witness_of_built_index(pg::Session& session, const sql::Interruption& statement,
                                           const Wait& wait);
Result<Finding> look_at_built_index(const Question& question);
Result<std::string> witness_of_dropped_index(pg::Session& session,
                                             const sql::Interruption& statement, const Wait& wait);
Result<Finding> look_at_dropped_index(const Question& question);
Result<Finding> look_at_rebuilt_indexes(const Question& question);
Result<std::string> witness_of_partition(pg::Session& session, const sql::Interruption& statement,
                                         const Wait& wait);
Result<Finding> look_at_detached_partition(const Question& question);
Result<std::string> witness_of_object(pg::Session& session, const sql::Interruption& statement,
                                      const Wait& wait);
Result<Finding> look_at_object(const Question& question);

/// The process that builds indexes concurrently on the table `i.indrelid` just now, as an SQL
/// expression, NULL when there is none. Its locks tell it, so that no privilege is needed: what
/// pg_stat_progress_create_index says of other roles' sessions is hidden from most.
std::string builder_expression();
/// The statement that drops an INVALID index.
Cleanup drop_invalid_index(std::string_view quoted_name);
/// "session 4711 builds indexes on its table"
std::string describe_builder(std::string_view pid);

} // namespace slipway::apply::settle
