// The runbook: what somebody does at night who has never seen slipway. Each section says what to
// paste, what is then seen, and where to go from there.
#include "slipway/report/runbook.hpp"

#include "runbook_parts.hpp"

#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::report {

namespace {

class Runbook {
public:
  Runbook(const RunbookFacts& facts, std::string_view log)
      : facts_(facts), commands_(facts), log_(log.empty() ? empty_log() : std::string(log)),
        last_(last_good_rehearsal(log_)) {}

  std::string text() const {
    return head() + before() + assessment() + tree() + fast_path() + safe_path() + redeploy() +
           checklist() + log_;
  }

private:
  std::string name() const {
    return facts_.seen.database.empty() ? "this project" : "`" + facts_.seen.database + "`";
  }

  std::string head() const {
    return fmt::format(
        "# Rolling back a migration of {}\n\n{}\n\n"
        "You are here because a deploy went wrong, or something is wrong since one. You need not know slipway. Work from top to\n"
        "bottom, paste one command at a time, and read what it prints. Sections 1 and 2 change nothing. If something is not as it\n"
        "is told here, stop and get a second person: nothing gets worse while you wait for one.\n\n"
        "This file is written by `slipway runbook`, but for section 7; what is changed above that is lost the next time.\n"
        "`slipway runbook --check` tells whether it is stale.\n\n",
        name(), sightings_comment(facts_.seen));
  }

  std::string how_connected() const {
    switch (facts_.connection.kind) {
    case RunbookConnection::Kind::variable:
      return fmt::format(
          "- The connection string of the database is in the variable `{0}` of your shell. Nothing secret is written here; it is "
          "in your\n  secret store, and in the environment of the running application. `echo ${{{0}:+set}}` tells whether you have "
          "it.\n",
          facts_.connection.what);
    case RunbookConnection::Kind::file:
      return fmt::format("- You can read `{}`: it holds the connection string.\n",
                         facts_.connection.what);
    case RunbookConnection::Kind::program:
      return fmt::format("- `{}` works: it prints the connection string.\n",
                         shell_words(facts_.connection.words));
    case RunbookConnection::Kind::text:
      return "- Your password for the database is where libpq finds it (`~/.pgpass` or PGPASSWORD).\n";
    case RunbookConnection::Kind::pg_variables:
      break;
    }
    return "- PGHOST, PGDATABASE, PGUSER and PGPASSWORD, or the ones of them that are needed, are set in your shell.\n";
  }

  std::string before() const {
    return "## Before you begin\n\n"
           "- You are in a shell on a machine that reaches the database, in the folder of this project that has `slipway.toml`.\n" +
           how_connected() +
           "- Nobody else rolls back, deploys or restarts things at the same time. Say in your chat that you are at it.\n"
           "- Stop the pipeline, so that no other deploy begins.\n" +
           shell_block({commands_.slipway("--version")});
  }

  std::string assessment() const {
    return "## 1. Assessment\n\n"
           "What is applied, what the newest run did and how it ended, whether there is a backup, who is in the way:\n" +
           shell_block({commands_.slipway("status"), commands_.slipway("rollback --dry-run"),
                        commands_.slipway("backup list"), commands_.slipway("locks")}) +
           "- `status` shows `[x]` for what is applied, `[~]` for what is half applied, `[ ]` for what is pending.\n"
           "- `rollback --dry-run` names the run, the statement it failed at and the error of the server. Its line that begins with\n"
           "  `=>` is what section 2 asks for.\n"
           "- `locks` shows who waits for whom. If the application hangs behind somebody's forgotten session, that is the fault, and\n"
           "  no rollback mends it: `slipway locks cancel PID`.\n\n"
           "The newest migrations of this project:\n\n" +
           migrations() + measured({{"a run of migrations", facts_.seen.up}});
  }

  std::string migrations() const {
    if (facts_.migrations.empty()) return "There are none yet.\n\n";
    std::string text = "| version | migration | way back |\n|---|---|---|\n";
    for (const auto& one : facts_.migrations)
      text += fmt::format("| {} | {} | {} |\n", one.version, one.name, one.way_back);
    return text + "\n";
  }

  using Named = std::pair<std::string, std::optional<RunbookTiming>>;
  static std::string measured(const std::vector<Named>& timings) {
    std::string text;
    for (const auto& [what, timing] : timings)
      text += timing ? fmt::format("- {}: {} ({})\n", what, timing->took, timing->source)
                     : fmt::format("- {}: not measured yet\n", what);
    return "How long it takes:\n\n" + text + "\n";
  }

