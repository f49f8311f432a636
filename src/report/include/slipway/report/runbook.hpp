#pragma once

#include "slipway/base/result.hpp"
#include "slipway/source/folder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::report {

/// How the commands of a runbook reach the database. Never a secret.
struct RunbookConnection {
  enum class Kind {
    variable,     ///< `what` is the name of an environment variable with the connection string
    file,         ///< `what` is the path of a file that holds it
    program,      ///< `words` print it
    text,         ///< `what` is the string itself, which slipway.toml holds
    pg_variables, ///< PGHOST and its like
  };
  Kind kind = Kind::variable;
  std::string what = "DATABASE_URL";
  std::vector<std::string> words = {};
};

struct RunbookTable {
  std::string name;      ///< "public.orders", quoted where it must be
  std::int64_t rows = 0; ///< about
  bool operator==(const RunbookTable&) const = default;
};

/// How long something took, and where that is known from.
struct RunbookTiming {
  std::string took;   ///< "1.5 s"
  std::string source; ///< "run 12 of 2026-11-20T10:30:00Z"
  bool operator==(const RunbookTiming&) const = default;
};

/// What the database and the store of backups said when they were last asked. It is written into
/// the runbook, so that neither is needed to tell whether that is stale.
struct RunbookSightings {
  std::string seen_at;  ///< "2026-11-20"; empty: never
  std::string variable; ///< the one that held the connection string; "PG*"; empty: not known
  std::string database;
  std::string server; ///< "PostgreSQL 15.20"
  std::vector<RunbookTable> tables;
  std::optional<RunbookTiming> backup;
  std::optional<RunbookTiming> up;
  std::optional<RunbookTiming> rollback;
  bool operator==(const RunbookSightings&) const = default;
};

/// One of the newest migrations, and whether there is a way back from it.
struct RunbookMigration {
  std::string version;
  std::string name;
  std::string way_back;
};
/// The newest `count` of a folder, newest first. Errors: as source::parse_migration.
Result<std::vector<RunbookMigration>> runbook_migrations(const source::Folder& folder,
                                                         std::size_t count);

/// Everything that a runbook says beside its rehearsal log.
struct RunbookFacts {
  std::string config_option; ///< "--config FILE" when the file is not slipway.toml; else empty
  RunbookConnection connection;
  std::string backup_store;
  bool backs_up_on_deploy = true;
  std::string capture = "auto"; ///< deploy.capture
  std::vector<std::string> application;
  std::vector<std::string> previous_application;
  std::vector<std::string> health;
  std::vector<std::string> alert;
  std::vector<std::string> freeze;
  std::vector<std::string> stop;
  std::vector<std::string> unfreeze;
  std::string budget; ///< for the whole rollback: "15min"; empty: none
  std::vector<RunbookMigration> migrations;
  RunbookSightings seen;
};

/// The whole file. `log` is its section 7, heading included; empty: a log without rehearsals.
/// Commands are the lines of its blocks ```sh, in the order in which they are to be run.
std::string runbook_text(const RunbookFacts& facts, std::string_view log);

/// What a runbook of before said: nothing where it cannot be read, or is no runbook.
std::optional<RunbookSightings> sightings_in(std::string_view runbook);

/// Words as a POSIX shell reads them.
std::string shell_words(const std::vector<std::string>& words);

} // namespace slipway::report
