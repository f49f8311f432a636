// The draft. What a machine knows is told; what only people know is a blank that says what belongs
// there.
#include "slipway/app/postmortem.hpp"

#include "slipway/base/duration.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::string_view k_blank = "____";

// A bar or a line end would break the table.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe;
}

std::string row(std::string_view left, std::string_view right) {
  return fmt::format("| {} | {} |\n", cell(left), cell(right));
}

std::string outcome_of(const history::RunDetails& run) {
  if (run.row.outcome.empty()) return "it never ended: its slipway is gone";
  return run.message.empty() ? run.row.outcome
                             : fmt::format("{}: {}", run.row.outcome, run.message);
}

std::string began(const history::RunDetails& run) {
  auto text = fmt::format("run {} begins: {} by {} on {}", run.row.id, run.row.info.kind,
                          run.row.info.actor, run.row.info.host);
  if (!run.row.info.git_sha.empty()) text += ", commit " + run.row.info.git_sha;
  return text;
}

class Draft {
public:
  explicit Draft(const Postmortem& facts) : facts_(facts) {}

  std::string text() const {
    return head() + impact() + timeline() + back() + parked() + for_people();
  }

private:
  std::string head() const {
    const auto& run = facts_.story.run;
    auto text =
        fmt::format("# Postmortem: run {} on {}\n\nDrafted by `slipway postmortem` from the "
                    "history in the database. What only people know is marked {}.\n\n"
                    "| what | |\n|---|---|\n",
                    run.row.id, facts_.database, k_blank);
    text += row("what ran", began(run));
    text += row("began", run.row.started_at);
    text += row("ended", run.row.finished_at.empty() ? "not known" : run.row.finished_at);
    text += row("outcome", outcome_of(run));
    if (run.failed)
      text +=
          row("failed at", fmt::format("{}, {}, statement {}: {} {}", named(run.failed->version),
                                       direction_name(run.failed->direction), run.failed->number,
                                       run.failed->sqlstate, run.failed->message));
    text += row("schema before", run.fingerprint_before.value_or("not known"));
    text += row("schema after", run.fingerprint_after.value_or("not known"));
    text += row("backup from before it", facts_.backup.value_or("none"));
    return text + "\n";
  }

  static std::string impact() {
    return fmt::format("## Impact\n\n- Who noticed, what did they see: {0}\n- From when to when: "
                       "{0}\n- What was lost or has to be made good: {0}\n\n",
                       k_blank);
  }

  std::string named(Version version) const {
    const auto found = facts_.names.find(version);
    return found == facts_.names.end() ? version.str() : version.str() + " " + found->second;
  }

  std::string statement(const history::JournalRow& one) const {
    auto text = fmt::format("{}, {}, statement {}: {}", named(one.version),
                            direction_name(one.direction), one.statement,
                            one.state == "started" ? "began; its end is not known" : one.state);
    if (one.took_ms > 0) text += " in " + format_duration(Millis(one.took_ms));
    if (one.rows > 0) text += fmt::format(", {} rows", one.rows);
    if (one.lock_wait_ms > 0)
      text += ", waited for locks for " + format_duration(Millis(one.lock_wait_ms));
    if (one.retries > 0) text += fmt::format(", {} attempts before", one.retries);
    if (!one.sqlstate.empty()) text += fmt::format(": {} {}", one.sqlstate, one.message);
    return text;
  }

  std::string lines(const history::RunStory& story) const {
    auto text = row(story.run.row.started_at, began(story.run));
    for (const auto& one : story.journal) text += row(one.started_at, statement(one));
    return text + row(story.run.row.finished_at.empty() ? k_blank : story.run.row.finished_at,
                      fmt::format("run {} ends: {}", story.run.row.id, outcome_of(story.run)));
  }

  std::string timeline() const {
    std::string text = "## Timeline (UTC)\n\n| when | what |\n|---|---|\n";
    text += row(k_blank, "the release was built and reviewed");
    if (facts_.backup) text += row("before", "backup " + *facts_.backup);
    text += lines(facts_.story);
    text += row(k_blank, "the first sign that something is wrong: who saw it, where");
    text += row(k_blank, "somebody decides to go back");
    for (const auto& story : facts_.after) text += lines(story);
    return text + row(k_blank, "everything works again") + "\n";
  }

  std::string back() const {
    std::string text = "## How it went back\n\n";
    const auto* run = facts_.rollback();
    if (run == nullptr) return text + "The history knows of no rollback of this run.\n\n";
    text += fmt::format("By run {}, over {}.\n", run->run.row.id,
                        facts_.over_backup ? "the safe path: a backup from before it, with what "
                                             "was written since"
                                           : "the fast path: the scripts that undo it");
    const auto& wanted = facts_.story.run.fingerprint_before;
    const auto& found = run->run.fingerprint_after;
    text += !wanted || !found   ? "Whether the schema is the one from before is not known.\n"
            : *wanted == *found ? "The schema is the one from before the run.\n"
                                : "The schema is **not** the one from before the run.\n";
    if (!facts_.kept.empty())
      text += fmt::format("The broken database is kept as `{}`.\n", facts_.kept);
    return text + fmt::format("How long people could not work: {}\n\n", k_blank);
  }

  std::string parked() const {
    if (facts_.parked.empty()) return {};
    std::string text = "## Rows that the old schema could not hold\n\n| table | operation | rows | "
                       "the first reason |\n|---|---|---|---|\n";
    for (const auto& one : facts_.parked)
      text += fmt::format("| {} | {} | {} | {} |\n", cell(one.table), one.operation, one.rows,
                          cell(one.reason));
    return text + fmt::format("\nWhat becomes of them: {}\n\n", k_blank);
  }

  static std::string for_people() {
    return fmt::format("## Cause\n\n{0}\n\n## What went well\n\n{0}\n\n## What we learn\n\n{0}\n\n"
                       "## What we do\n\n| what | who | until |\n|---|---|---|\n| {0} | {0} | {0} "
                       "|\n",
                       k_blank);
  }

  const Postmortem& facts_;
};

} // namespace

std::string postmortem_text(const Postmortem& postmortem) {
  return Draft(postmortem).text();
}

} // namespace slipway::app
