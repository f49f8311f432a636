// slipway backup
#include "backup_output.hpp"

#include "app_context.hpp"
#include "options.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

struct Options {
  std::string label = "manual";
  std::string engine = "auto";
  std::string copy;
  bool schema_only = false;
  std::vector<std::string> tables;
  std::string what;
  bool restore = false;
  std::string reason = "kept by hand";
  std::string database;
  std::string folder;
};

/// "public.users", or "users", which is in public.
QualifiedName table_named(const std::string& text) {
  const auto dot = text.find('.');
  if (dot == std::string::npos) return {"public", text};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

Result<backup::Engine> engine_for(Invocation& invocation, const Options& options) {
  if (options.engine == "hot" || options.schema_only || !options.tables.empty())
    return backup::Engine::hot;
  if (options.engine == "template") return backup::Engine::template_copy;
  if (options.engine == "pgbackrest") return backup::Engine::pgbackrest;
  const auto context = app_context(invocation);
  SLIPWAY_ASSIGN(const auto chosen, app::choose_engine(context, options.copy));
  context.events.on_event(event::Note{
      .message = fmt::format("engine {}: {}", backup::engine_name(chosen.engine), chosen.why)});
  return chosen.engine;
}

Result<backup::Manifest> made_by(backup::Engine engine, Invocation& invocation,
                                 const app::BackupRequest& request, const Options& options) {
  const auto context = app_context(invocation);
  switch (engine) {
  case backup::Engine::template_copy:
    return app::copy_target(context, request, options.copy);
  case backup::Engine::pgbackrest:
    return app::create_pgbackrest_backup(context, request);
  case backup::Engine::hot:
    break;
  }
  return app::create_backup(context, request);
}

Result<int> create(Invocation& invocation, const Options& options) {
  app::BackupRequest request;
  request.label = options.label;
  if (options.schema_only) request.extent = backup::Extent::schema;
  for (const auto& one : options.tables) {
    request.extent = backup::Extent::tables;
    request.tables.push_back(table_named(one));
  }
  const bool copies = options.engine == "template" || !options.copy.empty();
  const bool is_free = options.engine == "hot" || options.engine == "auto";
  if ((copies &&
       (options.copy.empty() || options.engine == "hot" || options.engine == "pgbackrest")) ||
      ((copies || !is_free) && request.extent != backup::Extent::all))
    return fail(
        ErrorCode::usage,
        "--engine template needs --copy-as DATABASE, --copy-as needs --engine template, and "
        "--table and --schema-only go with --engine hot alone");
  SLIPWAY_ASSIGN(const auto engine, engine_for(invocation, options));
  SLIPWAY_ASSIGN(const auto made, made_by(engine, invocation, request, options));
  print_backup_made(invocation, made);
  return 0;
}

Result<int> list(Invocation& invocation, const Options& /*options*/) {
  SLIPWAY_ASSIGN(const auto found, app::list_backups(app_context(invocation)));
  print_backup_list(invocation, found);
  return found.listing.broken.empty() ? 0 : exit_status(ErrorCode::check_failed);
}

Result<int> find(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const auto found, app::find_backup(app_context(invocation), options.what));
  print_backup(invocation, found);
  return 0;
}

Result<int> verify(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const auto verified, app::verify_backup(app_context(invocation), options.what,
                                                         options.restore ? app::VerifyBy::restoring
                                                                         : app::VerifyBy::digests));
  print_backup_verified(invocation, verified, options.restore);
  return 0;
}

Result<int> prune(Invocation& invocation, const Options& /*options*/) {
  SLIPWAY_ASSIGN(const auto pruned, app::prune_backups(app_context(invocation)));
  print_pruned(invocation, pruned);
  return 0;
}

Result<int> pin(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const auto name,
                 app::pin_backup(app_context(invocation), options.what, options.reason));
  if (invocation.format == Format::text) invocation.out.line("pinned " + name);
  return 0;
}

Result<int> unpin(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const auto name, app::unpin_backup(app_context(invocation), options.what));
  if (invocation.format == Format::text) invocation.out.line("unpinned " + name);
  return 0;
}

Result<int> unfence(Invocation& invocation, const Options& /*options*/) {
  SLIPWAY_ASSIGN(const auto opened, app::lower_fences(app_context(invocation)));
  if (invocation.format == Format::text && opened.empty())
    invocation.out.line("no database was left closed");
  return 0;
}

Result<int> restore(Invocation& invocation, const Options& options) {
  if (options.database.empty() == options.folder.empty())
    return fail(ErrorCode::usage, "restore needs --as DATABASE or --to-folder FOLDER");
  if (!options.folder.empty()) {
    SLIPWAY_ASSIGN(const auto manifest,
                   app::restore_to_folder(app_context(invocation), options.what, options.folder));
    print_restored_folder(invocation, manifest, options.folder);
    return 0;
  }
  SLIPWAY_ASSIGN(const auto restored,
                 app::restore_backup(app_context(invocation), options.what, options.database));
  print_restored(invocation, restored, options.database);
  return 0;
}

using Work = Result<int> (*)(Invocation&, const Options&);

struct Subcommand {
  CLI::App* app;
  Work work;
};

