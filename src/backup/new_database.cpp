// The database that a backup is restored into. It goes by another name until it is whole.
#include "new_database.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::backup {

namespace {

constexpr std::size_t k_longest_name = 63;
constexpr std::string_view k_passing = "__restoring";

Error refused(std::string message) {
  return Error(ErrorCode::check_failed, std::move(message)).with_state("nothing was changed");
}

Result<bool> is_there(pg::Session& server, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      server.query(SqlText("SELECT FROM pg_catalog.pg_database AS d WHERE d.datname = $1"),
                   {database}, wait));
  return rows.size() > 0;
}

Result<std::vector<std::string>> missing_roles(const Manifest& manifest, pg::Session& server,
                                               const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 server.query(SqlText("SELECT r.rolname FROM pg_catalog.pg_roles AS r"), {}, wait));
  std::vector<std::string> there;
  for (std::size_t i = 0; i < rows.size(); ++i) there.emplace_back(rows.text(i, 0));
  std::vector<std::string> missing;
  std::copy_if(manifest.roles.begin(), manifest.roles.end(), std::back_inserter(missing),
               [&](const std::string& role) {
                 return std::find(there.begin(), there.end(), role) == there.end();
               });
  return missing;
}

} // namespace

std::string passing_name(const std::string& database) {
  return database + std::string(k_passing);
}

Status check_server(const Manifest& manifest, const RestoreRequest& request, pg::Session& server,
                    const Wait& wait) {
  if (manifest.engine == Engine::pgbackrest)
    return fail(
        refused(fmt::format("{} is of a whole cluster, in pgBackRest's repository", manifest.name))
            .with_hint("slipway backup restore --to-folder makes a data directory of it"));
  if (manifest.engine != Engine::hot)
    return fail(refused(fmt::format("{} is a copy inside its cluster (database {}), which is not "
                                    "restored but renamed",
                                    manifest.name, manifest.copy_database)));
  if (request.database.size() + k_passing.size() > k_longest_name)
    return fail(refused(fmt::format("\"{}\" is too long a name for the new database: at most {} "
                                    "bytes",
                                    request.database, k_longest_name - k_passing.size())));
  if (server.server_version() / 10'000 < manifest.server_version / 10'000)
    return fail(refused(fmt::format("{} was taken from PostgreSQL {} and this server is {}, which "
                                    "is older",
                                    manifest.name, manifest.server_version / 10'000,
                                    server.server_version() / 10'000)));
  SLIPWAY_ASSIGN(const bool exists, is_there(server, request.database, wait));
  if (exists)
    return fail(refused(fmt::format("there is a database \"{}\" already, and nothing is ever "
                                    "restored over one",
                                    request.database))
                    .with_hint("name another one"));
  SLIPWAY_ASSIGN(const auto missing, missing_roles(manifest, server, wait));
  if (missing.empty() || request.missing_roles == MissingRoles::make) return {};
  return fail(refused(fmt::format("{} needs roles that are not on this server: {}", manifest.name,
                                  fmt::join(missing, ", ")))
                  .with_hint("make them first: CREATE ROLE"));
}

Status make_passing_database(const Manifest& manifest, const RestoreRequest& request,
                             pg::Session& server, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto missing, missing_roles(manifest, server, wait));
  for (const auto& role : missing)
    SLIPWAY_TRY(server.execute(SqlText("CREATE ROLE " + quote_identifier(role)), wait));
  const std::string passing = passing_name(request.database);
  SLIPWAY_ASSIGN(const bool is_left, is_there(server, passing, wait));
  if (is_left) SLIPWAY_TRY(drop_passing_database(request, server, wait));
  DatabaseSettings settings = manifest.settings;
  if (!request.tablespaces) settings.tablespace.clear();
  SLIPWAY_TRY(server.execute(create_statement(settings, passing, server.server_version()), wait));
  // What a schema says of owners and privileges is relative to the owner of the database.
  SLIPWAY_TRY(
      server.execute(SqlText(fmt::format("ALTER DATABASE {} OWNER TO {}", quote_identifier(passing),
                                         quote_identifier(settings.owner))),
                     wait));
  return {};
}

Status give_name(const Manifest& manifest, const RestoreRequest& request, pg::Session& server,
                 const Wait& wait) {
  const std::string passing = passing_name(request.database);
  SLIPWAY_TRY(server.execute(SqlText("BEGIN"), wait));
  std::vector<SqlText> statements = settings_statements(manifest.settings, passing);
  statements.emplace_back(fmt::format("ALTER DATABASE {} RENAME TO {}", quote_identifier(passing),
                                      quote_identifier(request.database)));
  for (const auto& one : statements)
    if (auto done = server.execute(one, wait); !done) {
      if (server.usable()) {
        [[maybe_unused]] const auto ended = server.execute(SqlText("ROLLBACK"), wait);
      }
      return fail(std::move(done).error());
    }
  SLIPWAY_TRY(server.execute(SqlText("COMMIT"), wait));
  return {};
}

Status drop_passing_database(const RestoreRequest& request, pg::Session& server, const Wait& wait) {
  SLIPWAY_TRY(server.execute(SqlText(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)",
                                                 quote_identifier(passing_name(request.database)))),
                             wait));
  return {};
}

} // namespace slipway::backup
