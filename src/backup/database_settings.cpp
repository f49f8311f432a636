// What pg_database, pg_db_role_setting and pg_shseclabel say of a database, and back. Sessions that
// come here have an empty search_path, so that names and operators are the server's own.
#include "slipway/backup/database_settings.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::backup {

namespace {

/// Settings whose value is a list of quoted names, as variable_is_guc_list_quote in the server's
/// dumputils.c has them: one literal would be taken for one name.
constexpr std::array<std::string_view, 6> k_lists_of_names{
    "local_preload_libraries",  "search_path",      "session_preload_libraries",
    "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories"};

std::string provider_name(std::string_view code) {
  if (code == "i") return "icu";
  if (code == "b") return "builtin";
  return "libc";
}

std::string locale_column(int server_version) {
  if (server_version >= 170'000) return "d.datlocale";
  return server_version >= 150'000 ? "d.daticulocale" : "NULL";
}

Status read_row(pg::Session& session, const std::string& database, DatabaseSettings& settings,
                const Wait& wait) {
  const bool newer = session.server_version() >= 150'000;
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(fmt::format(
              "SELECT pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), "
              "{}, d.datcollate, d.datctype, {}, {}, t.spcname, d.datconnlimit, d.datallowconn, "
              "pg_catalog.shobj_description(d.oid, 'pg_database'), d.datacl IS NULL "
              "FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_tablespace AS t ON t.oid = d.dattablespace "
              "WHERE d.datname = $1",
              newer ? "d.datlocprovider" : "'c'", locale_column(session.server_version()),
              newer ? "d.datcollversion" : "NULL")),
          {database}, wait));
  if (rows.size() == 0)
    return fail(ErrorCode::check_failed, fmt::format("there is no database \"{}\"", database));
  settings.owner = rows.text(0, 0);
  settings.encoding = rows.text(0, 1);
  settings.provider = provider_name(rows.text(0, 2));
  settings.collate = rows.text(0, 3);
  settings.ctype = rows.text(0, 4);
  settings.locale = rows.text(0, 5);
  settings.collation_version = rows.text(0, 6);
  settings.tablespace = rows.text(0, 7);
  settings.connection_limit = static_cast<int>(rows.integer(0, 8));
  settings.allows_connections = rows.boolean(0, 9);
  settings.comment = rows.text(0, 10);
  if (!rows.boolean(0, 11)) settings.acl.emplace();
  return {};
}

Status read_lists(pg::Session& session, const std::string& database, DatabaseSettings& settings,
                  const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto grants,
      session.query(
          SqlText("SELECT COALESCE(r.rolname, ''), a.privilege_type, a.is_grantable "
                  "FROM pg_catalog.pg_database AS d, LATERAL pg_catalog.aclexplode(d.datacl) AS a "
                  "LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee WHERE d.datname = $1 "
                  "ORDER BY 1, 2, 3"),
          {database}, wait));
  for (std::size_t i = 0; settings.acl && i < grants.size(); ++i)
    settings.acl->push_back(
        {std::string(grants.text(i, 0)), std::string(grants.text(i, 1)), grants.boolean(i, 2)});
  SLIPWAY_ASSIGN(
      const auto values,
      session.query(
          SqlText("SELECT COALESCE(r.rolname, ''), c.item FROM pg_catalog.pg_db_role_setting AS s "
                  "JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase "
                  "LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole, "
                  "LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY AS c(item, place) "
                  "WHERE d.datname = $1 ORDER BY 1, c.place"),
          {database}, wait));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string item(values.text(i, 1));
    const auto equals = std::min(item.find('='), item.size() - 1);
    settings.settings.push_back(
        {std::string(values.text(i, 0)), item.substr(0, equals), item.substr(equals + 1)});
  }
  SLIPWAY_ASSIGN(
      const auto labels,
      session.query(SqlText("SELECT l.provider, l.label FROM pg_catalog.pg_shseclabel AS l "
                            "JOIN pg_catalog.pg_database AS d ON d.oid = l.objoid "
                            "WHERE l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass "
                            "AND d.datname = $1 ORDER BY 1"),
                    {database}, wait));
  for (std::size_t i = 0; i < labels.size(); ++i)
    settings.labels.push_back({std::string(labels.text(i, 0)), std::string(labels.text(i, 1))});
  return {};
}

