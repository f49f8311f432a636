#pragma once

#include "slipway/base/sql_text.hpp"
#include "slipway/base/text.hpp"
#include "slipway/sql/interruption.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sql {

/// PostgreSQL's table-level lock modes, weakest first.
enum class LockMode {
  access_share,
  row_share,
  row_exclusive,
  share_update_exclusive,
  share,
  share_row_exclusive,
  exclusive,
  access_exclusive,
};

/// "ACCESS EXCLUSIVE", as LOCK TABLE spells it.
std::string_view lock_mode_name(LockMode mode);
/// Table 13.2 of the PostgreSQL manual, "Conflicting Lock Modes".
bool conflicts(LockMode a, LockMode b);

/// The strongest lock a statement takes on one relation.
struct RelationLock {
  QualifiedName relation;
  LockMode mode = LockMode::access_share;
  bool operator==(const RelationLock&) const = default;
};

/// Whether a statement may run inside a transaction block.
enum class TransactionSafety {
  safe,
  unsafe,  ///< the server refuses it inside a block (25001), or it commits by itself
  control, ///< BEGIN, COMMIT, SAVEPOINT and their kin
  unknown, ///< not understood; run inside a transaction unless the file says otherwise
};

/// What is done to an object by a statement.
enum class Action { create, alter, drop, read, write, other };

/// One object a statement names.
struct ObjectTouched {
  std::string kind; ///< "table", "index", "type", "function" ...: the server's word, lower case
  QualifiedName name;
  Action action = Action::other;
};

/// What the parser knows of one statement. Everything is relative to names as written: the parser
/// sees no catalog, so owned objects, partitions and foreign-key partners that the text does not
/// name are not listed.
struct StatementFacts {
  /// False: the grammar does not know it, or it was too deep or too big to hand to the parser; the
  /// rest was guessed from its leading words, without objects and locks.
  bool parsed = false;
  std::string unparsed_why; ///< the parser's message when not parsed
  /// Command tag in lower case: "alter table", "create index", "insert", "do" ...
  std::string kind;
  TransactionSafety transaction_safety = TransactionSafety::unknown;
  std::string unsafe_why; ///< for unsafe: the reason in one sentence
  /// How the catalog tells, after an interruption outside a transaction, whether it took effect.
  Interruption interruption;
  std::vector<ObjectTouched> objects;
  std::vector<RelationLock> locks; ///< the strongest per relation, sorted by relation
  /// SET, RESET, SET ROLE, set_config(), DISCARD, PREPARE, LISTEN, LOAD, temporary objects, session
  /// advisory locks ...: outlives the statement and its transaction.
  bool changes_session = false;
  /// It does nothing else and may be done again: a resumed run, which has another session, does so.
  bool only_changes_session = false;
  bool is_schema_change = false; ///< DDL
  /// INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY FROM (also inside a WITH).
  bool is_data_change = false;
  bool is_concurrent_index = false; ///< CREATE/DROP/REINDEX INDEX CONCURRENTLY
  /// For CREATE INDEX CONCURRENTLY: the index, if named. What a failed attempt leaves behind
  /// INVALID.
  std::optional<QualifiedName> index;
  /// The lock it takes on the other ends of foreign keys of the relations it names, where the text
  /// does not name those: DROP TABLE, DROP CONSTRAINT, DROP COLUMN, a change of type, VALIDATE,
  /// TRUNCATE ... CASCADE, ATTACH and DETACH PARTITION.
  std::optional<LockMode> partner_lock;
  /// It takes no lock on partitions and inheriting tables of the relations it names: ONLY, ATTACH
  /// and DETACH, CREATE TABLE ... PARTITION OF, a table's own name, owner, schema or options.
  bool spares_descendants = false;
};

/// Facts of each statement, in order. Never fails: what cannot be parsed says so in its facts.
/// Statements may be given from any number of threads; the work is done on one long-lived thread
/// with a big stack, because deep expressions overflow a usual one.
std::vector<StatementFacts> analyse(const std::vector<std::string_view>& statements);

/// SHA-256 over the tokens of `script` without comments and white space, with constants kept: two
/// scripts have equal digests when the server would see the same tokens. Falls back to a digest of
/// the text where the scanner refuses it.
std::string token_digest(std::string_view script);

} // namespace slipway::sql
