// The one table of settings. Everything else (help, documentation, checks, slipway.toml) is derived
// from it.
#include "slipway/config/config.hpp"

#include "way_back_settings.hpp"

namespace slipway::config {

namespace {

std::vector<Setting> target_and_connection() {
  return {
      {.key = "target.url",
       .type = ValueType::text,
       .environment = "SLIPWAY_DATABASE_URL",
       .flag = "--database-url",
       .secrecy = Secrecy::may_contain_secret,
       .description =
           "Connection string of the database, as a URL or as key=value words; without one, the PG* variables decide.",
       .environment_fallback = "DATABASE_URL",
       .example = "postgresql://app@db.example.com/app"},
      {.key = "target.url_file",
       .type = ValueType::text,
       .environment = "SLIPWAY_DATABASE_URL_FILE",
       .secrecy = Secrecy::open,
       .description = "File that holds the connection string, such as a mounted secret.",
       .example = "/run/secrets/database_url"},
      {.key = "target.url_command",
       .type = ValueType::text_list,
       .secrecy = Secrecy::may_contain_secret,
       .description =
           "Program and arguments that print the connection string; no shell is involved.",
       .example = "print-secret,database-url"},
      {.key = "connection.tls",
       .type = ValueType::text,
       .default_value = "verify-full",
       .environment = "SLIPWAY_TLS",
       .flag = "--tls",
       .secrecy = Secrecy::open,
       .description =
           "How much of the server's certificate is checked on connections over a network.",
       .choices = "verify-full|verify-ca|require|prefer|disable|from-connection-string"},
      {.key = "connection.connect_timeout",
       .type = ValueType::duration,
       .default_value = "10s",
       .environment = "SLIPWAY_CONNECT_TIMEOUT",
       .flag = "--connect-timeout",
       .secrecy = Secrecy::open,
       .description = "How long to try to reach the server."},
      {.key = "connection.pooler",
       .type = ValueType::text,
       .default_value = "auto",
       .environment = "SLIPWAY_POOLER",
       .flag = "--pooler",
       .secrecy = Secrecy::open,
       .description =
           "What stands between slipway and the server: auto finds out, none refuses a pooler, session and transaction "
           "say what kind of pooler it is.",
       .choices = "auto|none|session|transaction"},
  };
}

std::vector<Setting> migrations_and_history() {
  return {
      {.key = "migrations.folder",
       .type = ValueType::text,
       .default_value = "migrations",
       .environment = "SLIPWAY_MIGRATIONS",
       .flag = "--migrations",
       .secrecy = Secrecy::open,
       .description = "Folder of the migration files."},
      {.key = "migrations.format",
       .type = ValueType::text,
       .default_value = "auto",
       .environment = "SLIPWAY_MIGRATIONS_FORMAT",
       .secrecy = Secrecy::open,
       .description = "How `slipway new` names a file; auto follows the files that are there.",
       .choices = "auto|timestamp-14|timestamp-12|unix-millis|sequence"},
      {.key = "history.schema",
       .type = ValueType::text,
       .default_value = "slipway",
       .environment = "SLIPWAY_HISTORY_SCHEMA",
       .flag = "--history-schema",
       .secrecy = Secrecy::open,
       .description = "Schema in the database that keeps the history."},
      {.key = "history.snapshots",
       .type = ValueType::integer,
       .default_value = "3",
       .secrecy = Secrecy::open,
       .description =
           "How many snapshots of the schema the history keeps, one a run, for `slipway drift --since-last-run` and to know "
           "what a run found and left. Each run then reads the whole schema when it ends, and when it begins unless "
           "nothing has changed since the last; with 0 it does not."},
  };
}

std::vector<Setting> schema_settings() {
  return {
      {.key = "schema.leave_out",
       .type = ValueType::text_list,
       .environment = "SLIPWAY_LEAVE_OUT",
       .flag = "--leave-out",
       .secrecy = Secrecy::open,
       .description =
           "Schemas that do not count as yours, * at the end for any ending; slipway's own is never looked at.",
       .example = "legacy,tenant_*"},
      {.key = "schema.leave_out_platform",
       .type = ValueType::boolean,
       .default_value = "true",
       .environment = "SLIPWAY_LEAVE_OUT_PLATFORM",
       .secrecy = Secrecy::open,
       .description =
           "Leave out the schemas that the database's platform keeps for itself: those of Supabase, Neon, Timescale, Hasura "
           "and Heroku where they are known to be there."},
      {.key = "snapshot.folder",
       .type = ValueType::text,
       .default_value = "schema",
       .environment = "SLIPWAY_SNAPSHOT_FOLDER",
       .flag = "--folder",
       .secrecy = Secrecy::open,
       .description = "Folder of schema.sql and schema.json, which `slipway snapshot` writes."},
      {.key = "snapshot.after_up",
       .type = ValueType::boolean,
       .default_value = "false",
       .environment = "SLIPWAY_SNAPSHOT_AFTER_UP",
       .flag = "--snapshot",
       .secrecy = Secrecy::open,
       .description = "Write schema.sql and schema.json after each `up` that changed something."},
      {.key = "drift.ignore",
       .type = ValueType::text_list,
       .environment = "SLIPWAY_DRIFT_IGNORE",
       .flag = "--ignore",
       .secrecy = Secrecy::open,
       .description =
           "Objects that may differ as they like, with their parts, as `slipway drift` names them; * stands for any text, and "
           "without a kind objects of every kind are meant.",
       .example = "table public.tmp_*,audit.*"},
      {.key = "drift.allow_unmanaged",
       .type = ValueType::boolean,
       .default_value = "false",
       .environment = "SLIPWAY_ALLOW_UNMANAGED",
       .flag = "--allow-unmanaged",
       .secrecy = Secrecy::open,
       .description =
           "Objects that are in the database and in no migration are told, but are no drift."},
  };
}

std::vector<Setting> diff_settings() {
  return {
      {.key = "diff.command_inputs",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "Files, folders, and patterns with * in their last part, that what a command: side makes depends on. While they "
           "stay as they are, what it made is remembered; without any the command is run each time.",
       .example = "src/entities/*.ts,package-lock.json"},
      {.key = "generate.soft_drop",
       .type = ValueType::boolean,
       .default_value = "false",
       .flag = "--soft-drop",
       .secrecy = Secrecy::open,
       .description =
           "Whether `slipway generate` has tables and columns that go put aside, where they can be had back in a moment until "
           "`slipway trash empty` drops them."},
      {.key = "renames",
       .type = ValueType::text_table,
       .secrecy = Secrecy::open,
       .description =
           "What is called otherwise on the other side of `slipway diff` and `slipway generate`, as --rename says it: the old "
           "path and the new name. One that does not fit the two sides is passed over, and --rename and --drop win.",
       .example = "users.name=display_name"},
  };
}

std::vector<Setting> apply_settings() {
  return {
      {.key = "apply.lock_timeout",
       .type = ValueType::duration,
       .default_value = "100ms",
       .environment = "SLIPWAY_LOCK_TIMEOUT",
       .flag = "--lock-timeout",
       .secrecy = Secrecy::open,
       .description =
           "How long one attempt may wait for each lock before it steps aside, so that the application does not queue behind it."},
      {.key = "apply.lock_budget",
       .type = ValueType::duration,
       .default_value = "1min",
       .environment = "SLIPWAY_LOCK_BUDGET",
       .flag = "--lock-budget",
       .secrecy = Secrecy::open,
       .description =
           "How long to go on looking and trying, in all, when others hold the locks of a transaction.",
       .zero_means = "one attempt"},
      {.key = "apply.max_stall",
       .type = ValueType::duration,
       .default_value = "100ms",
       .environment = "SLIPWAY_MAX_STALL",
       .flag = "--max-stall",
       .secrecy = Secrecy::open,
       .description =
           "How long anybody may wait behind a statement that itself waits for a lock; then it steps aside."},
      {.key = "apply.on_blocked",
       .type = ValueType::text,
       .default_value = "wait",
       .environment = "SLIPWAY_ON_BLOCKED",
       .flag = "--on-blocked",
       .secrecy = Secrecy::open,
       .description =
           "What to do when others hold the locks for longer than apply.blocked_after: go on looking, queue once for "
           "apply.max_stall, cancel their statements, or end their sessions too.",
       .choices = "wait|one-shot|cancel|terminate"},
      {.key = "apply.blocked_after",
       .type = ValueType::duration,
       .default_value = "5s",
       .environment = "SLIPWAY_BLOCKED_AFTER",
       .flag = "--blocked-after",
       .secrecy = Secrecy::open,
       .description = "How long to look before apply.on_blocked is carried out.",
       .zero_means = "at once"},
      {.key = "apply.never_signal",
       .type = ValueType::text_list,
       .default_value =
           "pg_dump*,pg_restore*,pg_basebackup*,pgbackrest*,pgBackRest*,barman*,wal-g*,slipway:*",
       .environment = "SLIPWAY_NEVER_SIGNAL",
       .secrecy = Secrecy::open,
       .description =
           "Application names, * for any text, that apply.on_blocked never cancels nor ends; superusers, replication, "
           "wraparound vacuums and statements with the words slipway:no-kill are always left alone."},
      {.key = "apply.statement_timeout",
       .type = ValueType::duration,
       .default_value = "5min",
       .environment = "SLIPWAY_STATEMENT_TIMEOUT",
       .flag = "--statement-timeout",
       .secrecy = Secrecy::open,
       .description = "How long one statement may run.",
       .zero_means = "no limit"},
      {.key = "apply.concurrent_timeout",
       .type = ValueType::duration,
       .default_value = "6h",
       .environment = "SLIPWAY_CONCURRENT_TIMEOUT",
       .flag = "--concurrent-timeout",
       .secrecy = Secrecy::open,
       .description =
           "How long building or dropping an index CONCURRENTLY may take; nobody waits for it.",
       .zero_means = "no limit"},
      {.key = "apply.allow_out_of_order",
       .type = ValueType::boolean,
       .default_value = "false",
       .environment = "SLIPWAY_ALLOW_OUT_OF_ORDER",
       .flag = "--allow-out-of-order",
       .secrecy = Secrecy::open,
       .description = "Apply a migration though one with a greater version is applied already."},
  };
}

std::vector<Setting> preflight_settings() {
  return {
      {.key = "preflight.enabled",
       .type = ValueType::boolean,
       .default_value = "true",
       .environment = "SLIPWAY_PREFLIGHT",
       .flag = "--preflight",
       .secrecy = Secrecy::open,
       .description = "Look at what could make a run fail or hurt before its first statement."},
      {.key = "preflight.skip",
       .type = ValueType::text_list,
       .environment = "SLIPWAY_PREFLIGHT_SKIP",
       .secrecy = Secrecy::open,
       .description = "Names of checks that are not made; that is said each time.",
       .example = "disk,replication-slots"},
      {.key = "preflight.warn_only",
       .type = ValueType::text_list,
       .environment = "SLIPWAY_PREFLIGHT_WARN_ONLY",
       .secrecy = Secrecy::open,
       .description = "Names of checks that warn where they would stop the run.",
       .example = "privileges"},
      {.key = "preflight.long_transaction",
       .type = ValueType::duration,
       .default_value = "30s",
       .secrecy = Secrecy::open,
       .description = "Age from which a transaction, prepared ones too, is worth a warning.",
       .zero_means = "any"},
      {.key = "preflight.connections_left",
       .type = ValueType::integer,
       .default_value = "5",
       .secrecy = Secrecy::open,
       .description = "Warn when fewer connections are left."},
      {.key = "preflight.replication_lag",
       .type = ValueType::duration,
       .default_value = "30s",
       .secrecy = Secrecy::open,
       .description = "Warn when a standby is further behind in time.",
       .zero_means = "any lag"},
      {.key = "preflight.replication_lag_mb",
       .type = ValueType::integer,
       .default_value = "256",
       .secrecy = Secrecy::open,
       .description = "Warn when a standby is further behind in megabytes of WAL."},
      {.key = "preflight.disk_free_mb",
       .type = ValueType::integer,
       .default_value = "1024",
       .secrecy = Secrecy::open,
       .description = "Warn when fewer megabytes are free where the data is."},
      {.key = "preflight.wraparound_percent",
       .type = ValueType::integer,
       .default_value = "90",
       .secrecy = Secrecy::open,
       .description =
           "Warn when the age of a table of the plan is at this part of what forces a vacuum."},
  };
}

std::vector<Setting> run_settings() {
  return {
      {.key = "run.lock_wait",
       .type = ValueType::duration,
       .default_value = "10min",
       .environment = "SLIPWAY_LOCK_WAIT",
       .flag = "--lock-wait",
       .secrecy = Secrecy::open,
       .description = "How long to wait for another slipway that works on the same database.",
       .zero_means = "do not wait"},
      {.key = "run.deadline",
       .type = ValueType::duration,
       .default_value = "0",
       .environment = "SLIPWAY_DEADLINE",
       .flag = "--deadline",
       .secrecy = Secrecy::open,
       .description =
           "How long the whole command may take; then it stops as Ctrl-C would stop it. Only the resolving of host "
           "names has the system's own limits.",
       .zero_means = "no limit for a run, 30s for what only reads"},
      {.key = "run.actor",
       .type = ValueType::text,
       .environment = "SLIPWAY_ACTOR",
       .secrecy = Secrecy::open,
       .description =
           "Who runs this, as the history records it; without one, the user of the operating system.",
       .example = "release-bot"},
      {.key = "run.git_sha",
       .type = ValueType::text,
       .environment = "SLIPWAY_GIT_SHA",
       .secrecy = Secrecy::open,
       .description =
           "Commit being deployed, as the history records it; without one, GITHUB_SHA or CI_COMMIT_SHA.",
       .example = "0a1b2c3d"},
  };
}

std::vector<Setting> dev_and_output() {
  return {
      {.key = "dev.name",
       .type = ValueType::text,
       .default_value = "default",
       .secrecy = Secrecy::open,
       .description = "Name of the local PostgreSQL that slipway keeps for development."},
      {.key = "dev.server_bin",
       .type = ValueType::text,
       .environment = "SLIPWAY_PG_BIN",
       .secrecy = Secrecy::open,
       .description =
           "Folder of the PostgreSQL programs (initdb, pg_ctl) for throwaway servers; without one, the usual places are searched.",
       .example = "/usr/lib/postgresql/15/bin"},
      {.key = "output.color",
       .type = ValueType::text,
       .default_value = "auto",
       .flag = "--color",
       .secrecy = Secrecy::open,
       .description = "Colour in the output; auto means on a terminal only, and follows NO_COLOR.",
       .choices = "auto|always|never"},
      {.key = "output.secrets",
       .type = ValueType::text_list,
       .environment = "SLIPWAY_SECRETS",
       .secrecy = Secrecy::open,
       .description = "Names of environment variables whose values must never be shown.",
       .example = "API_TOKEN,WEBHOOK_KEY"},
  };
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  for (const auto& group :
       {target_and_connection(), migrations_and_history(), schema_settings(), diff_settings(),
        apply_settings(), preflight_settings(), backup_settings(), deploy_settings(),
        rollback_settings(), run_settings(), dev_and_output()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

} // namespace

std::string_view type_name(ValueType type) {
  switch (type) {
  case ValueType::text:
    return "text";
  case ValueType::boolean:
    return "true or false";
  case ValueType::integer:
    return "whole number";
  case ValueType::duration:
    return "duration";
  case ValueType::text_list:
    return "list of texts";
  case ValueType::text_table:
    return "table of texts";
  }
  return "text";
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = all_settings();
  return all;
}

} // namespace slipway::config
