#pragma once

#include "slipway/source/migration.hpp"

#include <string>

namespace slipway::source {

/// A script as the history keeps it, with what its file said about running it.
struct StoredScript {
  Section section;
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout;
  std::optional<std::chrono::milliseconds> statement_timeout;
  std::vector<Reverse> reverses;
};

/// The down section as text that stands on its own: the directives of the file that govern how it
/// runs, then the section's bytes. After the previous image is redeployed this text is all that is
/// left of the file. Precondition: the migration has a down section.
std::string stored_down_text(const Migration& migration);

/// The up section as text that stands on its own: what a rollback must know of the file, then the
/// section's bytes.
std::string stored_up_text(const Migration& migration);

/// Reads back what stored_down_text or stored_up_text made. `label` names it in errors. Errors:
/// source, when the text is damaged.
Result<StoredScript> read_stored(const std::string& text, const std::string& label);

} // namespace slipway::source
