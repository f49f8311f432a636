// DROP INDEX CONCURRENTLY. Its witness is the oid of the index: once it is gone, search_path may
// lead the same name to another one, which must stay.
#include "settle/look.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

constexpr std::string_view k_witness = "index ";

} // namespace

Result<std::string> witness_of_dropped_index(pg::Session& session,
                                             const sql::Interruption& statement, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText("SELECT coalesce(pg_catalog.to_regclass($1::text)::pg_catalog.oid::text, '0')"),
          {statement.object.quoted()}, wait));
  return std::string(k_witness) + std::string(rows.text(0, 0));
}

Result<Finding> look_at_dropped_index(const Question& question) {
  const auto& witness = question.earlier.witness;
  const auto name = question.statement.object.quoted();
  std::optional<std::string> oid;
  if (witness && witness->rfind(k_witness, 0) == 0) oid = witness->substr(k_witness.size());
  SLIPWAY_ASSIGN(const auto rows,
                 question.session.query(
                     SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid "
                             "OPERATOR(pg_catalog.=) coalesce($1::pg_catalog.oid, "
                             "pg_catalog.to_regclass($2::text)::pg_catalog.oid))"),
                     {oid, name}, question.wait));
  if (rows.boolean(0, 0))
    return Finding{.verdict = Verdict::not_done,
                   .evidence = fmt::format("the index {} is still there", name),
                   .cleanups = {}};
  return Finding{.verdict =
                     question.interrupted() && oid != "0" ? Verdict::done : Verdict::not_done,
                 .evidence = fmt::format("the index {} is gone", name),
                 .cleanups = {}};
}

} // namespace slipway::apply::settle
