// Events as lines for people. A terminal sees what is going on now in its last line and keeps one
// line a migration; a log keeps a line at the start of each migration too, so that a long one is
// not silence.
#include "slipway/base/duration.hpp"
#include "slipway/base/text.hpp"
#include "slipway/observe/sinks.hpp"

#include <cmath>
#include <fmt/format.h>

namespace slipway::observe {

namespace {

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string took(double milliseconds) {
  return format_duration(std::chrono::milliseconds(std::llround(milliseconds)));
}

std::string waited(std::int64_t milliseconds) {
  return format_duration(std::chrono::milliseconds(milliseconds));
}

class TerminalSink final : public EventSink {
public:
  TerminalSink(Output& output, Verbosity verbosity) : output_(output), verbosity_(verbosity) {}

  void on_event(const Event& event) override {
    std::visit([this](const auto& e) { show(e); }, event);
  }

private:
  bool normal() const { return verbosity_ != Verbosity::quiet; }
  bool verbose() const { return verbosity_ == Verbosity::verbose; }
  bool animated() const { return output_.style().animate; }

  std::string safe(std::string_view text) const { return printable(output_.masked(text)); }
  // For text that stands among other text in one line.
  std::string safe_line(std::string_view text) const {
    return fmt::format("{}", fmt::join(split_words(safe(text)), " "));
  }

  void line(const std::string& text) {
    output_.clear_progress();
    output_.line(text);
  }
  void progress(const std::string& text) {
    if (normal()) output_.progress(text);
  }

  void show(const event::Note& e) {
    if (normal()) line(safe(e.message));
  }

  void show(const event::Warning& e) {
    line(fmt::format("{} {}", output_.paint(Role::warning, "warning:"), safe(e.message)));
    if (!e.hint.empty()) output_.line(fmt::format("   hint: {}", safe(e.hint)));
  }

  void show(const event::ServerNotice& e) {
    const bool serious = e.severity == "WARNING" || e.severity == "ERROR" ||
                         e.severity == "FATAL" || e.severity == "PANIC";
    if (!serious && !verbose()) return;
    const std::string severity =
        output_.paint(serious ? Role::warning : Role::dim, safe_line(e.severity) + ":");
    const bool common = e.sqlstate.empty() || e.sqlstate == "00000" || e.sqlstate == "01000";
    line(fmt::format("  server {} {}{}", severity, safe(e.message),
                     common ? "" : fmt::format(" ({})", safe_line(e.sqlstate))));
  }

  void show(const event::RunnerLockWaiting& e) {
    if (!normal()) return;
    const std::string text =
        fmt::format("waiting for another slipway to finish: {} (waited {} of {})",
                    safe_line(e.holder), waited(e.waited_ms), waited(e.limit_ms));
    if (animated())
      progress(text);
    else
      line(text);
  }

  void show(const event::RunnerLockAcquired& e) {
    output_.clear_progress();
    const bool pooled = e.mode != "session";
    if (verbose() || (normal() && (e.waited_ms > 0 || pooled)))
      line(fmt::format("runner lock obtained after {} ({}{})", waited(e.waited_ms),
                       safe_line(e.mode), pooled ? ", as there is a connection pooler" : ""));
  }

  void show(const event::RunStarted& e) {
    if (normal())
      line(fmt::format("run {} ({}): {} on {}", e.run, safe_line(e.kind),
                       counted(e.migrations, "migration"), safe_line(e.target)));
  }

  void show(const event::MigrationStarted& e) {
    statements_ = e.statements;
    place_ = fmt::format("[{}/{}]", e.index, e.total);
    if (!normal()) return;
    const std::string migration = fmt::format("{} {}", e.version, safe_line(e.migration));
    if (e.resumed_at > 0)
      line(fmt::format("  resuming {} at statement {} of {}", migration, e.resumed_at,
                       e.statements));
    if (animated())
      progress(fmt::format("  {:<4}  {}   {}", direction_name(e.direction), migration,
                           counted(e.statements, "statement")));
    else
      line(fmt::format("{}  {}  {} {}", e.direction == Direction::up ? "applying" : "undoing ",
                       migration, place_, counted(e.statements, "statement")));
  }

  void show(const event::StatementStarted& e) {
    if (verbose() && !animated())
      line(fmt::format("  statement {}/{}: {}", e.statement, e.total, safe_line(e.sql)));
    if (verbose()) sql_ = safe_line(e.sql);
    progress(fmt::format("{} {} statement {}/{}: {}", place_, e.version, e.statement, e.total,
                         safe_line(e.sql)));
  }

  void show(const event::StatementRunning& e) {
    const std::string text =
        fmt::format("{} {} statement {}/{}, {}: {}", place_, e.version, e.statement, e.total,
                    waited(e.elapsed_ms), safe_line(e.sql));
    if (animated())
      progress(text);
    else if (normal())
      line("  still running: " + text);
  }

  void show(const event::StatementFinished& e) {
    if (!verbose()) return;
    const std::string what =
        animated() && !sql_.empty() ? fmt::format(": {}", sql_) : std::string();
    line(fmt::format("  statement {}/{} done in {}, {}{}", e.statement, e.total,
                     took(e.duration_ms), counted(e.rows, "row"), what));
  }

  void show(const event::LockWaiting& e) {
    if (!normal()) return;
    const std::string text = fmt::format(
        "statement {} of {} is not begun, for others hold what it needs (looked for {} of {}): {}",
        e.statement, e.version, waited(e.waited_ms), waited(e.limit_ms), safe_line(e.blockers));
    if (animated())
      progress("  waiting: " + text);
    else
      line(fmt::format("  {} {}", output_.paint(Role::warning, "waiting:"), text));
  }

