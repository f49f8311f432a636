// Constraints that hold for new rows only.
#include "check.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::preflight {

Check unvalidated_constraints_check();

namespace {

constexpr int k_knows_not_enforced = 180000;

constexpr const char* k_question = R"sql(
SELECT (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)),
       pg_catalog.quote_ident(k.conname), pg_catalog.lower(k.conname)
FROM ours AS o JOIN pg_catalog.pg_constraint AS k ON k.conrelid = o.oid
JOIN pg_catalog.pg_class AS c ON c.oid = o.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT k.convalidated)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  // One that is NOT ENFORCED is never validated, and is not meant to be.
  const std::string enforced =
      scene.server_version >= k_knows_not_enforced ? " AND k.conenforced" : "";
  return {question(with_ours() + k_question + enforced + " ORDER BY 1, 2", ours_params(scene))};
}

bool plan_validates(const Scene& scene, std::string_view constraint) {
  return std::any_of(scene.statements.begin(), scene.statements.end(), [&](const Planned& one) {
    return one.facts->kind == "alter table" &&
           one.text.find("validate constraint") != std::string::npos &&
           one.text.find(constraint) != std::string::npos;
  });
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto& rows = answers[0];
  std::vector<std::string> names;
  std::vector<std::string> statements;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (plan_validates(scene, rows.text(row, 2))) continue;
    names.push_back(fmt::format("{} of {}", rows.text(row, 1), rows.text(row, 0)));
    statements.push_back(fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};", rows.text(row, 0),
                                     rows.text(row, 1)));
  }
  if (names.empty())
    return {Verdict::pass,
            rows.size() == 0
                ? "none on tables of the plan"
                : fmt::format("{}, and the plan validates all",
                              counted(static_cast<std::int64_t>(rows.size()), "constraint"))};
  return {Verdict::warn,
          fmt::format("{} not validated: {}",
                      counted(static_cast<std::int64_t>(names.size()), "constraint"),
                      listed(names)),
          fmt::format("{}", fmt::join(statements, " "))};
}

} // namespace

Check unvalidated_constraints_check() {
  return {.name = "unvalidated-constraints",
          .looks_at = "constraints of tables of the plan that were added NOT VALID; those that are "
                      "NOT ENFORCED do not count",
          .warns = "there is one that the plan does not validate",
          .stops = "",
          .mend = "ALTER TABLE ... VALIDATE CONSTRAINT, as a migration",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
