// What is there or is not: databases, tablespaces, subscriptions, prepared transactions.
#include "settle/look.hpp"

#include "slipway/base/bug.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

constexpr std::string_view k_there = "there";
constexpr std::string_view k_absent = "absent";

std::string_view place_of_kind(const std::string& kind) {
  if (kind == "database")
    return "pg_catalog.pg_database AS o WHERE o.datname OPERATOR(pg_catalog.=) $1::name";
  if (kind == "tablespace")
    return "pg_catalog.pg_tablespace AS o WHERE o.spcname OPERATOR(pg_catalog.=) $1::name";
  if (kind == "subscription")
    return "pg_catalog.pg_subscription AS o JOIN pg_catalog.pg_database AS d "
           "ON d.oid OPERATOR(pg_catalog.=) o.subdbid "
           "WHERE o.subname OPERATOR(pg_catalog.=) $1::name "
           "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()";
  SLIPWAY_ASSERT(kind == "prepared transaction");
  return "pg_catalog.pg_prepared_xacts AS o WHERE o.gid OPERATOR(pg_catalog.=) $1::text";
}

} // namespace

Result<std::string> witness_of_object(pg::Session& session, const sql::Interruption& statement,
                                      const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(fmt::format("SELECT EXISTS (SELECT FROM {})",
                                                   place_of_kind(statement.kind))),
                               {statement.object.name}, wait));
  return std::string(rows.boolean(0, 0) ? k_there : k_absent);
}

Result<Finding> look_at_object(const Question& question) {
  const auto& statement = question.statement;
  const bool creates = statement.trace == sql::Trace::object_created;
  SLIPWAY_ASSIGN(const auto now, witness_of_object(question.session, statement, question.wait));
  const auto wanted = creates ? k_there : k_absent;
  // What was so before cannot have come from the statement: the server refuses it then.
  const bool was_so = question.earlier.witness == wanted;
  return Finding{.verdict = question.interrupted() && now == wanted && !was_so ? Verdict::done
                                                                               : Verdict::not_done,
                 .evidence = fmt::format("the {} {} is {}", statement.kind,
                                         quote_identifier(statement.object.name),
                                         now == k_there ? "there" : "not there"),
                 .cleanups = {}};
}

} // namespace slipway::apply::settle