  void show(const event::LockRetry& e) {
    if (!normal()) return;
    line(fmt::format("  {} statement {} of {} {} (attempt {}); next try in {}",
                     output_.paint(Role::warning, "waiting:"), e.statement, e.version,
                     e.reason == "stall"      ? "stepped aside for others"
                     : e.reason == "deadlock" ? "met a deadlock"
                                              : "did not get its lock",
                     e.attempt, waited(e.sleep_ms)));
    if (!e.blockers.empty()) output_.line(fmt::format("     blocked by {}", safe_line(e.blockers)));
  }

  void show(const event::SessionSignalled& e) {
    output_.clear_progress();
    line(fmt::format("{} {} session {}: {}", output_.paint(Role::warning, "warning:"),
                     e.action == "terminate" ? "terminated" : "cancelled the statement of",
                     safe_line(e.session), safe_line(e.why)));
  }

  void show(const event::PreflightChecked& e) {
    const bool passed = e.verdict == "pass";
    if (passed ? !verbose() : !normal()) return;
    line(fmt::format("  preflight {} {}: {}",
                     output_.paint(e.verdict == "stop" ? Role::error
                                   : passed            ? Role::ok
                                                       : Role::warning,
                                   safe_line(e.verdict)),
                     safe_line(e.check), safe_line(e.found)));
    if (!passed && !e.remedy.empty()) output_.line(fmt::format("     run: {}", safe(e.remedy)));
  }

  void show(const event::MigrationFinished& e) {
    output_.clear_progress();
    const bool done = e.outcome == "done";
    if (normal() || !done)
      line(animated() ? finished_on_terminal(e, done) : finished_in_log(e, done));
    statements_ = 0;
    place_.clear();
  }

  std::string finished_on_terminal(const event::MigrationFinished& e, bool done) const {
    const std::string start = fmt::format(
        "  {} {} {} {}", done ? output_.paint(Role::ok, "✓") : output_.paint(Role::error, "✗"),
        direction_name(e.direction), e.version, safe_line(e.migration));
    if (!done)
      return fmt::format("{}  ({} after {})", start, safe_line(e.outcome), took(e.duration_ms));
    const std::string statements =
        statements_ > 0 ? counted(statements_, "statement") + ", " : std::string();
    return fmt::format("{}  ({}{}, {})", start, statements, counted(e.rows, "row"),
                       took(e.duration_ms));
  }

  std::string finished_in_log(const event::MigrationFinished& e, bool done) const {
    const std::string_view verb = e.direction == Direction::up ? "applied" : "undone ";
    const std::string start =
        fmt::format("{}  {} {}", done ? std::string(verb) : safe_line(e.outcome) + " ", e.version,
                    safe_line(e.migration));
    if (!done)
      return fmt::format("{}  {}  after {}", start, direction_name(e.direction),
                         took(e.duration_ms));
    const std::string statements =
        statements_ > 0 ? counted(statements_, "statement") + "  " : std::string();
    return fmt::format("{}  {}{}  {}", start, statements, counted(e.rows, "row"),
                       took(e.duration_ms));
  }

  void show(const event::RunFinished& e) {
    output_.clear_progress();
    if (!normal()) return;
    const std::string run = e.run > 0 ? fmt::format(" (run {})", e.run) : std::string();
    const std::string verb = e.kind == "up"     ? " applied"
                             : e.kind == "down" ? " undone"
                                                : fmt::format(" done by {}", safe_line(e.kind));
    if (e.outcome == "nothing_to_do")
      line(e.kind == "up" ? "Nothing to do: the target is up to date." : "Nothing to do.");
    else if (e.outcome == "done")
      line(output_.paint(Role::ok, counted(e.migrations, "migration") + verb) +
           fmt::format(" in {}{}", took(e.duration_ms), run));
    else
      line(fmt::format("{} after {}, {}{}{}", output_.paint(Role::error, safe_line(e.outcome)),
                       took(e.duration_ms), counted(e.migrations, "migration"), verb, run));
  }

  static std::string clock(std::int64_t milliseconds) {
    const auto seconds = milliseconds / 1000;
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  }

  void show(const event::StepStarted& e) {
    if (!normal()) return;
    const std::string limit = e.budget_ms > 0 ? " of " + clock(e.budget_ms) : std::string();
    line(fmt::format("[{}{}] step {} of {}: {}", clock(e.elapsed_ms), limit, e.index, e.total,
                     output_.paint(Role::bold, safe_line(e.step))));
  }

  void show(const event::StepFinished& e) {
    if (e.outcome == "done") {
      if (verbose()) line(fmt::format("  {}: {}", safe_line(e.step), waited(e.duration_ms)));
      return;
    }
    line(fmt::format("  {}: {} after {}", safe_line(e.step),
                     output_.paint(Role::error, safe_line(e.outcome)), waited(e.duration_ms)));
  }

  void show(const event::Failed& e) {
    output_.clear_progress();
    output_.write(error_text(e.error, output_));
  }

  Output& output_;
  Verbosity verbosity_;
  std::int64_t statements_ = 0; // of the migration that is running
  std::string place_;           // "[2/7]"
  std::string sql_;             // of the statement that is running
};

} // namespace

std::unique_ptr<EventSink> terminal_sink(Output& output, Verbosity verbosity) {
  return std::make_unique<TerminalSink>(output, verbosity);
}

} // namespace slipway::observe
