// Looks at everything that a run stands on, and names the command that mends what is wrong.
#include "slipway/app/doctor.hpp"

#include "doctor_backups.hpp"
#include "doctor_captures.hpp"
#include "doctor_leftovers.hpp"
#include "doctor_rights.hpp"
#include "doctor_trash.hpp"
#include "pooler.hpp"
#include "runner.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/pg/server_facts.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr int k_oldest_server = 130000;
constexpr int k_newest_known_server = 190000;

class Doctor {
public:
  Doctor(const Context& context, const Wait& wait)
      : context_(context), wait_(wait), store_(history_store(context)) {}

  std::vector<Diagnosis> examine() {
    look_at_files();
    auto session = connect();
    if (!session) return std::move(found_);
    look_at_server(*session);
    look_at_schema_privileges(*session);
    look_at_lock(*session);
    look_at_history(*session);
    for (auto& one : find_leftovers(*session, wait_)) found_.push_back(std::move(one));
    for (auto& one : find_rights(context_, *session, wait_)) found_.push_back(std::move(one));
    for (auto& one : find_captures(context_, *session, wait_)) found_.push_back(std::move(one));
    for (auto& one : find_backup_leftovers(context_, *session, wait_))
      found_.push_back(std::move(one));
    for (auto& one : find_trash(context_, *session, wait_)) found_.push_back(std::move(one));
    return std::move(found_);
  }

private:
  void say(std::string what, Health health, std::string text, std::string remedy = {}) {
    found_.push_back({std::move(what), health, std::move(text), std::move(remedy)});
  }
  void unknown(std::string what, const Error& error) {
    say(std::move(what), Health::unknown, "could not be looked at: " + error.message, error.hint);
  }

  void look_at_files() {
    folder_ = read_migrations(context_);
    if (!folder_)
      return say("migrations", Health::problem, folder_.error().message,
                 folder_.error().next_command);
    say("migrations", folder_->files.empty() ? Health::note : Health::ok,
        fmt::format("{} in {}", folder_->files.size(), folder_->path),
        folder_->files.empty() ? "slipway new NAME" : "");
    for (const auto& file : folder_->files)
      if (const auto migration = source::parse_migration(file); !migration)
        say("file", Health::problem, fmt::format("{}: {}", file.path, migration.error().message),
            migration.error().hint);
  }

  std::optional<pg::Session> connect() {
    auto session = open_session(context_, "doctor", wait_);
    if (session) {
      say("connection", Health::ok, session->describe());
      return std::move(*session);
    }
    const auto& error = session.error();
    say("connection", Health::problem, error.message, error.hint);
    for (const auto* what :
         {"server", "pooler", "privileges", "history", "invalid indexes", "unvalidated constraints",
          "half-detached partitions", "backups", "left databases", "closed databases",
          "folders without a database", "capture", "trash"})
      say(what, Health::unknown, "not looked at: there is no connection");
    return std::nullopt;
  }

  void look_at_server(pg::Session& session) {
    const auto facts = pg::read_server_facts(session, wait_);
    if (!facts) return unknown("server", facts.error());
    const bool supported = facts->version >= k_oldest_server;
    say("server",
        !supported                                ? Health::problem
        : facts->version >= k_newest_known_server ? Health::warning
                                                  : Health::ok,
        fmt::format("PostgreSQL {}, {}", facts->version_text, facts->platform),
        supported ? "" : "slipway is tested on PostgreSQL 13 to 18");
    look_at_pooler(session, *facts);
    if (facts->in_recovery)
      say("role of the server", Health::problem, "a standby, which cannot be changed",
          "connect to the primary");
    if (facts->read_only)
      say("read-only", Health::problem, "new transactions are read-only",
          "ALTER ROLE " + quote_identifier(facts->user) + " RESET default_transaction_read_only");
    can_create_schema_ = facts->can_create_schema;
  }

  void look_at_pooler(pg::Session& session, const pg::ServerFacts& facts) {
    const auto way = way_to_server(context_, facts);
    if (!way) return say("pooler", Health::problem, way.error().message, way.error().hint);
    if (*way == WayToServer::direct) return say("pooler", Health::ok, "none in between");
    const auto begun = session.execute(SqlText("BEGIN"), wait_);
    if (!begun)
      return say(
          "pooler", Health::problem, "it allows no transactions: " + begun.error().message,
          "set pool_mode = transaction or session, or point DATABASE_URL at the server itself");
    if (const auto ended = session.execute(SqlText("ROLLBACK"), wait_); !ended)
      return unknown("pooler", ended.error());
    say("pooler", Health::note,
        *way == WayToServer::session_pooler
            ? "one in session mode, as connection.pooler says"
            : "one in between: the runner lock is a transaction on a second connection, and only SET LOCAL is used");
    if (facts.lock_timeout_ms > 0)
      say("lock_timeout", Health::problem,
          fmt::format(
              "{} ms through the pooler, where it cannot be changed: an index cannot be built CONCURRENTLY",
              facts.lock_timeout_ms),
          fmt::format("ALTER ROLE {} SET lock_timeout = 0", quote_identifier(facts.user)));
  }

