// A backup that holds a part of the rows does where the live database has the others. That is
// looked at twice: what the migrations say, when the backup was made, and what is there, now.
#include "slipway/rollback/backup_use.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>

namespace slipway::rollback {

namespace {

std::uint64_t number_of(const std::string& lsn) {
  const auto slash = lsn.find('/');
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  constexpr int k_hexadecimal = 16;
  if (slash == std::string::npos) return 0;
  std::from_chars(lsn.data(), lsn.data() + slash, high, k_hexadecimal);
  std::from_chars(lsn.data() + slash + 1, lsn.data() + lsn.size(), low, k_hexadecimal);
  return (static_cast<std::uint64_t>(high) << 32U) | low;
}

// Older manifests have no number; both texts are "2026-11-20T10:30:00Z" then.
bool is_from_before(const backup::Manifest& backup, const Assessment& assessment) {
  if (backup.moment.newest_run) return *backup.moment.newest_run < assessment.run.row.id;
  return backup.created <= assessment.run.row.started_at;
}

bool is_covered(const backup::Manifest& backup, const plan::AppliedMigration& migration) {
  return std::any_of(backup.reasons.covers.begin(), backup.reasons.covers.end(),
                     [&](const backup::CoveredMigration& one) {
                       return one.version == migration.version.str() &&
                              one.checksum == migration.checksums.bytes;
                     });
}

std::string missing_in(const replay::Relation& before, const replay::RelationMap& now) {
  const auto* found = now.relation(before.id);
  if (found == nullptr) return fmt::format("{} is gone", before.name.quoted());
  for (const auto& column : before.columns) {
    const auto* there = found->column(column.number);
    if (there == nullptr)
      return fmt::format("column {} of {} is gone", quote_identifier(column.name),
                         before.name.quoted());
    if (there->type != column.type)
      return fmt::format("column {} of {} is {} now", quote_identifier(column.name),
                         before.name.quoted(), there->type);
  }
  return {};
}

} // namespace

std::optional<std::string> why_no_use(const backup::Manifest& backup,
                                      const Assessment& assessment) {
  if (backup.database != assessment.database)
    return fmt::format("it is of database {}", backup.database);
  if (!is_from_before(backup, assessment))
    return fmt::format("it is not from before run {}", assessment.run.row.id);
  if (backup.extent == backup::Extent::all) return std::nullopt;
  if (backup.reasons.covers.empty())
    return "it holds a part of the rows, and nobody said which ones a rollback needs";
  for (const auto& migration : assessment.migrations)
    if (!is_covered(backup, migration))
      return fmt::format("it holds what other migrations than {} {} could take away",
                         migration.version.str(), migration.name);
  return std::nullopt;
}

bool is_later(const backup::Manifest& one, const backup::Manifest& other) {
  const auto& a = one.moment;
  const auto& b = other.moment;
  if (a.newest_run && b.newest_run && *a.newest_run != *b.newest_run)
    return *a.newest_run > *b.newest_run;
  if (!a.system.empty() && a.system == b.system && a.timeline == b.timeline && a.lsn != b.lsn)
    return number_of(a.lsn) > number_of(b.lsn);
  return one.name > other.name;
}

Status check_live_rows(const backup::Manifest& backup, const replay::RelationMap& before,
                       const replay::RelationMap& now) {
  std::map<std::string, const replay::Relation*> known;
  for (const auto& one : before.relations) known.emplace(one.name.quoted(), &one);
  Error error(ErrorCode::check_failed,
              fmt::format("{} does not hold all rows, and the database does not have the others",
                          backup.name));
  for (const auto& table : backup.tables_without_rows) {
    const auto found = known.find(table);
    const auto missing = found == known.end()
                             ? fmt::format("{} was not noted before the run", table)
                             : missing_in(*found->second, now);
    if (!missing.empty()) error.notes.push_back(missing);
  }
  if (error.notes.empty()) return {};
  return fail(std::move(error)
                  .with_hint("an older backup that holds everything does; `slipway backup list` "
                             "shows them")
                  .with_state("nothing was changed"));
}

} // namespace slipway::rollback
