// Values that an author says how to compute back.
#include "slipway/rollback/reverses.hpp"

#include "slipway/source/stored.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

std::string label(const source::Reverse& reverse) {
  return "-- slipway:reverse " + reverse.written;
}

Result<QualifiedName> table_of(const source::Reverse& reverse, const replay::RelationMap& before) {
  if (!reverse.table.schema.empty()) return reverse.table;
  const replay::Relation* found = nullptr;
  for (const auto& one : before.relations) {
    if (one.name.name != reverse.table.name) continue;
    if (found != nullptr)
      return fail(Error(ErrorCode::source,
                        fmt::format("{}: there is more than one table {}", label(reverse),
                                    quote_identifier(reverse.table.name)))
                      .with_hint("write its schema before it"));
    found = &one;
  }
  if (found != nullptr) return found->name;
  return fail(
      Error(ErrorCode::source, fmt::format("{}: there is no table {} before the migration",
                                           label(reverse), quote_identifier(reverse.table.name)))
          .with_hint("name the table and the column as the old schema has them"));
}

} // namespace

Result<replay::Reverses> reverses_of(const std::vector<source::Reverse>& written,
                                     const replay::RelationMap& before) {
  replay::Reverses reverses;
  for (const auto& one : written) {
    SLIPWAY_ASSIGN(auto table, table_of(one, before));
    reverses.emplace(replay::ColumnName{std::move(table), one.column}, one.expression);
  }
  return reverses;
}

Result<std::vector<source::Reverse>>
kept_reverses(const std::vector<plan::AppliedMigration>& migrations) {
  std::vector<source::Reverse> all;
  for (const auto& one : migrations) {
    // Most have none, and need not be read.
    if (!one.up_text || one.up_text->find("slipway:reverse") == std::string::npos) continue;
    SLIPWAY_ASSIGN(auto stored, source::read_stored(*one.up_text, one.name));
    for (auto& reverse : stored.reverses) all.push_back(std::move(reverse));
  }
  return all;
}

Status check_reverses(pg::Session& session, const replay::CarryMap& map, const Wait& wait) {
  for (const auto& table : map.tables)
    for (const auto& column : table.columns) {
      if (!column.reverse || !table.origin) continue;
      const auto taken =
          session.execute(SqlText(fmt::format("SELECT ({}\n)::text FROM {} AS slipway_row LIMIT 0",
                                              *column.reverse, table.origin->name.quoted())),
                          wait);
      if (taken) continue;
      return fail(
          Error(ErrorCode::source,
                fmt::format("the reverse expression of {}.{}: {}", table.target.name.quoted(),
                            quote_identifier(column.target.name), taken.error().message))
              .with_hint("it is computed over a row of the table as the migration leaves "
                         "it, and gives the value of the old column"));
    }
  return {};
}

} // namespace slipway::rollback
