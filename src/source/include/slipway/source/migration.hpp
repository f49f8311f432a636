#pragma once

#include "slipway/base/result.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/base/text.hpp"
#include "slipway/base/version.hpp"
#include "slipway/sql/script.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::source {

/// Three answers to "is it still the same file?", from strict to meaningful. All SHA-256 in
/// hexadecimal.
struct Checksums {
  std::string bytes;      ///< of the file as it is (of up file, then down file, for a pair)
  std::string normalised; ///< with CRLF and CR turned into LF and a byte order mark dropped
  std::string tokens;     ///< of the up section's tokens without comments and white space
  bool operator==(const Checksums&) const = default;
};

/// A migration file as found: what its name says and its bytes. Not yet read for directives.
struct MigrationFile {
  Version version;
  std::string
      name; ///< the file name without digits, separators and extension: "add_orders_user_id"
  std::string file_name; ///< "20261120103000_add_orders_user_id.sql"
  std::string path;      ///< as errors show it
  std::shared_ptr<const std::string> text;
  /// For X.up.sql / X.down.sql pairs: the down file.
  std::string down_path;
  std::shared_ptr<const std::string> down_text;
};

/// Whether slipway wraps statements in a transaction. `automatic`: the parser decides per
/// statement.
enum class TransactionMode { automatic, on, off };
enum class Phase { expand, backfill, switch_over, contract };
std::string_view phase_name(Phase phase);
std::optional<Phase> phase_from(std::string_view name);

/// `-- slipway:allow HAZARD REASON`
struct Allow {
  std::string hazard;
  std::string reason;
  Position position;
};

/// `-- slipway:reverse TABLE.COLUMN = EXPRESSION`: what the column of the old schema is, by the row
/// of the new one, for a rollback that brings later writes back.
struct Reverse {
  QualifiedName table; ///< without a schema when the file names none
  std::string column;
  std::string expression;
  std::string written; ///< all of it, as in the file
};

/// The statements of one direction. Spans and positions are those of `text`, the whole file, which
/// errors quote.
struct Section {
  std::shared_ptr<const std::string> text;
  std::string path;
  std::vector<sql::Statement> statements;
  /// The bytes between the directive that opens the section and the next section, as the history
  /// stores them.
  std::string body;
  std::string_view sql(const sql::Statement& statement) const { return statement.text(*text); }
};

/// A migration as its file says.
struct Migration {
  Version version;
  std::string name;
  std::string path;
  Checksums checksums;
  Section up;
  std::optional<Section> down;
  std::optional<std::string> irreversible; ///< the reason there is no down
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout;
  std::optional<std::chrono::milliseconds> statement_timeout;
  std::optional<Phase> phase;
  std::optional<std::string> change;
  std::vector<Version> requires_versions;
  std::vector<Allow> allows;
  std::vector<Reverse> reverses;
  /// Key=value words of `-- slipway:backfill`, as written.
  std::optional<std::string> backfill;
  /// Queries that must return true after up, from `-- slipway:verify`.
  std::optional<Section> verify;
};

/// A problem of a file or folder that does not stop the work.
struct SourceWarning {
  std::string id; ///< "vague-name", "two-concerns", "not-sorted-numerically" ...
  std::string message;
  std::string hint;
  Place place;
};

/// Reads one file: directives, sections, statements. Errors (source, with place): unknown directive
/// with the nearest named; a directive twice, misplaced or with a bad value; statements before the
/// first section; no up section; no down section without `irreversible`; both of them; whatever
/// sql::split refuses. The text stored in the history is read back by the same function (see
/// read_stored).
Result<Migration> parse_migration(const MigrationFile& file);

/// Checksums of the file alone, without reading directives: `bytes` and `normalised`. `tokens`
/// needs the sections and is filled by parse_migration.
std::string bytes_checksum(const MigrationFile& file);
std::string normalised_checksum(const MigrationFile& file);

/// "two concerns in one file" and "vague name" of one migration.
std::vector<SourceWarning> review(const Migration& migration);

} // namespace slipway::source
