#include "slipway/source/stored.hpp"

#include "slipway/base/bug.hpp"

#include <fmt/format.h>

namespace slipway::source {

std::string stored_down_text(const Migration& migration) {
  SLIPWAY_ASSERT(migration.down.has_value());
  std::string text;
  if (migration.transaction != TransactionMode::automatic)
    text += fmt::format("-- slipway:transaction {}\n",
                        migration.transaction == TransactionMode::on ? "on" : "off");
  if (migration.lock_timeout)
    text += fmt::format("-- slipway:lock-timeout {}ms\n", migration.lock_timeout->count());
  if (migration.statement_timeout)
    text +=
        fmt::format("-- slipway:statement-timeout {}ms\n", migration.statement_timeout->count());
  return text + migration.down->body;
}

std::string stored_up_text(const Migration& migration) {
  std::string text;
  for (const auto& one : migration.reverses)
    if (migration.up.body.find(one.written) == std::string::npos)
      text += "-- slipway:reverse " + one.written + "\n";
  return text + migration.up.body;
}

Result<StoredScript> read_stored(const std::string& text, const std::string& label) {
  // One half of a pair of files is a section without a header of its own, which is just what a
  // stored script is.
  MigrationFile file{.version = Version(0),
                     .name = label,
                     .file_name = label,
                     .path = label,
                     .text = std::make_shared<const std::string>(text),
                     .down_path = label,
                     .down_text = std::make_shared<const std::string>("SELECT")};
  SLIPWAY_ASSIGN(auto migration, parse_migration(file));
  return StoredScript{.section = std::move(migration.up),
                      .transaction = migration.transaction,
                      .lock_timeout = migration.lock_timeout,
                      .statement_timeout = migration.statement_timeout,
                      .reverses = std::move(migration.reverses)};
}

} // namespace slipway::source
