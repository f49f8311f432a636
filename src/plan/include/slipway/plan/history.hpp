#pragma once

#include "slipway/base/event.hpp"
#include "slipway/base/version.hpp"
#include "slipway/source/migration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::plan {

/// How far a migration of the current set has come.
enum class AppliedState {
  applied,
  applying, ///< up began outside a transaction and did not reach its end
  undoing,  ///< down began outside a transaction and did not reach its end
};

/// A migration the target says was applied.
struct AppliedMigration {
  Version version;
  std::string name;
  AppliedState state = AppliedState::applied;
  source::Checksums checksums;
  std::optional<std::string> irreversible;
  std::optional<std::string> phase;
  std::optional<std::string> change;
  std::int64_t order = 0; ///< grows with each application, so that "newest" has a meaning
  std::int64_t run = 0;
  std::string applied_at; ///< ISO 8601, UTC
  double duration_ms = 0;
  /// Only filled where it is needed, because the texts may be large: see history::Store.
  std::optional<std::string> up_text;
  std::optional<std::string> down_text;
};

enum class StatementState { started, finished, failed };

/// The last journal row of one statement of a migration that is half applied or half undone.
struct JournaledStatement {
  Version version;
  Direction direction = Direction::up;
  std::int64_t number = 0; ///< 1-based
  std::string digest;
  StatementState state = StatementState::started;
  std::int64_t run = 0;
  std::string message;
  std::optional<std::string> witness; ///< what was there before it began, as apply wrote it down
};

/// What the target says was applied, as a value.
struct History {
  bool exists = false;                   ///< false: slipway has never run here
  std::vector<AppliedMigration> applied; ///< in order of application
  std::vector<JournaledStatement>
      unfinished; ///< of migrations that are applying or undoing, by number

  const AppliedMigration* find(Version version) const;
  /// The journaled statements of one migration in one direction.
  std::vector<JournaledStatement> unfinished_of(Version version, Direction direction) const;
};

} // namespace slipway::plan
