// Where a drill takes place. Nothing here can reach the project's own database: its settings are
// left behind.
#include "stage.hpp"

#include "backup_work.hpp"

#include "slipway/app/migrations.hpp"
#include "slipway/app/target.hpp"
#include "slipway/backup/restore.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/rehearse/shadow.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app::drill {

namespace {

constexpr const char* k_database = "drill";
constexpr std::string_view k_no_such_role = "42704";
constexpr int k_most_roles = 100;
constexpr std::array<std::string_view, 9> k_taken_over{
    "history.", "schema.",     "apply.",      "preflight.",           "diff.",
    "renames",  "migrations.", "backup.jobs", "backup.compress_level"};

bool is_taken_over(std::string_view key) {
  return std::any_of(k_taken_over.begin(), k_taken_over.end(),
                     [&](std::string_view prefix) { return key.starts_with(prefix); });
}

std::string last_name(const std::string& path) {
  const auto at = path.rfind('/');
  return at == std::string::npos ? path : path.substr(at + 1);
}

// 'role "x" does not exist': the server does not name it in a field of its own.
std::optional<std::string> missing_role(const Error& error) {
  if (!error.sql || error.sql->sqlstate != k_no_such_role) return std::nullopt;
  const auto& text = error.sql->message;
  const auto begin = text.find('"');
  const auto end = text.rfind('"');
  if (!text.starts_with("role ") || begin == std::string::npos || end <= begin) return std::nullopt;
  return text.substr(begin + 1, end - begin - 1);
}

} // namespace

Stage::Stage(const Context& project, pg::Cluster cluster, os::TemporaryFolder folder)
    : events_(project.events), cluster_(std::move(cluster)), folder_(std::move(folder)) {
}

Result<std::unique_ptr<Stage>>
Stage::set(const Context& project, const std::optional<backup::Listed>& backup, const Wait& wait) {
  pg::ClusterOptions options;
  options.bin_folder = project.config.text("dev.server_bin");
  if (backup) {
    SLIPWAY_ASSIGN(options.bin_folder,
                   rehearse::programs_of_version(options.bin_folder,
                                                 backup->manifest.server_version / 10'000));
  }
  SLIPWAY_ASSIGN(auto cluster, pg::Cluster::start(options, wait));
  SLIPWAY_ASSIGN(auto folder, os::TemporaryFolder::make("", "slipway-drill-"));
  std::unique_ptr<Stage> stage(new Stage(project, std::move(cluster), std::move(folder)));
  SLIPWAY_TRY(stage->settle(project));
  if (backup)
    SLIPWAY_TRY(stage->restore(project, *backup, wait));
  else
    SLIPWAY_TRY(stage->cluster_.create_database(k_database, "", wait));
  return stage;
}

Status Stage::settle(const Context& project) {
  config::Inputs inputs;
  // What this process has: paths are shortened by it.
  inputs.working_directory = project.config.working_directory();
  inputs.look_for_file = false;
  for (const auto& [key, value] : project.config.values()) {
    if (value.origin == config::Origin::built_in || !is_taken_over(key)) continue;
    inputs.flags[key] =
        value.items.empty() ? value.text : fmt::format("{}", fmt::join(value.items, ","));
  }
  inputs.flags["target.url"] = cluster_.connection_string(k_database);
  inputs.flags["migrations.folder"] = folder_.path() + "/migrations";
  inputs.flags["backup.store"] = folder_.path() + "/backups";
  inputs.flags["dev.server_bin"] = cluster_.bin_folder();
  SLIPWAY_ASSIGN(auto config, config::settle(inputs, files_));
  config_ = std::make_unique<config::Config>(std::move(config));
  context_.emplace(Context{.config = *config_,
                           .files = files_,
                           .events = events_,
                           .masker = project.masker,
                           .stop = project.stop,
                           .environment = {}});
  return files_.write(folder_.path() + "/migrations/README", "a drill\n", Overwrite::no);
}

Status Stage::restore(const Context& project, const backup::Listed& backup, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto store, configured_store(project));
  backup::RestoreRequest request;
  request.server.connection_string = cluster_.connection_string();
  request.database = k_database;
  request.jobs = backup_jobs(project);
  SLIPWAY_ASSIGN(request.cipher,
                 backup::cipher_for_reading(backup.manifest.encryption,
                                            project.config.path("backup.identity_file")));
  request.program_folder = cluster_.bin_folder();
  request.missing_roles = backup::MissingRoles::make;
  request.tablespaces = false;
  SLIPWAY_TRY(backup::restore(backup.manifest, *store, request, events_, wait));
  return {};
}

Result<pg::Session> Stage::open(const Wait& wait) const {
  pg::ConnectOptions options;
  options.connection_string = cluster_.connection_string(k_database);
  options.application_name = "drill";
  return pg::Session::open(options, wait);
}

Status Stage::add(const source::MigrationFile& file) {
  SLIPWAY_TRY(add(file.file_name, *file.text));
  if (file.down_text) SLIPWAY_TRY(add(last_name(file.down_path), *file.down_text));
  return {};
}

Status Stage::add(const std::string& file_name, const std::string& text) {
  return files_.write(folder_.path() + "/migrations/" + file_name, text, Overwrite::no);
}

Status Stage::apply(const Wait& wait) {
  for (int made = 0;; ++made) {
    auto applied = up(context(), {});
    if (applied) return {};
    const auto role = missing_role(applied.error());
    if (!role || made == k_most_roles) return fail(std::move(applied).error());
    SLIPWAY_ASSIGN(auto session, open(wait));
    SLIPWAY_TRY(session.execute(SqlText("CREATE ROLE " + quote_identifier(*role)), wait));
  }
}

} // namespace slipway::app::drill
