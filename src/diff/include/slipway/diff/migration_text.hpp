#pragma once

#include "slipway/diff/plan.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace slipway::diff {

/// How much of what was there the way back brings back.
enum class WayBack {
  exact,
  lossy,      ///< the schema, but not all values
  impossible, ///< nothing leads back
};

/// What one generated file is to hold.
struct MigrationDraft {
  std::vector<Statement> up;
  /// Whether its statements are committed one by one.
  bool one_by_one = false;
  std::vector<Statement> down;
  WayBack way_back = WayBack::exact;
  std::string why; ///< of what is lossy or impossible, one sentence
  /// Of an exact way back: paths of what goes again with the values that were written since.
  std::vector<std::string> written_since = {};
  /// How long one of its statements may take, where that is longer than usual, and why.
  std::optional<std::chrono::minutes> statement_timeout = {};
  std::string timeout_why = {};
  /// Whether it takes away what programs of the release before may still use, and nothing else.
  bool contracts = false;
  /// "expand", "switch", "contract": which step of a change over several releases it is; empty
  /// where all files belong to one.
  std::string phase = {};
};

/// "exact", "lossy", "impossible".
std::string_view way_back_name(WayBack way_back);

/// What the way back brings back and what it does not, as it stands in a file: "exact", "exact for
/// the schema; values written to column public.users.email since are lost", "lossy: ...".
std::string way_back_text(const MigrationDraft& draft);

/// Splits a plan into files: what commits together stays in one, what is committed statement by
/// statement is gathered in one of its own, and so is what only takes away.
std::vector<MigrationDraft> drafts_of(const std::vector<Statement>& statements);

/// All of it in one file, where each statement may be committed by itself or all of them together;
/// nothing where some have to share a transaction and others must not.
std::optional<MigrationDraft> one_draft_of(const std::vector<Statement>& statements);

/// Says of each draft which phase it is: what only adds expands, what only takes away contracts,
/// all else switches. Nothing is said where all would be the same.
void name_phases(std::vector<MigrationDraft>& drafts);

/// The text of a migration, with what its statements can do beside them.
std::string migration_text(const std::string& title, const std::string& origin,
                           const MigrationDraft& draft);

} // namespace slipway::diff
