// How a comparison is asked for and shown, by `diff` and by `generate`.
#include "diff_output.hpp"

#include "rename_question.hpp"

#include "slipway/diff/transactions.hpp"
#include "slipway/pg/session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr int k_stopped_for_an_answer = 5;

observe::Role role_of(diff::FindingKind kind) {
  return kind == diff::FindingKind::data_loss ? observe::Role::error : observe::Role::warning;
}

// What was counted since stands behind the message.
bool is_same(const diff::Finding& one, const diff::Finding& other) {
  return one.kind == other.kind && one.object == other.object &&
         (one.message.starts_with(other.message) || other.message.starts_with(one.message));
}

std::string finding_text(const diff::Finding& finding, const observe::Output& out) {
  return fmt::format("  {} {}: {}\n",
                     out.paint(role_of(finding.kind), diff::finding_name(finding.kind)),
                     observe::printable(out.masked(finding.object)),
                     observe::printable(out.masked(finding.message)));
}

// With what was counted since it was planned.
const diff::Finding& latest(const diff::Finding& finding, const app::DiffReport& report) {
  const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                  [&](const auto& one) { return is_same(one, finding); });
  return found == report.findings.end() ? finding : *found;
}

std::string statement_text(const diff::Statement& statement, const app::DiffReport& report,
                           const observe::Output& out) {
  std::string text = observe::printable(out.masked(statement.sql)) + ";\n";
  for (const auto& finding : statement.findings) text += finding_text(latest(finding, report), out);
  return text;
}

nlohmann::ordered_json statements_json(const std::vector<diff::Statement>& statements) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : statements)
    list.push_back({{"sql", one.sql}, {"transactional", one.transactional}, {"kind", one.kind}});
  return list;
}

// Findings that no statement has: seen on the copy, or of what was not planned.
std::string other_findings(const app::DiffReport& report, const observe::Output& out) {
  std::string text;
  for (const auto& finding : report.findings) {
    const bool shown =
        std::any_of(report.statements.begin(), report.statements.end(), [&](const auto& one) {
          return std::any_of(one.findings.begin(), one.findings.end(),
                             [&](const auto& other) { return is_same(finding, other); });
        });
    if (!shown) text += finding_text(finding, out);
  }
  return text.empty() ? text : "\n" + text;
}

std::string transactions_text(const std::vector<diff::Statement>& statements,
                              const app::DiffReport& report, const observe::Output& out) {
  std::string text;
  for (const auto& transaction : diff::transactions_of(statements)) {
    text += "\n" + out.paint(observe::Role::dim, transaction.transactional
                                                     ? "-- in one transaction"
                                                     : "-- outside of a transaction");
    text += "\n";
    for (const auto& one : transaction.statements) text += statement_text(one, report, out);
  }
  return text;
}

std::string down_text(const app::WayDown& down, const app::DiffReport& report,
                      const observe::Output& out) {
  return "\n" +
         out.paint(observe::Role::bold,
                   "the way back is " + observe::printable(out.masked(down.message))) +
         "\n" + transactions_text(down.statements, report, out);
}

void warn_of_password(Invocation& invocation, const std::string& side) {
  const bool is_url = side.starts_with("postgres://") || side.starts_with("postgresql://");
  const auto password = is_url ? pg::password_in(side) : std::nullopt;
  if (!password) return;
  invocation.masker.add(*password);
  invocation.events.on_event(event::Warning{
      .message = "every user of this machine can read the password on this command line in the "
                 "process list",
      .hint = "leave it out and set PGPASSWORD or PGPASSFILE, or name the database as target"});
}

} // namespace

void add_diff_options(CLI::App& app, DiffOptions& options) {
  app.add_option("--rename", options.renames,
                 "OLD is called NEW on the other side: users.name=display_name, users=accounts; "
                 "may be repeated")
      ->type_name("OLD=NEW")
      ->allow_extra_args(false);
  app.add_option("--drop", options.drops,
                 "This really goes and was not renamed: users.name; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--seed", options.seed, "SQL that fills the copy of FROM before the plan is tried")
      ->type_name("FILE");
  app.add_flag("--no-cache", options.no_cache,
               "Make every side anew, also one whose files are as they were");
}

app::DiffRequest diff_request(Invocation& invocation, const DiffOptions& options,
                              const std::string& from, const std::string& to) {
  for (const auto* side : {&from, &to}) warn_of_password(invocation, *side);
  app::DiffRequest request{.from = from,
                           .to = to,
                           .renames = options.renames,
                           .drops = options.drops,
                           .seed_file = options.seed,
                           .cache = !options.no_cache};
  if (invocation.may_ask)
    request.ask = [&invocation](const diff::Question& question) {
      return ask_whether_renamed(invocation, question);
    };
  return request;
}

std::string diff_text(const app::DiffReport& report, const observe::Output& out) {
  if (report.equal) return fmt::format("equal: {} and {}\n", report.from, report.to);
  std::string text =
      out.paint(observe::Role::bold, fmt::format("from {} to {}", report.from, report.to)) + "\n";
  text += transactions_text(report.statements, report, out);
  text += other_findings(report, out);
  if (report.down) text += down_text(*report.down, report, out);
  const auto count = report.statements.size();
  const auto* const proven = !report.proven ? ""
                             : report.down  ? ", proven on a copy both ways"
                                            : ", proven on a copy";
  text += fmt::format("\n{} statement{}{}\n", count, count == 1 ? "" : "s", proven);
  return text;
}

std::string questions_text(const app::DiffReport& report, const observe::Output& out) {
  std::string text;
  for (const auto& one : report.questions) {
    text += out.paint(observe::Role::error, one.is_refusal ? "refused" : "question");
    if (!one.object.empty()) text += " " + observe::printable(out.masked(one.object)) + ":";
    text += " " + observe::printable(out.masked(one.message)) + "\n";
    for (const auto& candidate : one.candidates)
      text += fmt::format("  perhaps {}: {}\n", observe::printable(candidate.object.path()),
                          observe::printable(candidate.evidence));
    if (!one.is_refusal)
      text += "  answer with --rename OLD=NEW, or with --drop PATH when it really goes\n";
  }
  return text;
}

nlohmann::ordered_json findings_json(const std::vector<diff::Finding>& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : findings)
    list.push_back(
        {{"kind", diff::finding_name(one.kind)}, {"object", one.object}, {"message", one.message}});
  return list;
}

nlohmann::ordered_json questions_json(const app::DiffReport& report) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : report.questions) {
    auto candidates = nlohmann::ordered_json::array();
    for (const auto& candidate : one.candidates)
      candidates.push_back({{"object", candidate.object.path()}, {"evidence", candidate.evidence}});
    list.push_back({{"kind", one.is_refusal ? "refusal" : "rename"},
                    {"object", one.object},
                    {"message", one.message},
                    {"candidates", std::move(candidates)}});
  }
  return list;
}

nlohmann::ordered_json diff_json(const app::DiffReport& report) {
  nlohmann::ordered_json json = {{"equal", report.equal},
                                 {"statements", statements_json(report.statements)},
                                 {"findings", findings_json(report.findings)},
                                 {"questions", questions_json(report)}};
  if (report.down)
    json["down"] = {{"class", diff::way_back_name(report.down->way_back)},
                    {"message", report.down->message},
                    {"statements", statements_json(report.down->statements)}};
  return json;
}

int diff_status(const app::DiffReport& report) {
  if (!report.questions.empty()) return k_stopped_for_an_answer;
  return report.equal ? 0 : exit_status(ErrorCode::check_failed);
}

} // namespace slipway::cli
