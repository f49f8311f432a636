#pragma once

#include "slipway/backup/cipher.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/backup/store.hpp"
#include "slipway/base/event.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/schema/schema.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::backup {

/// What a statement of such a script is for.
struct ScriptObject {
  std::string schema; ///< of a schema itself its name; empty: of none
  std::string kind;   ///< as schema::kind_name says; empty: not known
  bool acts = false;  ///< when rows are written, like a trigger; or holds what they come to
};

/// A schema as statements for an empty database, for servers that no pg_dump here can read.
struct SchemaScript {
  std::vector<std::string> before_rows;
  std::vector<std::string> after_rows;  ///< indexes, keys, triggers and the like
  std::vector<std::string> not_written; ///< what there is no statement for
  /// One for each statement of the two lists; none in an older backup.
  std::vector<ScriptObject> before_objects;
  std::vector<ScriptObject> after_objects;
};
/// Makes it of a schema that was read with its dependencies.
using SchemaWriter = std::function<Result<SchemaScript>(const schema::Schema&)>;

/// A snapshot that another session holds, such as the one that made a replication slot.
struct HeldSnapshot {
  std::string id;  ///< as pg_export_snapshot() names it
  std::string lsn; ///< where the slot's stream begins
};

/// The number of the newest run in the history; 0 when there is none.
using NewestRun = std::function<Result<std::int64_t>(pg::Session&, const Wait&)>;

struct CreateRequest {
  pg::ConnectOptions source; ///< the database
  std::string label = "manual";
  std::string git_sha;
  Extent extent = Extent::all;
  std::vector<QualifiedName> tables; ///< of Extent::tables
  /// Schemas whose rows are in it whatever the extent: slipway's own, where that is wanted.
  std::vector<std::string> always;
  Reasons reasons;
  /// Of slipway's history, asked under the snapshot; empty: not noted.
  NewestRun newest_run;
  inspect::Scope scope; ///< what counts in the fingerprint
  int jobs = 4;
  int compression_level = 1;
  Cipher cipher;
  std::string program_folder; ///< where pg_dump is looked for first
  SchemaWriter schema_writer; ///< where there is no pg_dump; empty: then there is no backup
  std::optional<HeldSnapshot> snapshot;
  Millis lock_timeout{10'000};                         ///< for ACCESS SHARE on all tables
  std::int64_t piece_bytes = std::int64_t{256} << 20U; ///< larger tables are read in pieces
  std::string tool_version;
  std::chrono::system_clock::time_point now;
  os::CrashPlan* crash = nullptr;
};

/// Makes a backup of a database beside the application, under one snapshot, and puts it into the
/// store; it is listed once its manifest is there, which is last. Holds ACCESS SHARE on all tables
/// meanwhile, so no table can be altered. Errors: lock_timeout when somebody alters one;
/// unsupported for what cannot be in it, by name; check_failed for a table that is not there; sql,
/// connection, io, cancelled. After an error nothing of it is in the store, unless that could not
/// be reached: then `leftovers` finds it.
Result<Manifest> create(const CreateRequest& request, Store& store, EventSink& events,
                        const Wait& wait);

} // namespace slipway::backup
