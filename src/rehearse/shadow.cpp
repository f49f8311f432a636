// The throwaway server: its version, its databases, its roles.
#include "slipway/rehearse/shadow.hpp"

#include "reaching_out.hpp"
#include "script_run.hpp"
#include "slipway/diff/transactions.hpp"
#include "subscriptions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::rehearse {

namespace {

constexpr const char* k_superuser = "postgres";

Result<pg::Session> open(const std::string& connection_string, const Wait& wait) {
  pg::ConnectOptions options;
  options.connection_string = connection_string;
  options.application_name = "slipway:shadow";
  return pg::Session::open(options, wait);
}

std::string url_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    result += plain ? std::string(1, c)
                    : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return result;
}

// Of a schema, a table, a function or a type.
bool says_that_it_is_there(const Error& error) {
  if (!error.sql) return false;
  const auto& state = error.sql->sqlstate;
  return state == "42P06" || state == "42P07" || state == "42723" || state == "42710";
}

std::string versions_of(const std::vector<pg::ServerPrograms>& found) {
  std::vector<int> versions;
  for (const auto& one : found) versions.push_back(one.major_version);
  return versions.empty() ? "none" : fmt::format("{}", fmt::join(versions, ", "));
}

} // namespace

Result<std::string> programs_of_version(const std::string& bin_folder, int major_version) {
  if (major_version == 0) return bin_folder;
  for (const auto& folder : {bin_folder, std::string()})
    for (const auto& one : pg::find_server_programs(folder))
      if (one.major_version == major_version) return one.bin_folder;
  return fail(
      Error(ErrorCode::unsupported,
            fmt::format("this needs a throwaway PostgreSQL {0}, and there are no server programs "
                        "of version {0} here (found: {1})",
                        major_version, versions_of(pg::find_server_programs(""))))
          .with_hint(fmt::format(
              "install them, on Debian and Ubuntu: apt-get install postgresql-{}; or name the "
              "folder of its programs in SLIPWAY_PG_BIN. Texts of expressions are compared only "
              "between servers of one version",
              major_version)));
}

Result<Shadow> Shadow::start(const ShadowOptions& options, const Wait& wait) {
  pg::ClusterOptions cluster;
  SLIPWAY_ASSIGN(cluster.bin_folder,
                 programs_of_version(options.bin_folder, options.major_version));
  cluster.loopback = options.loopback;
  // What the server says is read by code here; and nothing that is tried here may reach out.
  cluster.settings = {{"lc_messages", "C"}, {"max_logical_replication_workers", "0"}};
  SLIPWAY_ASSIGN(auto started, pg::Cluster::start(cluster, wait));
  Shadow shadow(std::move(started), options.author.empty() ? options.owner : options.author);
  SLIPWAY_TRY(shadow.prepare_roles(options, wait));
  return shadow;
}

// Superusers, so that whatever was enough elsewhere is enough here.
Status Shadow::prepare_roles(const ShadowOptions& options, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open(cluster_.connection_string(), wait));
  SLIPWAY_TRY(make_roles({options.owner, author_}, wait));
  for (const auto& role : {options.owner, author_})
    SLIPWAY_TRY(session.execute(
        SqlText(fmt::format("ALTER ROLE {} SUPERUSER", quote_identifier(role))), wait));
  if (author_ != k_superuser && options.loopback) {
    SLIPWAY_ASSIGN(const auto made,
                   session.query(SqlText("SELECT pg_catalog.gen_random_uuid()::text"), {}, wait));
    password_ = made.text(0, 0);
    SLIPWAY_TRY(
        session.execute(SqlText(fmt::format("ALTER ROLE {} LOGIN PASSWORD {}",
                                            quote_identifier(author_), quote_literal(password_))),
                        wait));
  }
  // Every later session of the superuser begins as the owner, whoever opens it; so do the ones that
  // make databases.
  if (options.owner != k_superuser)
    SLIPWAY_TRY(session.execute(
        SqlText(fmt::format("ALTER ROLE {} SET role = {}", quote_identifier(k_superuser),
                            quote_literal(options.owner))),
        wait));
  return {};
}

Status Shadow::begin_with(const std::vector<std::string>& statements, const Wait& wait) {
  if (statements.empty()) return {};
  SLIPWAY_ASSIGN(const auto base, new_database("", wait));
  SLIPWAY_ASSIGN(auto session, connect(base, wait));
  for (const auto& one : statements)
    if (auto made = session.execute(SqlText(one), wait); !made && !made.error().connection_usable())
      return fail(std::move(made).error());
  base_ = base;
  return {};
}

