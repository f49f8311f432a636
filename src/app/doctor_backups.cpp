#include "doctor_backups.hpp"

#include "backup_work.hpp"

#include "slipway/backup/catalogue.hpp"
#include "slipway/backup/template_copy.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/pg/fence.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

// Names as restore, copy and rollback make them. A restored copy is wanted only while its rollback
// goes on; what a rollback kept is wanted until somebody has looked at it.
constexpr const char* k_databases = R"sql(
SELECT d.datname, pg_catalog.pg_size_pretty(CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT')
         OR pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER')
         THEN pg_catalog.pg_database_size(d.oid) END),
       pg_catalog.substring(d.datname::text, '__broken_([0-9]+)$')
FROM pg_catalog.pg_database AS d
WHERE d.datname OPERATOR(pg_catalog.~) '__(pre_[0-9]+|broken_[0-9]+|restoring|copying)$'
ORDER BY 1
)sql";

class BackupLeftovers {
public:
  BackupLeftovers(const Context& context, pg::Session& session, const Wait& wait)
      : context_(context), session_(session), wait_(wait) {}

  std::vector<Diagnosis> find() {
    look_at_store();
    look_at_databases();
    look_at_fences();
    look_at_folders();
    return std::move(found_);
  }

private:
  void say(std::string what, Health health, std::string text, std::string remedy = {}) {
    found_.push_back({std::move(what), health, std::move(text), std::move(remedy)});
  }
  void unknown(std::string what, const Error& error) {
    say(std::move(what), Health::unknown, "could not be looked at: " + error.message, error.hint);
  }

  void look_at_store() {
    const auto store = configured_store(context_);
    if (!store) return unknown("backups", store.error());
    const auto listing = backup::list_backups(**store, wait_);
    if (!listing) return unknown("backups", listing.error());
    say("backups", Health::ok,
        fmt::format("{} in {}", listing->backups.size(), (*store)->describe()));
    for (const auto& one : listing->broken)
      say("broken backup", Health::problem, fmt::format("{}: {}", one.name, one.error.message),
          "slipway backup create, and have a look at it");
    for (const auto& one : listing->leftovers)
      say("unfinished backup", Health::warning,
          fmt::format("{}: interrupted, or under way", one.name), "slipway backup prune");
  }

  void look_at_databases() {
    const auto rows = session_.query(SqlText(k_databases), {}, wait_);
    if (!rows) return unknown("left databases", rows.error());
    if (rows->size() == 0) say("left databases", Health::ok, "none");
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const std::string name(rows->text(i, 0));
      const auto text = rows->is_null(i, 1) ? name : fmt::format("{}, {}", name, rows->text(i, 1));
      const bool kept = !rows->is_null(i, 2);
      say("left database", kept ? Health::note : Health::warning, text,
          kept ? fmt::format("slipway rollback cleanup --run {}", rows->text(i, 2))
               : fmt::format("DROP DATABASE {}; -- unless a restore, copy or rollback is under way",
                             quote_identifier(name)));
    }
  }

  void look_at_fences() {
    const auto fenced = pg::fenced_databases(session_, wait_);
    if (!fenced) return unknown("closed databases", fenced.error());
    for (const auto& one : *fenced)
      say("closed database", Health::problem, fmt::format("{}: {}", one.database, one.note),
          "slipway backup unfence");
  }

  void look_at_folders() {
    const auto folders = backup::orphaned_folders(session_, wait_);
    if (!folders)
      return say("folders without a database", Health::unknown,
                 "could not be looked at: " + folders.error().message,
                 "GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) lets a role look");
    if (folders->empty()) say("folders without a database", Health::ok, "none");
    for (const auto& one : *folders)
      say("folder without a database", Health::warning,
          fmt::format("{} in the server's data directory, of a CREATE DATABASE that was cut off",
                      one),
          "remove it by hand while no CREATE DATABASE runs");
  }

  const Context& context_;
  pg::Session& session_;
  const Wait& wait_;
  std::vector<Diagnosis> found_;
};

} // namespace

std::vector<Diagnosis> find_backup_leftovers(const Context& context, pg::Session& session,
                                             const Wait& wait) {
  return BackupLeftovers(context, session, wait).find();
}

} // namespace slipway::app
