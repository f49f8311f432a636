#include "slipway/replay/migration_rows.hpp"

#include <nlohmann/json.hpp>

namespace slipway::replay {

namespace {

/// The same text for the same key, whoever wrote it.
std::string normal_key(std::string_view key) {
  const auto json = nlohmann::json::parse(key, nullptr, false);
  if (json.is_discarded()) return std::string(key);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

void MigrationRows::add(const QualifiedName& table, std::string_view key) {
  keys[table].insert(normal_key(key));
}

void MigrationRows::add(const MigrationRows& more) {
  for (const auto& [table, some] : more.keys) keys[table].insert(some.begin(), some.end());
  emptied.insert(more.emptied.begin(), more.emptied.end());
}

bool MigrationRows::has(const QualifiedName& table, std::string_view key) const {
  const auto found = keys.find(table);
  return found != keys.end() && found->second.contains(normal_key(key));
}

} // namespace slipway::replay
