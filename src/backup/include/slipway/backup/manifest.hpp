#pragma once

#include "slipway/backup/database_settings.hpp"
#include "slipway/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::backup {

/// The newest format of a manifest that this program reads, and the one it writes.
inline constexpr int k_manifest_format = 1;

/// How a backup was made.
enum class Engine {
  hot,           ///< under one snapshot, beside the application
  template_copy, ///< a copy of the database in the same cluster; the manifest is all that is stored
};
std::string_view engine_name(Engine engine);

/// How much of the database is in it.
enum class Extent {
  all,
  schema, ///< no rows
  tables, ///< the whole schema, the rows of some tables
};
std::string_view extent_name(Extent extent);

/// One stored file.
struct Part {
  std::string path; ///< below the backup's folder
  std::uint64_t bytes = 0;
  std::string sha256; ///< of the bytes as they are stored, encrypted or not
  bool operator==(const Part&) const = default;
};

/// What the digest of a table's rows is a sum of.
enum class RowHash {
  record, ///< hash_record_extended of each row
  text,   ///< hashtextextended of each row's text: for types whose hash is not that of the value
};
std::string_view row_hash_name(RowHash hash);

/// What there is in a table: equal tables have equal values, whatever the order of their rows.
struct Content {
  std::int64_t rows = 0;
  /// Sums of the rows' hashes and of the hashes of those, both modulo 2^64.
  std::uint64_t sum = 0;
  std::uint64_t sum_of_hashes = 0;
  bool operator==(const Content&) const = default;
};

/// A table whose rows are in the backup.
struct TableRows {
  std::string schema;
  std::string name;
  std::string columns;   ///< as COPY lists them, quoted
  std::string condition; ///< of an extension's table: the rows that are not the extension's own
  RowHash hash = RowHash::text;
  Content content;
  std::vector<std::string> parts; ///< paths
  std::int64_t bytes = 0;         ///< in the database, without indexes
  bool operator==(const TableRows&) const = default;
};

struct SequenceValue {
  std::string schema;
  std::string name;
  std::int64_t last_value = 0;
  bool is_called = false;
  bool operator==(const SequenceValue&) const = default;
};

struct LargeObjects {
  std::int64_t count = 0;
  Content content; ///< of their data
  std::vector<std::string> parts;
  std::string owners_part; ///< who owns which, with privileges and comments
  bool operator==(const LargeObjects&) const = default;
};

/// How the schema is written down.
enum class SchemaForm {
  pg_dump,   ///< an archive of pg_dump, with everything that it knows
  statements ///< our own statements, in two lists: before and after the rows
};
std::string_view schema_form_name(SchemaForm form);

/// Where and when the rows were seen.
struct Moment {
  std::string lsn;      ///< of the write-ahead log, just after the snapshot; empty on a platform
                        ///< that does not tell
  std::string snapshot; ///< pg_current_snapshot(): "xmin:xmax:running"
  std::string timeline;
  std::string system; ///< number of the cluster; empty where the role may not know it
  /// Of slipway's history then: what began later has a greater number. 0 when there was no run.
  std::optional<std::int64_t> newest_run;
  bool operator==(const Moment&) const = default;
};

/// A migration that was looked at when it was decided what the backup has to hold.
struct CoveredMigration {
  std::string version;
  std::string checksum; ///< of its bytes
  bool operator==(const CoveredMigration&) const = default;
};

/// Why a backup holds what it holds, when that followed from what was going to be done.
struct Reasons {
  std::vector<std::string> why; ///< sentences
  /// All other tables come whole through these, up and down, so that the live database has their
  /// rows.
  std::vector<CoveredMigration> covers;
  bool operator==(const Reasons&) const = default;
};

/// All there is to know of a backup. docs/formats/backup.md says what its JSON looks like. Nothing
/// in it is secret.
struct Manifest {
  std::string name; ///< "202611/20261120_103000_pre-deploy-0a1b2c3d"
  std::string label;
  std::string git_sha;
  std::string database;
  std::string server; ///< for people, without secrets
  int server_version = 0;
  std::string tool_version;
  Engine engine = Engine::hot;
  Extent extent = Extent::all;
  Reasons reasons;
  std::string created; ///< "2026-11-20T10:30:00Z"
  std::int64_t duration_ms = 0;
  std::string encryption; ///< "age", "gpg" or empty

  std::string fingerprint;           ///< schema::Fingerprint::text(), read under the snapshot
  std::vector<std::string> left_out; ///< schemas that do not count in it
  Moment moment;
  DatabaseSettings settings;
  std::vector<std::string> roles; ///< that objects of the database belong to or that have rights

  std::string copy_database; ///< of a template copy: the database that is the backup
  SchemaForm schema_form = SchemaForm::pg_dump;
  std::string schema_archive; ///< path of the part that holds the schema
  std::string schema_model;   ///< path of the part with the schema as `slipway snapshot` writes it
  std::vector<TableRows> tables;
  std::vector<std::string> tables_without_rows; ///< those that were left, quoted
  std::vector<SequenceValue> sequences;
  LargeObjects large_objects;
  std::vector<Part> parts;
  std::vector<std::string> not_included; ///< sentences
  bool operator==(const Manifest&) const = default;

  std::uint64_t stored_bytes() const;
  std::int64_t row_count() const;
  const Part* part(std::string_view path) const;
};

/// The manifest as its file holds it, with a digest of itself. Errors: unsupported for names that
/// are no UTF-8.
Result<std::string> to_json(const Manifest& manifest);

/// Errors: source, which names `file`, for text that is no whole manifest: cut off, changed, a part
/// listed twice, a path that leads elsewhere; unsupported for a newer format, which says so.
Result<Manifest> manifest_from_json(std::string_view text, const std::string& file);

} // namespace slipway::backup
