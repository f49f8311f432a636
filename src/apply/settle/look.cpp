// Sends each kind of statement to the file that knows its traces.
#include "settle/look.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

Finding look_at_nothing(const Question& question) {
  if (question.interrupted())
    return {.verdict = Verdict::cannot_tell,
            .evidence = "nothing in the catalog tells whether it took effect",
            .cleanups = {}};
  return {.verdict = Verdict::not_done, .evidence = "the server refused it", .cleanups = {}};
}

} // namespace

Result<std::string> take_witness(pg::Session& session, const sql::Interruption& statement,
                                 const Wait& wait) {
  switch (statement.trace) {
  case sql::Trace::index_built:
    return witness_of_built_index(session, statement, wait);
  case sql::Trace::index_dropped:
    return witness_of_dropped_index(session, statement, wait);
  case sql::Trace::partition_detached:
    return witness_of_partition(session, statement, wait);
  case sql::Trace::object_created:
  case sql::Trace::object_dropped:
    return witness_of_object(session, statement, wait);
  case sql::Trace::none:
  case sql::Trace::repeatable:
  case sql::Trace::indexes_rebuilt:
    break;
  }
  return std::string();
}

Result<Finding> look(const Question& question) {
  switch (question.statement.trace) {
  case sql::Trace::repeatable:
    return Finding{.verdict = Verdict::not_done,
                   .evidence = "running it again gives the same",
                   .cleanups = {}};
  case sql::Trace::index_built:
    return look_at_built_index(question);
  case sql::Trace::index_dropped:
    return look_at_dropped_index(question);
  case sql::Trace::indexes_rebuilt:
    return look_at_rebuilt_indexes(question);
  case sql::Trace::partition_detached:
    return look_at_detached_partition(question);
  case sql::Trace::object_created:
  case sql::Trace::object_dropped:
    return look_at_object(question);
  case sql::Trace::none:
    break;
  }
  return look_at_nothing(question);
}

std::string builder_expression() {
  return "(SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p "
         "JOIN pg_catalog.pg_locks AS l ON l.pid OPERATOR(pg_catalog.=) p.pid "
         "JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) l.database "
         "WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND l.granted "
         "AND l.locktype OPERATOR(pg_catalog.=) 'relation' "
         "AND l.relation OPERATOR(pg_catalog.=) i.indrelid "
         "AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock' LIMIT 1)";
}

Cleanup drop_invalid_index(std::string_view quoted_name) {
  return {.what = fmt::format("the INVALID index {}", quoted_name),
          .sql = fmt::format("DROP INDEX CONCURRENTLY IF EXISTS {}", quoted_name),
          .waits_for_others = true};
}

std::string describe_builder(std::string_view pid) {
  return fmt::format("session {} builds indexes on its table just now", pid);
}

} // namespace slipway::apply::settle
