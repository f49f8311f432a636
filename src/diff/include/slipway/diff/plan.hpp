#pragma once

#include "slipway/schema/schema.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// What a statement of a plan can do that somebody must know before it runs.
enum class FindingKind {
  data_loss,        ///< rows, columns or parts of values go and cannot be had back
  rewrite,          ///< the table is written anew under a lock that stops readers and writers
  data_dependent,   ///< fails, or means something else, depending on the rows that are there
  ambiguity,        ///< may be a rename; nothing is done until somebody says which
  access_exclusive, ///< holds ACCESS EXCLUSIVE for longer than a moment
  index_dropped,    ///< queries that used the index no longer can
  kept,             ///< out of sight, and lost only when the trash is emptied
};

/// "data_loss", as JSON and options have it.
std::string_view finding_name(FindingKind kind);
std::optional<FindingKind> finding_named(std::string_view name);

struct Finding {
  FindingKind kind = FindingKind::data_loss;
  std::string object;  ///< its path
  std::string message; ///< one sentence
  /// A query of one number, to be run where the rows are: how many of them are lost or stand in the
  /// way. Empty when there is nothing to count.
  std::string count_sql;
};

/// One statement of a plan, without its semicolon.
struct Statement {
  std::string sql;
  std::string kind;   ///< what it does: "create table", "add column", "validate constraint"
  std::string object; ///< path of the object that it is for
  /// False for what PostgreSQL refuses inside a transaction block, and for ALTER TYPE ... ADD
  /// VALUE, which must be committed before its value is used.
  bool transactional = true;
  /// Whether what comes before it is to be committed first, so that no lock of that is kept while
  /// this one works (VALIDATE CONSTRAINT after ADD ... NOT VALID).
  bool starts_transaction = false;
  /// Whether it must share the transaction of the statement before it, since between them a rule
  /// would be absent.
  bool with_previous = false;
  std::vector<Finding> findings;
  /// What takes it back with all that was there, where that cannot be found by comparing; of a soft
  /// drop.
  std::string undo = {};
};

/// An object that goes and objects that come and may be the same one under another name.
struct Question {
  schema::Identity gone;
  struct Candidate {
    schema::Identity object;
    std::string evidence; ///< "same columns, constraints and indexes"
  };
  std::vector<Candidate> candidates;
  std::string message;
};

/// Something that there is no safe statement for.
struct Refusal {
  std::string object;
  std::string message; ///< why, and what a person can do instead
};

struct Plan {
  std::vector<Statement> statements; ///< in the order in which they must run
  std::vector<Finding> findings;     ///< of all statements and of what was not planned
  std::vector<Question> questions;   ///< with any of these, `statements` is not to be run
  std::vector<Refusal> refusals;     ///< nor with any of these
};

/// An answer to a question: `from` becomes `to`, or really goes.
struct Rename {
  schema::Identity from;
  schema::Identity to;
};

struct Options {
  /// Renames that were asked for. They are planned first, by rename_statements; make_plan expects a
  /// `from` that has them already.
  std::vector<schema::Identity> not_renamed; ///< answers "no": these really go
  /// On: what exists and may be large is changed without keeping others waiting (CONCURRENTLY, NOT
  /// VALID and VALIDATE). Off: for an empty database.
  bool online = true;
  /// On: what has secrets, of which only digests are known, is made all the same, with stand-ins
  /// for them (schema/stand_in.hpp), and subscriptions without connecting: for a throwaway copy.
  bool stand_ins = false;
};

/// What makes `from` into `to`. Both must have been read with dependencies and by the same server
/// version. Pure; what it yields still has to be proven on a copy.
Plan make_plan(const schema::Schema& from, const schema::Schema& to, const Options& options);

/// The statements that rename as asked. Errors are told as refusals.
Plan rename_statements(const schema::Schema& from, const std::vector<Rename>& renames);

} // namespace slipway::diff
