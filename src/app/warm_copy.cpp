// The copy with the old schema that is kept in step: where it is, and whose it is.
#include "warm_copy.hpp"

#include "rollback_safe.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/server_disk.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/rollback/obstacles.hpp"

#include <array>
#include <fmt/format.h>
#include <set>

namespace slipway::app {

namespace {

constexpr const char* k_control = "postgres";
constexpr const char* k_other_control = "template1";
constexpr std::int64_t k_megabyte = 1'000'000;
constexpr std::int64_t k_slots_wanted = 2;
/// What a restore and a copy are called until they are whole.
constexpr std::array<std::string_view, 2> k_half_made{"__restoring", "__copying"};

constexpr const char* k_marked = R"sql(
SELECT d.datname, pg_catalog.substr(c.setting, pg_catalog.length($1) OPERATOR(pg_catalog.+) 2)
FROM pg_catalog.pg_db_role_setting AS s
JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c(setting)
WHERE s.setrole OPERATOR(pg_catalog.=) 0::oid AND pg_catalog.starts_with(c.setting, $1 OPERATOR(pg_catalog.||) '=')
ORDER BY 1
)sql";

/// "slipway_5_after_run_7" tells which runs were there.
std::string runs_of(const std::string& capture) {
  const auto at = capture.rfind('_');
  return at == std::string::npos ? capture : capture.substr(at + 1);
}

Result<std::string> check_room(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText("SELECT pg_catalog.pg_database_size("
                                                        "pg_catalog.current_database())"),
                                                {}, wait));
  const auto size = rows.integer(0, 0);
  SLIPWAY_ASSIGN(const auto disk, pg::look_at_server_disk(session, wait));
  if (!disk.free)
    return fmt::format(
        "the copy takes {} MB; whether the server's disk has as much is not known: {}",
        size / k_megabyte, disk.unknown_since);
  const auto figures = fmt::format("the copy takes {} MB, and {} MB are free", size / k_megabyte,
                                   *disk.free / k_megabyte);
  if (*disk.free >= static_cast<std::uint64_t>(size)) return figures;
  return fail(
      Error(ErrorCode::check_failed, figures).with_hint("deploy.capture = slot needs no copy"));
}

Status drop_database(pg::Session& session, const std::string& name, const Wait& wait) {
  SLIPWAY_TRY(session.execute(
      SqlText(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_identifier(name))),
      wait));
  return {};
}

} // namespace

Result<std::string> check_warm_copy(pg::Session& session, std::int64_t slots, const Wait& wait) {
  SLIPWAY_TRY(replay::check_free_slots(session, k_slots_wanted - slots, wait));
  SLIPWAY_ASSIGN(const auto obstacles,
                 rollback::obstacles_to_safe_path(session, session.database(), wait));
  for (const auto& one : obstacles)
    if (one.stops_it)
      return fail(Error(ErrorCode::unsupported, "no copy can be kept in step: " + one.message)
                      .with_hint(one.hint)
                      .with_state("nothing was changed"));
  return check_room(session, wait);
}

Result<std::string> make_warm_copy(const Context& context, pg::Session& session,
                                   const std::string& capture, const std::string& backup,
                                   const Wait& wait) {
  SLIPWAY_ASSIGN(auto found, find_backup(context, backup));
  const auto name = rollback::kept_copy_name(session.database(), runs_of(capture));
  auto& manifest = found.manifest;
  manifest.settings.settings.push_back(
      {.role = {}, .name = rollback::k_copy_mark, .value = session.database() + "/" + capture});
  SLIPWAY_TRY(make_copy_of_backup(
      context, manifest,
      {session.options(), session.database() == k_control ? k_other_control : k_control}, name,
      wait));
  SLIPWAY_TRY(replay::make_follower(session, capture, wait));
  return name;
}

Result<std::vector<WarmCopy>> warm_copies(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText(k_marked), {std::string(rollback::k_copy_mark)}, wait));
  std::vector<WarmCopy> copies;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string mark(rows.text(row, 1));
    const auto at = mark.rfind('/');
    if (at == std::string::npos) continue;
    copies.push_back({std::string(rows.text(row, 0)), mark.substr(0, at), mark.substr(at + 1)});
  }
  return copies;
}

Result<std::string> find_warm_copy(pg::Session& session, const std::string& capture,
                                   const Wait& wait) {
  SLIPWAY_ASSIGN(const auto copies, warm_copies(session, wait));
  for (const auto& one : copies)
    if (one.capture == capture && one.database == session.database()) return one.name;
  return std::string();
}

Result<std::vector<std::string>> drop_warm_copy(pg::Session& session, const std::string& capture,
                                                const Wait& wait) {
  std::vector<std::string> dropped;
  SLIPWAY_ASSIGN(const auto copies, warm_copies(session, wait));
  for (const auto& one : copies) {
    if (one.capture != capture || one.database != session.database() ||
        one.name == session.database())
      continue;
    SLIPWAY_TRY(drop_database(session, one.name, wait));
    dropped.push_back(one.name);
  }
  // Only what slipway itself is about to overwrite is called so.
  for (const auto& ending : k_half_made)
    SLIPWAY_TRY(drop_database(session,
                              rollback::kept_copy_name(session.database(), runs_of(capture)) +
                                  std::string(ending),
                              wait));
  return dropped;
}

Result<std::vector<std::string>>
drop_warm_copies(pg::Session& session, const std::vector<std::string>& captures, const Wait& wait) {
  std::set<std::string> all(captures.begin(), captures.end());
  SLIPWAY_ASSIGN(const auto copies, warm_copies(session, wait));
  for (const auto& one : copies)
    if (one.database == session.database()) all.insert(one.capture);
  std::vector<std::string> dropped;
  for (const auto& one : all) {
    SLIPWAY_ASSIGN(const auto some, drop_warm_copy(session, one, wait));
    dropped.insert(dropped.end(), some.begin(), some.end());
  }
  return dropped;
}

} // namespace slipway::app