void add_what(CLI::App& app, Options& options) {
  app.add_option("BACKUP", options.what,
                 "Its name, the beginning of its commit (then the newest of it), or latest")
      ->required();
}

std::vector<Subcommand> add_subcommands(CLI::App& app, Options& options) {
  auto* const made = app.add_subcommand("create", "make a backup of the database");
  made->add_option("--label", options.label, "What it is for; part of its name")->type_name("TEXT");
  add_choice(
      *made, "--engine", options.engine, {"auto", "hot", "template", "pgbackrest"},
      "auto: what fits, and it is said why; hot: into the store, beside the application; template: "
      "a copy inside the cluster, for which everybody is put out for seconds; pgbackrest: of the "
      "whole cluster, in its own repository");
  made->add_option("--copy-as", options.copy, "Name of the copy that --engine template makes")
      ->type_name("DATABASE");
  auto* const schema = made->add_flag("--schema-only", options.schema_only, "No rows");
  made->add_option("--table", options.tables, "The rows of these tables only; may be repeated")
      ->type_name("SCHEMA.TABLE")
      ->excludes(schema);
  auto* const listed = app.add_subcommand("list", "show what is in the store");
  auto* const found = app.add_subcommand("find", "print the name of the backup that is meant");
  add_what(*found, options);
  auto* const verified = app.add_subcommand("verify", "check that a backup is what was stored");
  add_what(*verified, options);
  verified->add_flag("--restore", options.restore,
                     "Restore it on a throwaway server, and compare schema, rows and digests");
  auto* const pruned =
      app.add_subcommand("prune", "remove old backups and what was never finished");
  auto* const pinned = app.add_subcommand("pin", "keep a backup from being pruned");
  add_what(*pinned, options);
  pinned->add_option("--reason", options.reason, "Why")->type_name("TEXT");
  auto* const unpinned = app.add_subcommand("unpin", "let a backup be pruned again");
  add_what(*unpinned, options);
  auto* const unfenced =
      app.add_subcommand("unfence", "open what an interrupted --engine template left closed");
  auto* const restored = app.add_subcommand("restore", "make a new database of a backup");
  add_what(*restored, options);
  restored->add_option("--as", options.database, "Name of the new database")->type_name("DATABASE");
  restored
      ->add_option("--to-folder", options.folder,
                   "Of a pgBackRest backup: a new data directory, for a server of its own")
      ->type_name("FOLDER");
  return {{made, create},     {listed, list},      {found, find},
          {verified, verify}, {pruned, prune},     {pinned, pin},
          {unpinned, unpin},  {restored, restore}, {unfenced, unfence}};
}

Run configure(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.require_subcommand(1);
  const auto subcommands = add_subcommands(app, *options);
  return [options, subcommands](Invocation& invocation) -> Result<int> {
    for (const auto& one : subcommands)
      if (one.app->parsed()) return one.work(invocation, *options);
    return fail(ErrorCode::usage, "slipway backup needs to be told what to do");
  };
}

} // namespace

Command backup_command() {
  Command command;
  command.name = "backup";
  command.summary = "make, check and restore backups of the whole database";
  command.description =
      "A backup is taken beside the application, under one snapshot: the schema by pg_dump, the rows by several connections, "
      "compressed, each part with a digest, and with the database's own settings, which no dump has. It is kept in "
      "backup.store and named after its moment, its label and the commit being deployed. With it goes a manifest: row counts "
      "and digests of every table, the schema's fingerprint, the place in the write-ahead log.\n\n"
      "slipway backup verify reads all parts again; with --restore it makes a database of them on a throwaway server and "
      "compares that with the manifest. slipway backup restore makes a new database beside the one it was taken from: "
      "nothing is ever restored over one that is there.\n\n"
      "--engine template copies the database inside its cluster instead, file by file and without a line in the log: everybody "
      "is put out while that lasts, and let in again whatever happens; after a kill the next such command or unfence does "
      "it. --engine pgbackrest lets pgBackRest back up the whole cluster; restore --to-folder makes a data directory of it.\n\n"
      "prune keeps the newest ones (backup.keep), never removes the newest that was verified nor one that is pinned, and "
      "removes what an interrupted backup left.";
  command.group = "Run";
  command.settings = {"target.url",   "connection.tls", "connection.connect_timeout",
                      "backup.store", "backup.keep",    "backup.leftovers_after",
                      "backup.jobs",  "run.deadline"};
  command.examples = {
      {"slipway backup create --label pre-deploy", "before a change"},
      {"slipway backup list", "what there is"},
      {"slipway backup find 0a1b2c3d", "the one taken before that commit was deployed"},
      {"slipway backup verify latest --restore", "would it come back?"},
      {"slipway backup restore 0a1b2c3d --as app_restored", "beside the database that is there"},
      {"slipway backup prune --keep 5", "remove the old ones"}};
  command.exit_statuses = {
      {1, "the backup or the restore failed; nothing of it is left"},
      {3, "no such backup, it is damaged, or it is not equal; list: there are broken ones"},
      {6, "somebody was altering a table"},
      {7, "no connection"}};
  command.configure = configure;
  return command;
}

} // namespace slipway::cli
