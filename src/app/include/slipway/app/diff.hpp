#pragma once

#include "slipway/app/context.hpp"
#include "slipway/diff/migration_text.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/diff/soft_drop.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// What a person says when asked whether something was renamed: the number of a candidate, or
/// nothing when it really goes.
using Asker = std::function<Result<std::optional<std::size_t>>(const diff::Question&)>;

/// Two sides of a comparison, and the answers that are known already.
struct DiffRequest {
  /// As rehearse::parse_side reads it; empty: what the project's migrations make.
  std::string from;
  std::string to;
  std::vector<std::string> renames; ///< OLD=NEW, names of FROM
  std::vector<std::string> drops;   ///< paths of what really goes
  std::string seed_file;            ///< SQL that fills FROM for the proof; empty: none
  Asker ask = {};                   ///< empty: questions stop the plan
  bool down = false;                ///< find and prove the way back, too
  bool cache = true;                ///< whether what sides came to before may be looked up
};

/// Something that keeps the plan from being run until a person has decided.
struct OpenQuestion {
  std::string object;
  std::string message;
  bool is_refusal = false; ///< there is no statement for it; no answer makes one
  std::vector<diff::Question::Candidate> candidates;
};

/// What makes TO into FROM again.
struct WayDown {
  diff::WayBack way_back = diff::WayBack::impossible;
  std::string message; ///< what it brings back and what not
  std::vector<diff::Statement> statements;
};

/// What makes FROM into TO, tried on a copy.
struct DiffReport {
  bool equal = false;
  std::string from; ///< for people
  std::string to;
  std::vector<diff::Statement> statements;
  std::vector<diff::Finding> findings; ///< with what was counted and seen
  std::vector<OpenQuestion> questions; ///< with any of these the statements are not to be run
  bool proven = false;
  std::optional<WayDown> down = {}; ///< where it was asked for and something differs
};

/// Compares two sides on a throwaway server of the live side's version, plans what makes FROM into
/// TO, tries it on a copy of FROM until nothing differs any more, and has it proven. Live databases
/// are only read. Errors: usage for a side that cannot be understood; source; unsupported for
/// versions that cannot be compared and extensions that are missing; connection; sql.
Result<DiffReport> diff(const Context& context, const DiffRequest& request);

/// What is to be written as migrations.
struct GenerateRequest {
  DiffRequest sides;
  std::string name;
  /// Paths of the objects whose loss is meant.
  std::vector<std::string> allowed_losses;
  bool write = true; ///< false: only say whether something differs
  /// Whether everything is to be in one file, where that is possible.
  bool one_file = false;
  /// Whether what holds rows or values is put aside where it can be, not dropped.
  bool soft_drop = false;
  /// Whether a view stands under the old names of renamed tables and columns until a file of its
  /// own takes it away.
  bool keep_old_names = false;
};

/// A migration as it was written.
struct GeneratedFile {
  std::string path;
  std::string text;
  diff::WayBack way_back = diff::WayBack::exact;
  std::string way_back_text = {}; ///< what it brings back and what not
};

struct GenerateReport {
  DiffReport diff;
  std::vector<diff::Finding> losses; ///< that nobody allowed; then nothing was written
  std::vector<GeneratedFile> files;
  /// Paths of what is put aside; without `soft_drop` of what could be.
  std::vector<std::string> soft_drops = {};
  std::vector<diff::PlainDrop> plain_drops = {}; ///< what cannot be, and why
};

/// Writes the migrations that make `sides.from` into `sides.to`, each with its way back. Nothing is
/// written with questions open, losses not allowed, or a plan that could not be proven. Errors: as
/// diff; io, also for a file that is there already.
Result<GenerateReport> generate(const Context& context, const GenerateRequest& request);

} // namespace slipway::app