  std::string tree() const {
    return "## 2. Decision\n\n"
           "The line of `rollback --dry-run` that begins with `=>`:\n\n"
           "| it says | it means | go to |\n|---|---|---|\n"
           "| `=> none` | the run left nothing in the database: the fault is the application's | section 5 |\n"
           "| `=> fast` | every migration of the run can be undone in place | section 3 |\n"
           "| `=> safe` | undoing would not bring everything back; the backup from before the run does" +
           std::string(facts_.capture == "warm" && facts_.backs_up_on_deploy
                           ? ", or the copy that the deploy keeps in step"
                           : "") +
           " | section 4 |\n"
           "| `=> person` | it says what to do first | do that, then section 1 again |\n\n"
           "How it decides: did the run leave anything, is it the newest, does each of its migrations have a script that undoes it, did\n"
           "it destroy values, is there a backup from before it, is what was written since kept, is the fingerprint of the schema from before it known?\n\n"
           "Nothing is lost on either path: the broken database is changed only when that can be undone, and on the safe path it is\n"
           "kept. If the application works with the new schema and a mended migration is minutes away, going forward may be better\n"
           "than going back. That is yours to decide; slipway does not.\n\n";
  }

  std::string fast_path() const {
    return "## 3. The fast path\n\n"
           "The scripts that undo the run, as the database keeps them, newest first. You are asked to type the name of the\n"
           "database" +
           (facts_.seen.database.empty() ? std::string() : ": " + name()) + ".\n" +
           shell_block({commands_.slipway("rollback")}) + around() +
           "- `rolled back: the schema is the one from before run ...`: go to section 5.\n"
           "- The fast path fails: it says so and goes on over the backup by itself, as in section 4. If it cannot, it ends with what\n"
           "  is in the database now and the next command.\n\n" +
           measured({{"the newest rollback", facts_.seen.rollback},
                     {"in a rehearsal with a bad script, until that had failed",
                      rehearsed(&Rehearsal::fast)}});
  }

  // What a rollback runs beside the path, as rollback_step tells of it.
  std::string around() const {
    std::string text;
    const auto step = [&](std::string_view name, const std::vector<std::string>& words) {
      if (!words.empty()) text += fmt::format("- {}: `{}`\n", name, shell_words(words));
    };
    step("before it, freeze", facts_.freeze);
    step("before it, stop", facts_.stop);
    step("after it, previous version", facts_.previous_application);
    step("after it, health", facts_.health);
    step("after it, unfreeze", facts_.unfreeze);
    if (!text.empty()) text = "Around the path it runs by itself:\n\n" + text + "\n";
    if (!facts_.budget.empty())
      text += fmt::format(
          "The clock it shows counts towards {}; it warns when that will not hold, and ends nothing.\n",
          facts_.budget);
    return text + "What you then read:\n\n";
  }

  std::optional<RunbookTiming> rehearsed(std::string Rehearsal::* member) const {
    if (!last_ || (*last_.*member).empty()) return std::nullopt;
    return RunbookTiming{.took = *last_.*member, .source = "rehearsal of " + last_->date};
  }

  std::string safe_path() const {
    return "## 4. The safe path\n\n"
           "The backup from before the run is restored beside the broken database (where the role may not make one: into schemas\n"
           "of the same database, which `slipway doctor` and the tree say), what was written since is carried over, every\n"
           "row of both is compared, and their names are swapped. People can work until the last seconds. You are asked to type the\n"
           "name of the database.\n" +
           shell_block({commands_.slipway("backup verify latest"),
                        commands_.slipway("rollback --path safe")}) +
           kept() + around() +
           "- Killed, cut off or failed on the way: run the second command again, it goes on. Until the swap the database is as it was.\n"
           "- `kept`: the broken database, read-only, under another name. Leave it there.\n"
           "- `parked`: rows that the old schema cannot hold, with the reason for each. They are kept, and somebody has to look at them.\n"
           "  When the corrected migration is there, `--reapply` makes them again:\n" +
           shell_block({commands_.slipway("rollback parked --rows 20")}) +
           measured({{"a backup", facts_.seen.backup},
                     {"a backup in a rehearsal", rehearsed(&Rehearsal::backup)},
                     {"restoring it", rehearsed(&Rehearsal::restore)},
                     {"carrying over what was written since", rehearsed(&Rehearsal::carry)},
                     {"nobody could connect", rehearsed(&Rehearsal::closed)},
                     {"the whole", rehearsed(&Rehearsal::whole)}}) +
           "A rehearsal has few rows: restoring takes longer with more of them, at the rate of the backup or slower. Backups are in\n`" +
           facts_.backup_store + "`" +
           (facts_.backs_up_on_deploy
                ? "; `slipway deploy` makes one before each run.\n\n"
                : ". `deploy.backup` is off: there is a backup only where somebody made one.\n\n");
  }