Result<std::string> Shadow::new_beginning(const Wait& wait) {
  return new_database(base_, wait);
}

Result<std::string> Shadow::make(const std::vector<Script>& scripts, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto database, new_beginning(wait));
  auto ran = run(database, scripts, wait);
  if (ran) return database;
  if (base_.empty() || !says_that_it_is_there(ran.error())) return fail(std::move(ran).error());
  SLIPWAY_ASSIGN(const auto bare, new_database("", wait));
  SLIPWAY_TRY(run(bare, scripts, wait));
  return bare;
}

Result<std::string> Shadow::new_database(const std::string& template_database, const Wait& wait) {
  const std::string name = fmt::format("shadow_{}", ++made_);
  SLIPWAY_TRY(cluster_.create_database(name, template_database, wait));
  if (template_database.empty()) return name;
  SLIPWAY_ASSIGN(const bool subscribes, has_subscriptions(template_database, wait));
  if (subscribes) SLIPWAY_TRY(copy_subscriptions(cluster_, template_database, name, wait));
  return name;
}

Result<bool> Shadow::has_subscriptions(const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open(cluster_.connection_string(), wait));
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_subscription AS s JOIN "
                            "pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.subdbid "
                            "WHERE d.datname OPERATOR(pg_catalog.=) $1::name)"),
                    {database}, wait));
  return rows.boolean(0, 0);
}

Result<pg::Session> Shadow::connect(const std::string& database, const Wait& wait) {
  return open(cluster_.connection_string(database), wait);
}

std::string Shadow::loopback_url(const std::string& database) const {
  if (author_ == k_superuser) return cluster_.loopback_connection_string(database);
  return fmt::format("postgres://{}:{}@127.0.0.1:{}/{}", url_encoded(author_), password_,
                     cluster_.port(), database);
}

Status Shadow::make_roles(const std::set<std::string>& names, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open(cluster_.connection_string(), wait));
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT rolname FROM pg_catalog.pg_roles"), {}, wait));
  std::set<std::string_view> there;
  for (std::size_t row = 0; row < rows.size(); ++row) there.insert(rows.text(row, 0));
  std::string sql;
  for (const auto& name : names)
    if (!there.contains(name)) sql += "CREATE ROLE " + quote_identifier(name) + " NOLOGIN;\n";
  if (!sql.empty()) SLIPWAY_TRY(session.execute(SqlText(sql), wait));
  return {};
}

Status Shadow::make_superusers(const std::set<std::string>& names, const Wait& wait) {
  if (names.empty()) return {};
  SLIPWAY_ASSIGN(auto session, open(cluster_.connection_string(), wait));
  for (const auto& name : names)
    SLIPWAY_TRY(session.execute(
        SqlText(fmt::format("ALTER ROLE {} SUPERUSER", quote_identifier(name))), wait));
  return {};
}

Result<std::vector<std::string>> Shadow::missing_extensions(const std::vector<std::string>& names,
                                                            const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open(cluster_.connection_string(), wait));
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT name FROM pg_catalog.pg_available_extensions"), {}, wait));
  std::set<std::string_view> there;
  for (std::size_t row = 0; row < rows.size(); ++row) there.insert(rows.text(row, 0));
  std::vector<std::string> missing;
  for (const auto& name : names)
    if (!there.contains(name)) missing.push_back(name);
  return missing;
}

Status Shadow::run(const std::string& database, const std::vector<diff::Statement>& statements,
                   const Wait& wait) {
  if (statements.empty()) return {};
  SLIPWAY_ASSIGN(auto session, connect(database, wait));
  for (const auto& transaction : diff::transactions_of(statements)) {
    if (transaction.transactional) SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait));
    for (const auto& one : transaction.statements) {
      SLIPWAY_TRY(keep_from_publisher(session, one.sql, wait));
      if (auto done = session.execute(SqlText(one.sql), wait); !done)
        return fail(std::move(done).error().with_note("the statement: " + one.sql));
    }
    if (transaction.transactional) SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait));
  }
  return {};
}

Status Shadow::run(const std::string& database, const std::vector<Script>& scripts,
                   const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, connect(database, wait));
  for (const auto& script : scripts) {
    SLIPWAY_TRY(
        session.execute(SqlText("SET SESSION AUTHORIZATION " + quote_identifier(author_)), wait));
    ScriptRun run(session, script, [this](const std::string& role, const Wait& limit) {
      return make_roles({role}, limit);
    });
    SLIPWAY_TRY(run.run(wait));
    SLIPWAY_TRY(session.execute(SqlText("DISCARD ALL"), wait));
  }
  return {};
}

} // namespace slipway::rehearse
