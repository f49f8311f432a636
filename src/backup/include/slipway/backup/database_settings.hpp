#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::backup {

/// What a cluster says of a database, which is in no dump of its schema and is lost by CREATE
/// DATABASE ... TEMPLATE.
struct DatabaseSettings {
  std::string owner;
  std::string encoding;
  std::string provider; ///< "libc", "icu" or "builtin"
  std::string collate;
  std::string ctype;
  std::string locale;            ///< of icu and builtin
  std::string collation_version; ///< as recorded for the database; empty: none
  std::string tablespace;
  int connection_limit = -1;
  bool allows_connections = true;
  std::string comment;

  struct Grant {
    std::string grantee; ///< empty: PUBLIC
    std::string privilege;
    bool grantable = false;
    bool operator==(const Grant&) const = default;
  };
  /// Absent: the privileges every new database has.
  std::optional<std::vector<Grant>> acl;

  struct Setting {
    std::string role; ///< empty: for everybody
    std::string name;
    std::string value;
    bool operator==(const Setting&) const = default;
  };
  std::vector<Setting> settings;

  struct Label {
    std::string provider;
    std::string label;
    bool operator==(const Label&) const = default;
  };
  std::vector<Label> labels;
  bool operator==(const DatabaseSettings&) const = default;
};

/// Reads them for any database of the session's cluster. Errors: check_failed when there is no such
/// database; sql.
Result<DatabaseSettings> read_database_settings(pg::Session& session, const std::string& database,
                                                const Wait& wait);

/// The statements that give a database what `settings` says and CREATE DATABASE does not: owner,
/// privileges, limit, settings, comment, labels. Each can be run inside a transaction from any
/// database of the cluster, and again.
std::vector<SqlText> settings_statements(const DatabaseSettings& settings,
                                         const std::string& database);

/// CREATE DATABASE from template0 with the encoding and locale of `settings`. `server_version` is
/// that of the server it is for.
SqlText create_statement(const DatabaseSettings& settings, const std::string& database,
                         int server_version);

} // namespace slipway::backup