  // What a deploy has prepared for this.
  std::string kept() const {
    if (!facts_.backs_up_on_deploy) return {};
    if (facts_.capture == "warm")
      return "`deploy.capture` is `warm`: the deploy has made a copy with the old schema and kept it in step with what was written\n"
             "(`rollback --dry-run` names it). Then nothing is restored, and only the comparison takes long. If the copy is gone, the\n"
             "backup is restored as above. How far behind the copy is:\n" +
             shell_block({commands_.slipway("rollback --forecast")});
    if (facts_.capture == "none")
      return "`deploy.capture` is `none`: what was written since the backup is found by comparing. What was written to a column or\n"
             "table before the migration dropped it is known to nobody.\n\n";
    return "What was written since the backup is replayed from the slot of the deploy, where there is one, and found by comparing else.\n"
           "`rollback --dry-run` says which.\n\n";
  }

  std::string redeploy() const {
    std::string text = "## 5. The previous version of the application\n\n";
    if (facts_.previous_application.empty())
      text +=
          "Bring it back as you brought it. (`deploy.previous_application` is not set in slipway.toml; with it, the command would\n"
          "stand here, and a rollback would run it by itself.)\n\n";
    else
      text +=
          "The rollback has brought it already, as its step `previous version`. Where it came to nothing (`=> none`), or that "
          "step\nfailed, do what `deploy.previous_application` says:\n" +
          shell_block({shell_words(facts_.previous_application)});
    text += health();
    if (!facts_.application.empty())
      text += fmt::format(
          "Not the new one, which is brought by `{}`: its schema is no longer there.\n\n",
          shell_words(facts_.application));
    return text;
  }

  std::string health() const {
    if (facts_.health.empty())
      return "See that it is healthy. (`deploy.health` is not set in slipway.toml.)\n\n";
    return "It is healthy when this ends without an error:\n" +
           shell_block({shell_words(facts_.health)});
  }

  std::string checklist() const {
    return "## 6. Afterwards\n\n"
           "- [ ] The run is gone: `=> none`, and what was rolled back is pending again.\n" +
           shell_block({commands_.slipway("rollback --dry-run"), commands_.slipway("status")}) +
           table_check() + "- [ ] Nobody waits for a lock.\n" +
           shell_block({commands_.slipway("locks")}) +
           "- [ ] People can work: look at the errors of the application since.\n"
           "- [ ] There is a fresh backup.\n" +
           shell_block({commands_.slipway("backup create --label after-rollback")}) +
           "- [ ] The migration that broke cannot be deployed again before it is mended: take it out of the main branch.\n" +
           told() + "- [ ] What happened is written down while it is fresh.\n" +
           shell_block({commands_.slipway("postmortem > postmortem.md")}) +
           "- [ ] After the safe path: parked rows are seen to, and nobody needs the broken database any more. Then drop it with the\n"
           "  command that the rollback printed beside `kept`.\n" +
           armed() + "- [ ] What was not as this page says is noted in section 7.\n\n";
  }

  std::string armed() const {
    if (!facts_.backs_up_on_deploy || facts_.capture == "none") return {};
    return "- [ ] After the fast path: the slot of the deploy" +
           std::string(facts_.capture == "warm" ? ", and its copy of the database," : "") +
           " is still there, and keeps write-ahead\n  log. When all is well, let it go.\n" +
           shell_block({commands_.slipway("deploy confirm")});
  }

  std::string told() const {
    if (facts_.alert.empty()) return "- [ ] Those who wait for this deploy know.\n";
    return fmt::format(
        "- [ ] Those who wait for this deploy know; `slipway deploy` told by `{}`.\n",
        shell_words(facts_.alert));
  }

  std::string table_check() const {
    if (facts_.seen.tables.empty()) return {};
    std::string list;
    std::string seen = "| table | rows, about |\n|---|---|\n";
    for (const auto& one : facts_.seen.tables) {
      list += (list.empty() ? "" : ", ") + quote_literal(one.name) + "::regclass";
      seen += fmt::format("| {} | {} |\n", one.name, one.rows);
    }
    return "- [ ] The tables are there, with about as many rows as on " + facts_.seen.seen_at +
           " or more.\n" +
           shell_block({commands_.psql(
               "SELECT oid::regclass AS table, greatest(reltuples, 0)::bigint AS about_rows FROM pg_class WHERE "
               "oid IN (" +
               list + ") ORDER BY 1")}) +
           seen + "\n";
  }

  const RunbookFacts& facts_;
  RunbookCommands commands_;
  std::string log_;
  std::optional<Rehearsal> last_;
};

} // namespace

std::string runbook_text(const RunbookFacts& facts, std::string_view log) {
  return Runbook(facts, log).text();
}

} // namespace slipway::report