/// `"$user", public` as the two literals that SET takes.
std::string literals_of(std::string_view list) {
  std::string literals;
  std::string name;
  bool quoted = false;
  const auto finish = [&] {
    literals.append(literals.empty() ? "" : ", ").append(quote_literal(name));
    name.clear();
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (c == '"' && quoted && i + 1 < list.size() && list[i + 1] == '"') {
      name += list[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      finish();
    } else if (quoted || c != ' ') {
      name += c;
    }
  }
  finish();
  return literals;
}

std::string setting_statement(const DatabaseSettings::Setting& setting, const std::string& name) {
  const bool is_list = std::find(k_lists_of_names.begin(), k_lists_of_names.end(), setting.name) !=
                       k_lists_of_names.end();
  std::string parameter;
  // Names of extensions' settings are two words; each is quoted by itself.
  for (std::size_t begin = 0; begin <= setting.name.size();) {
    const auto end = std::min(setting.name.find('.', begin), setting.name.size());
    parameter.append(parameter.empty() ? "" : ".")
        .append(quote_identifier(setting.name.substr(begin, end - begin)));
    begin = end + 1;
  }
  const std::string value = is_list ? literals_of(setting.value) : quote_literal(setting.value);
  if (setting.role.empty())
    return fmt::format("ALTER DATABASE {} SET {} TO {}", name, parameter, value);
  return fmt::format("ALTER ROLE {} IN DATABASE {} SET {} TO {}", quote_identifier(setting.role),
                     name, parameter, value);
}

} // namespace

Result<DatabaseSettings> read_database_settings(pg::Session& session, const std::string& database,
                                                const Wait& wait) {
  DatabaseSettings settings;
  SLIPWAY_TRY(read_row(session, database, settings, wait));
  SLIPWAY_TRY(read_lists(session, database, settings, wait));
  return settings;
}

std::vector<SqlText> settings_statements(const DatabaseSettings& settings,
                                         const std::string& database) {
  const std::string name = quote_identifier(database);
  std::vector<std::string> texts{
      fmt::format("ALTER DATABASE {} OWNER TO {}", name, quote_identifier(settings.owner)),
      fmt::format("ALTER DATABASE {} CONNECTION LIMIT {}", name, settings.connection_limit)};
  if (settings.acl) {
    texts.push_back(fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC", name));
    texts.push_back(
        fmt::format("REVOKE ALL ON DATABASE {} FROM {}", name, quote_identifier(settings.owner)));
    for (const auto& one : *settings.acl)
      texts.push_back(fmt::format("GRANT {} ON DATABASE {} TO {}{}", one.privilege, name,
                                  one.grantee.empty() ? "PUBLIC" : quote_identifier(one.grantee),
                                  one.grantable ? " WITH GRANT OPTION" : ""));
  }
  for (const auto& one : settings.settings) texts.push_back(setting_statement(one, name));
  texts.push_back(fmt::format("COMMENT ON DATABASE {} IS {}", name,
                              settings.comment.empty() ? "NULL" : quote_literal(settings.comment)));
  for (const auto& one : settings.labels)
    texts.push_back(fmt::format("SECURITY LABEL FOR {} ON DATABASE {} IS {}",
                                quote_identifier(one.provider), name, quote_literal(one.label)));
  std::vector<SqlText> statements;
  for (auto& text : texts) statements.emplace_back(std::move(text));
  return statements;
}

SqlText create_statement(const DatabaseSettings& settings, const std::string& database,
                         int server_version) {
  std::string text =
      fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
                  quote_identifier(database), quote_literal(settings.encoding),
                  quote_literal(settings.collate), quote_literal(settings.ctype));
  if (settings.provider == "icu")
    text += fmt::format(" LOCALE_PROVIDER icu ICU_LOCALE {}", quote_literal(settings.locale));
  else if (settings.provider == "builtin")
    text +=
        fmt::format(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}", quote_literal(settings.locale));
  else if (server_version >= 150'000)
    text += " LOCALE_PROVIDER libc";
  if (!settings.tablespace.empty() && settings.tablespace != "pg_default")
    text += fmt::format(" TABLESPACE {}", quote_identifier(settings.tablespace));
  return SqlText(std::move(text));
}

} // namespace slipway::backup
