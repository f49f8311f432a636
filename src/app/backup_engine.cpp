// Which engine a backup is made by, when nobody said.
#include "backup_work.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/target.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace slipway::app {

namespace {

/// Reading and writing back rows takes some ten seconds of a processor a gigabyte: from here on
/// that is an hour of four of them.
constexpr std::int64_t k_too_large = std::int64_t{1500} << 30U;
constexpr double k_gigabyte = 1024.0 * 1024.0 * 1024.0;

struct Facts {
  std::int64_t bytes = 0;
  std::int64_t sessions = 0; ///< that a copy behind a fence would end
  bool may_create = false;
  bool may_clone = false;
};

Result<Facts> read_facts(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT pg_catalog.pg_database_size(pg_catalog.current_database()), "
                            "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS a "
                            "WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() "
                            "AND a.backend_type OPERATOR(pg_catalog.=) 'client backend' "
                            "AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()), "
                            "(SELECT r.rolcreatedb OR r.rolsuper FROM pg_catalog.pg_roles AS r "
                            "WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER)"),
                    {}, wait));
  constexpr int k_clones = 180'000;
  return Facts{.bytes = rows.integer(0, 0),
               .sessions = rows.integer(0, 1),
               .may_create = rows.boolean(0, 2),
               .may_clone = session.server_version() >= k_clones};
}

// Empty where nobody can tell, as of a remote one.
std::string room_in_store(const Context& context) {
  if (context.config.text("backup.store").starts_with("rclone:")) return {};
  std::filesystem::path folder = context.config.path("backup.store");
  std::error_code error;
  while (!folder.empty() && !std::filesystem::exists(folder, error) &&
         folder != folder.parent_path())
    folder = folder.parent_path();
  const auto space = std::filesystem::space(folder.empty() ? "." : folder, error);
  if (error) return {};
  return fmt::format(", {:.1f} GB free in the store",
                     static_cast<double>(space.available) / k_gigabyte);
}

std::string of_a_copy(const Facts& facts) {
  if (!facts.may_create) return "a copy inside the cluster needs CREATEDB, which the role lacks";
  return fmt::format("a copy inside the cluster would end {} session{}{}", facts.sessions,
                     facts.sessions == 1 ? "" : "s",
                     facts.may_clone ? ", and share its blocks where the file system can" : "");
}

} // namespace

Result<ChosenEngine> choose_engine(const Context& context, const std::string& copy) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "backup", wait));
  SLIPWAY_ASSIGN(const auto facts, read_facts(session, wait));
  const auto size = fmt::format("{:.1f} GB", static_cast<double>(facts.bytes) / k_gigabyte);
  if (!copy.empty())
    return ChosenEngine{backup::Engine::template_copy,
                        fmt::format("a copy was asked for; it takes {} more and ends {} session{}",
                                    size, facts.sessions, facts.sessions == 1 ? "" : "s")};
  const bool has_pgbackrest = !context.config.text("backup.pgbackrest_stanza").empty();
  if (facts.bytes >= k_too_large && has_pgbackrest)
    return ChosenEngine{backup::Engine::pgbackrest,
                        size + " are too much to be read and written row by row"};
  return ChosenEngine{
      backup::Engine::hot,
      fmt::format("{}{}; nobody is put out, while {}{}", size, room_in_store(context),
                  of_a_copy(facts),
                  facts.bytes < k_too_large
                      ? ""
                      : "; a restore takes hours, set backup.pgbackrest_stanza for another way")};
}

} // namespace slipway::app
