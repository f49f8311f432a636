// The part of the table of settings that is about backups, deploys and rollbacks.
#include "way_back_settings.hpp"

namespace slipway::config {

std::vector<Setting> deploy_settings() {
  return {
      {.key = "deploy.backup",
       .type = ValueType::boolean,
       .default_value = "true",
       .secrecy = Secrecy::open,
       .description = "Whether `slipway deploy` makes a backup first when anything is pending."},
      {.key = "deploy.capture",
       .type = ValueType::text,
       .default_value = "auto",
       .flag = "--capture",
       .secrecy = Secrecy::open,
       .description =
           "How what is written after the backup is kept for a rollback: slot keeps it in a replication slot until the deploy "
           "is confirmed, spool takes it from the slot into local files while the deploy bakes, warm also keeps a copy with the old "
           "schema in step, trigger notes the keys of written rows where the server keeps no logical changes, none has a rollback "
           "compare the two databases, auto takes a slot where there can be one.",
       .choices = "auto|slot|spool|warm|trigger|none"},
      {.key = "deploy.spool_folder",
       .type = ValueType::text,
       .default_value = "spool",
       .environment = "SLIPWAY_SPOOL",
       .flag = "--spool-folder",
       .secrecy = Secrecy::open,
       .description =
           "The folder for what is taken from a slot before the deploy is confirmed; a rollback reads it there."},
      {.key = "deploy.spool_every",
       .type = ValueType::duration,
       .default_value = "10s",
       .flag = "--spool-every",
       .secrecy = Secrecy::open,
       .description = "The pause between two looks at a slot that is spooled."},
      {.key = "deploy.spool_below",
       .type = ValueType::integer,
       .default_value = "0",
       .secrecy = Secrecy::open,
       .description =
           "A slot of a deploy that bakes is spooled by itself when the server would give it up after less than so many MB more "
           "(max_slot_wal_keep_size); it is in any case when it keeps more than it may still grow."},
      {.key = "deploy.bake",
       .type = ValueType::duration,
       .default_value = "0",
       .flag = "--bake",
       .secrecy = Secrecy::open,
       .description =
           "How long `slipway deploy` watches the new version before the deploy counts as confirmed; if it does not stay "
           "healthy, the run is rolled back.",
       .zero_means = "it ends at once, and a slot stays until `slipway deploy confirm`"},
      {.key = "deploy.grace",
       .type = ValueType::duration,
       .default_value = "4h",
       .flag = "--grace",
       .secrecy = Secrecy::open,
       .description =
           "How long what a deploy keeps for its rollback is left alone when nobody confirms the deploy. Then it is forgotten: "
           "`slipway deploy watchdog` and the next run with something to do drop it.",
       .zero_means = "not at all"},
      {.key = "deploy.predict",
       .type = ValueType::boolean,
       .default_value = "true",
       .secrecy = Secrecy::open,
       .description =
           "Whether `slipway deploy` runs what is pending on a throwaway copy of the schema first, to say which later writes a "
           "rollback could not bring back."},
      {.key = "deploy.application",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "The program, with its arguments, that brings the new version of the application once the migrations are "
           "applied.",
       .example = "docker,compose,up,-d"},
      {.key = "deploy.health",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "A program, with its arguments, that ends with 0 when the application is healthy.",
       .example = "curl,-fsS,http://127.0.0.1:8080/healthz"},
      {.key = "deploy.health_times",
       .type = ValueType::integer,
       .default_value = "3",
       .secrecy = Secrecy::open,
       .description = "How many times in a row deploy.health has to succeed."},
      {.key = "deploy.health_every",
       .type = ValueType::duration,
       .default_value = "2s",
       .secrecy = Secrecy::open,
       .description = "The pause between two health checks."},
      {.key = "deploy.health_within",
       .type = ValueType::duration,
       .default_value = "1min",
       .secrecy = Secrecy::open,
       .description =
           "How long to wait for the application to be healthy; then the deploy has failed."},
      {.key = "deploy.previous_application",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "The program, with its arguments, that brings the previous version back after a deploy that failed.",
       .example = "./bring-back,previous"},
      {.key = "deploy.alert",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "The program, with its arguments, that tells people of a deploy that failed; SLIPWAY_DEPLOY_OUTCOME says "
           "how.",
       .example = "./alert,deploy failed"},
      {.key = "deploy.hook_limit",
       .type = ValueType::duration,
       .default_value = "5min",
       .secrecy = Secrecy::open,
       .description = "How long each of these programs may take."},
      {.key = "runbook.output",
       .type = ValueType::text,
       .default_value = "migration-rollback.md",
       .environment = "SLIPWAY_RUNBOOK",
       .flag = "--output",
       .secrecy = Secrecy::open,
       .description = "The file that `slipway runbook` writes and `slipway drill` adds to."},
  };
}

std::vector<Setting> rollback_settings() {
  return {
      {.key = "rollback.freeze",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "The program, with its arguments, that keeps others from changing things while a rollback is under way: "
           "pipelines, schedulers, deploys.",
       .example = "./freeze,on"},
      {.key = "rollback.stop",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "The program, with its arguments, that stops the application before the way back is taken. Without it the "
           "application goes on, and is shut out for the moment of the swap.",
       .example = "docker,compose,stop,api"},
      {.key = "rollback.unfreeze",
       .type = ValueType::text_list,
       .secrecy = Secrecy::open,
       .description =
           "The program, with its arguments, that ends what rollback.freeze began, once the previous version is healthy.",
       .example = "./freeze,off"},
      {.key = "rollback.restore",
       .type = ValueType::text,
       .default_value = "auto",
       .secrecy = Secrecy::open,
       .description =
           "Where a rollback over a backup restores it: beside as a database of its own, in-place into schemas of the broken "
           "database, auto in place where the role may not make and rename databases.",
       .choices = "auto|beside|in-place"},
      {.key = "rollback.budget",
       .type = ValueType::duration,
       .default_value = "15min",
       .secrecy = Secrecy::open,
       .description =
           "How long a rollback may take; the clock beside each step counts towards it, and a warning says when it will not "
           "hold or is over. It ends nothing."},
      {.key = "trash.keep",
       .type = ValueType::duration,
       .default_value = "336h",
       .secrecy = Secrecy::open,
       .description =
           "Age from which `slipway doctor` takes what a soft drop has put aside for forgotten.",
       .zero_means = "at once"},
      {.key = "trash.empty_at_confirm",
       .type = ValueType::boolean,
       .default_value = "false",
       .secrecy = Secrecy::open,
       .description =
           "Whether `slipway deploy confirm` drops for good what the newest run has put aside; otherwise it names the command."},
  };
}

std::vector<Setting> backup_settings() {
  return {
      {.key = "backup.store",
       .type = ValueType::text,
       .default_value = "backups",
       .environment = "SLIPWAY_BACKUP_STORE",
       .flag = "--store",
       .secrecy = Secrecy::open,
       .description =
           "Where backups are kept: a folder, or rclone:REMOTE:PATH for whatever rclone reaches."},
      {.key = "backup.rclone_config",
       .type = ValueType::text,
       .environment = "SLIPWAY_RCLONE_CONFIG",
       .secrecy = Secrecy::open,
       .description = "Configuration file of rclone; without one, rclone's own default.",
       .example = "/etc/slipway/rclone.conf"},
      {.key = "backup.pgbackrest",
       .type = ValueType::text_list,
       .default_value = "pgbackrest",
       .secrecy = Secrecy::open,
       .description =
           "pgBackRest, as a program with its leading arguments: on another host ssh,HOST,pgbackrest.",
       .example = "runuser,-u,postgres,--,pgbackrest"},
      {.key = "backup.pgbackrest_stanza",
       .type = ValueType::text,
       .environment = "SLIPWAY_PGBACKREST_STANZA",
       .secrecy = Secrecy::open,
       .description =
           "What pgBackRest calls the cluster of the target; without it `--engine pgbackrest` is not there.",
       .example = "main"},
      {.key = "backup.keep",
       .type = ValueType::integer,
       .default_value = "10",
       .environment = "SLIPWAY_BACKUP_KEEP",
       .flag = "--keep",
       .secrecy = Secrecy::open,
       .description =
           "How many backups `slipway backup prune` keeps, beside pinned ones and the newest that was verified."},
      {.key = "backup.leftovers_after",
       .type = ValueType::duration,
       .default_value = "24h",
       .flag = "--leftovers-after",
       .secrecy = Secrecy::open,
       .description =
           "Age from which what an interrupted backup left is removed by `slipway backup prune`; a younger one may be under "
           "way.",
       .zero_means = "at once"},
      {.key = "backup.jobs",
       .type = ValueType::integer,
       .default_value = "4",
       .environment = "SLIPWAY_BACKUP_JOBS",
       .flag = "--jobs",
       .secrecy = Secrecy::open,
       .description = "How many connections read or write tables at a time."},
      {.key = "backup.compress_level",
       .type = ValueType::integer,
       .default_value = "1",
       .secrecy = Secrecy::open,
       .description = "Level of zstd; more than 1 costs more time than it saves space."},
      {.key = "backup.recipients",
       .type = ValueType::text_list,
       .environment = "SLIPWAY_BACKUP_RECIPIENTS",
       .secrecy = Secrecy::open,
       .description =
           "Public keys that backups are encrypted to: age1... and ssh-... by age, gpg:KEY by gpg; without one, they are not "
           "encrypted.",
       .example = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"},
      {.key = "backup.identity_file",
       .type = ValueType::text,
       .environment = "SLIPWAY_BACKUP_IDENTITY_FILE",
       .secrecy = Secrecy::open,
       .description =
           "File with the secret key that backups encrypted by age are read with; gpg has a keyring of its own.",
       .example = "/etc/slipway/backup.key"},
  };
}

} // namespace slipway::config