  void look_at_schema_privileges(pg::Session& session) {
    const auto schema = context_.config.text("history.schema");
    const auto user = quote_identifier(session.user());
    const auto rows = session.query(
        SqlText(
            "SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_schema_privilege(n.oid, 'CREATE') "
            "FROM pg_catalog.pg_namespace AS n WHERE n.nspname OPERATOR(pg_catalog.=) $1::name"),
        {schema}, wait_);
    if (!rows) return unknown("privileges", rows.error());
    if (rows->size() == 0)
      return say("privileges", can_create_schema_ ? Health::ok : Health::problem,
                 can_create_schema_
                     ? fmt::format("may create the schema {}", quote_identifier(schema))
                     : fmt::format("may not create the schema {}", quote_identifier(schema)),
                 can_create_schema_ ? ""
                                    : fmt::format("GRANT CREATE ON DATABASE {} TO {};",
                                                  quote_identifier(session.database()), user));
    const bool enough = rows->boolean(0, 0);
    say("privileges", enough ? Health::ok : Health::problem,
        enough ? "enough for the history" : "the history's schema cannot be used",
        enough ? ""
               : fmt::format("GRANT USAGE, CREATE ON SCHEMA {} TO {};", quote_identifier(schema),
                             user));
  }

  void look_at_lock(pg::Session& session) {
    const auto holder = locks::runner_lock_holder(session, store_.schema(), wait_);
    if (!holder) return unknown("runner lock", holder.error());
    say("runner lock", *holder ? Health::note : Health::ok,
        *holder ? "held by " + (*holder)->describe() : "free", *holder ? remedy_for(**holder) : "");
  }

  std::string remedy_for(const locks::LockHolder& holder) const {
    constexpr const char* k_only = "-- only if that runner is really gone";
    if (!holder.lease_holder.empty())
      return fmt::format("DELETE FROM {}.lease; {}", quote_identifier(store_.schema()), k_only);
    return fmt::format("SELECT pg_terminate_backend({}); {}", holder.backend_pid, k_only);
  }

  void look_at_history(pg::Session& session) {
    const auto layout = store_.layout(session, wait_);
    if (!layout) return unknown("history", layout.error());
    if (*layout == 0)
      return say("history", Health::note, "none yet: slipway has never run here", "slipway up");
    const auto history = store_.read(session, wait_);
    if (!history) return unknown("history", history.error());
    say("history", Health::ok,
        fmt::format("layout {}, {} applied", *layout, history->applied.size()));
    if (folder_) {
      const auto comparison = plan::compare(*folder_, *history);
      if (comparison.changed() > 0)
        say("files", Health::problem,
            fmt::format("{} changed after being applied", comparison.changed()), "slipway verify");
      if (const auto missing = comparison.count(plan::EntryState::missing); missing > 0)
        say("files", Health::warning,
            fmt::format("{} applied migrations have no file here", missing), "slipway status");
    }
    for (const auto& one : history->applied)
      if (one.state != plan::AppliedState::applied)
        say("half done", Health::problem, fmt::format("{} {}", one.version.str(), one.name),
            one.state == plan::AppliedState::applying ? "slipway up" : "slipway down");
    look_at_runs(session);
  }

  void look_at_runs(pg::Session& session) {
    constexpr std::int64_t k_recent = 20;
    const auto runs = store_.runs(session, k_recent, wait_);
    if (!runs) return unknown("runs", runs.error());
    for (const auto& run : *runs)
      if (run.outcome.empty())
        say("run without an end", Health::note,
            fmt::format("run {} ({}) of {} on {}, begun {}", run.id, run.info.kind, run.info.actor,
                        run.info.host, run.started_at),
            "slipway repair");
  }

  const Context& context_;
  const Wait& wait_;
  history::Store store_;
  Result<source::Folder> folder_{source::Folder{}};
  bool can_create_schema_ = false;
  std::vector<Diagnosis> found_;
};

} // namespace

std::vector<Diagnosis> diagnose(const Context& context) {
  return Doctor(context, look_wait(context)).examine();
}

} // namespace slipway::app
