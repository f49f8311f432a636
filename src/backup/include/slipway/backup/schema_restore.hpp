#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/backup/restore.hpp"
#include "slipway/backup/store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace slipway::backup {

struct SchemaRestoreRequest {
  std::vector<std::string> schemas; ///< whose objects and rows are wanted
  /// Of these the ones that are not there; all others are there, and empty.
  std::vector<std::string> to_make;
  Cipher cipher; ///< from cipher_for_reading()
  std::string program_folder;
  int server_version = 0;
};

/// Fills schemas of a database that is there, in a transaction of the caller's: for a role that may
/// not make a database. What is of no schema (extensions, publications, event triggers, casts,
/// large objects) is left as it is. The steps are in the order of the functions.
class SchemaRestore {
public:
  /// Fetches and checks every part, before anything is touched. Errors: check_failed for a part
  /// that is missing or damaged, and for an older server; unsupported when the backup holds no dump
  /// or there is no pg_restore for it; io; cancelled.
  static Result<SchemaRestore> prepare(const Manifest& manifest, Store& store,
                                       const SchemaRestoreRequest& request, const Wait& wait);
  SchemaRestore(SchemaRestore&&) noexcept;
  ~SchemaRestore();

  /// Settings under which values are written back exactly; for the whole session.
  Status pin(pg::Session& session, const Wait& wait) const;
  Status make_tables(pg::Session& session, const Wait& wait) const;
  /// Rows, and where sequences stand.
  Status load_rows(pg::Session& session, const Wait& wait) const;
  /// What rows must not break: indexes, unique keys, checks.
  Status add_keys(pg::Session& session, const Wait& wait) const;
  /// What acts: foreign keys, triggers, rules, policies; and what materialized views hold.
  Status add_rest(pg::Session& session, const Wait& wait) const;
  /// Tables whose rows are not those of the manifest, with both digests. Under the settings of
  /// `pin`.
  Result<std::vector<std::string>> compare_rows(pg::Session& session, const Wait& wait) const;

private:
  struct State;
  explicit SchemaRestore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace slipway::backup
