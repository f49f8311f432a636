// Turns what the server said about one statement into what a person needs at 2 AM.
#include "failure.hpp"

#include <array>
#include <fmt/format.h>
#include <string_view>

namespace slipway::apply {

namespace {

struct KnownCause {
  std::string_view sqlstate;
  std::string_view hint;
};

// The common troubles of migrations, by SQLSTATE (PostgreSQL manual, appendix A).
constexpr std::array<KnownCause, 12> k_causes{{
    {"42703",
     "the column is not there at this point: a migration that adds it may be missing, or have a later version"},
    {"42P01",
     "the table is not there at this point: a migration that creates it may be missing, or have a later version"},
    {"42701",
     "the column is there already, perhaps from a run by hand: check it, and use ADD COLUMN IF NOT EXISTS if it is the same"},
    {"42P07",
     "an object of that name is there already, perhaps from a run by hand: check it, and use IF NOT EXISTS if it is the same"},
    {"42710",
     "an object of that name is there already, perhaps from a run by hand: check whether it is the same"},
    {"42501",
     "the role lacks a privilege or does not own the object; `slipway doctor` names what to grant"},
    {"23503",
     "rows without a partner are in the way: add the foreign key NOT VALID, clean them up, then VALIDATE CONSTRAINT"},
    {"23505",
     "rows with equal keys are in the way: find them with GROUP BY ... HAVING count(*) > 1"},
    {"23502", "rows with NULL are in the way: fill them first"},
    {"55P04",
     "a value added to an enum can be used only after its migration is committed: use it in a later migration"},
    {"57014",
     "the statement took longer than statement_timeout: give this migration `-- slipway:statement-timeout 30min`, or do it in chunks"},
    {"25001", "this cannot run inside a transaction: add `-- slipway:transaction off`"},
}};

} // namespace

std::string label(const plan::Step& step) {
  return step.migration.version.str() + " " + step.migration.name;
}

std::string retry_command(const plan::Step& step) {
  return step.direction == Direction::up ? "slipway up" : "slipway down";
}

Error placed(Error error, const plan::Step& step, const plan::PlannedStatement& statement) {
  return plan::placed_at(std::move(error), step.section, statement.statement);
}

Error hinted(Error error, const plan::Step& step) {
  if (!error.sql || !error.hint.empty()) return error;
  if (!error.sql->hint.empty()) return error;
  for (const auto& cause : k_causes)
    if (error.sql->sqlstate == cause.sqlstate) error.hint = std::string(cause.hint);
  if (error.sql->sqlstate == "42703" && step.direction == Direction::up)
    error.next_command = "slipway status";
  return error;
}

} // namespace slipway::apply
