// Turns what the server said about one statement into what a person needs at 2 AM.
#include "failure.hpp"

#include "slipway/base/text.hpp"

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
  Place place = plan::place_of(step.section, statement.statement);
  if (error.sql && error.sql->position) {
    const std::string_view text = *step.section.text;
    const auto sql = step.section.sql(statement.statement);
    const std::size_t offset =
        statement.statement.span.offset + byte_of_code_point(sql, *error.sql->position - 1);
    const LineIndex lines(text);
    const auto at = lines.position(text, offset);
    place.line = at.line;
    place.column = at.column;
    place.source_line = std::string(lines.line_at(text, offset));
    // The server points at where a word begins; underline the word.
    std::size_t end = offset;
    const auto is_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || static_cast<unsigned char>(c) >= 0x80U;
    };
    while (end < text.size() && is_word(text[end])) ++end;
    place.width = std::max<std::size_t>(1, code_points(text.substr(offset, end - offset)));
  }
  error.place = std::move(place);
  return error;
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
