#pragma once

#include "slipway/source/migration.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace slipway::source {

/// A plain migration file of that text, version 7 "add_users".
inline MigrationFile file_of(const std::string& text) {
  return {Version(7),
          "add_users",
          "7_add_users.sql",
          "db/7_add_users.sql",
          std::make_shared<const std::string>(text),
          {},
          nullptr};
}

inline MigrationFile pair_of(const std::string& up, const std::string& down) {
  return {Version(7),
          "add_users",
          "7_add_users.up.sql",
          "db/7_add_users.up.sql",
          std::make_shared<const std::string>(up),
          "db/7_add_users.down.sql",
          std::make_shared<const std::string>(down)};
}

inline Migration parsed(const MigrationFile& file) {
  auto migration = parse_migration(file);
  if (!migration) {
    const auto place = migration.error().place.value_or(Place{});
    throw std::runtime_error(migration.error().message + " at line " + std::to_string(place.line));
  }
  return std::move(*migration);
}

inline Migration parsed(const std::string& text) {
  return parsed(file_of(text));
}

inline Error refused(const MigrationFile& file) {
  auto migration = parse_migration(file);
  if (migration) throw std::runtime_error("was accepted: " + *file.text);
  return migration.error();
}

inline Error refused(const std::string& text) {
  return refused(file_of(text));
}

inline std::vector<std::string> texts(const Section& section) {
  std::vector<std::string> all;
  for (const auto& statement : section.statements) all.emplace_back(section.sql(statement));
  return all;
}

} // namespace slipway::source
