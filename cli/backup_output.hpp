#pragma once

#include "command.hpp"

#include "slipway/app/backup.hpp"

namespace slipway::cli {

/// What `slipway backup` prints, as text or as the document.
void print_backup_made(Invocation& invocation, const backup::Manifest& manifest);
void print_backup_list(Invocation& invocation, const app::BackupList& list);
void print_backup(Invocation& invocation, const backup::Listed& backup);
void print_backup_verified(Invocation& invocation, const app::BackupVerified& verified,
                           bool restored);
void print_pruned(Invocation& invocation, const backup::Pruned& pruned);
void print_restored(Invocation& invocation, const app::BackupRestored& restored,
                    const std::string& database);

void print_restored_folder(Invocation& invocation, const backup::Manifest& manifest,
                           const std::string& folder);

} // namespace slipway::cli
