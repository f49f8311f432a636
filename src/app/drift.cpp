// Three looks, each taken only when the one before it cannot answer: the gate, the fingerprints,
// the objects.
#include "slipway/app/drift.hpp"

#include "drift_expectation.hpp"
#include "drift_state.hpp"
#include "schema_scope.hpp"

#include "slipway/app/target.hpp"
#include "slipway/inspect/gate.hpp"
#include "slipway/schema/fingerprint.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += std::to_string(one.size()) + ":" + one;
  return text;
}

std::vector<std::string> question(const Context& context, DriftAgainst against,
                                  const pg::Session& session, const inspect::Scope& scope) {
  return {against == DriftAgainst::last_run ? "last run" : "migrations",
          session.host(),
          session.port(),
          session.database(),
          session.user(),
          joined(scope.leave_out),
          joined(context.config.text_list("drift.ignore")),
          context.config.text("drift.allow_unmanaged")};
}

void note_versions(DriftReport& report, const schema::Schema& expected,
                   const schema::Schema& found) {
  const int was = expected.origin().server_version;
  const int is = found.origin().server_version;
  if (was == is) return;
  report.notes.push_back(fmt::format(
      "what is expected was read from a server of version {}, and the server is now {}: what the "
      "two write for one expression may differ",
      was, is));
}

diff::DriftOptions options_for(const Context& context, const schema::Schema& expected,
                               const schema::Schema& found) {
  diff::DriftOptions options;
  options.ignore = context.config.text_list("drift.ignore");
  for (const auto* schema : {&expected, &found})
    for (const auto& name : schema->origin().left_out) options.leave_out.push_back(name);
  return options;
}

class Look {
public:
  Look(const Context& context, DriftAgainst against, Remembered remembered, pg::Session& session,
       const Wait& wait)
      : context_(context), against_(against), remembered_(remembered), session_(session),
        wait_(wait) {}

  Result<DriftReport> take() {
    report_.target = session_.describe();
    report_.unmanaged_allowed = context_.config.boolean("drift.allow_unmanaged");
    SLIPWAY_ASSIGN(scope_, schema_scope(context_, session_, wait_));
    SLIPWAY_ASSIGN(auto expected,
                   against_ == DriftAgainst::last_run
                       ? expect_last_run(context_, session_, wait_)
                       : expect_migrations(context_, session_, scope_, remembered_, wait_));
    report_.against = expected.description;
    report_.notes = expected.notes;
    DriftState state(context_, question(context_, against_, session_, scope_));
    // Before the schema is read: what changes between the two opens the gate of the next look.
    SLIPWAY_ASSIGN(const auto gate, inspect::read_gate(session_, wait_));
    const auto seen = gate ? gate->text() : std::string();
    if (!seen.empty() && (seen == expected.gate || state.was_right(seen, expected.identity))) {
      report_.level = DriftLevel::gate;
      return std::move(report_);
    }
    SLIPWAY_TRY(compare(expected));
    if (!report_.is_drift()) state.note_right(seen, expected.identity);
    return std::move(report_);
  }

private:
  Status compare(const Expectation& expected) {
    scope_.salt = expected.salt;
    scope_.dependencies = true;
    SLIPWAY_ASSIGN(const auto found, inspect::read_schema(session_, scope_, wait_));
    if (!expected.fingerprint.empty() &&
        schema::fingerprint(found).text() == expected.fingerprint) {
      report_.level = DriftLevel::digests;
      return {};
    }
    SLIPWAY_ASSIGN(const auto wanted, expected.schema(found, wait_));
    if (!wanted) return {};
    note_versions(report_, *wanted, found);
    report_.drift = diff::find_drift(*wanted, found, options_for(context_, *wanted, found));
    return {};
  }

  const Context& context_;
  DriftAgainst against_;
  Remembered remembered_;
  pg::Session& session_;
  const Wait& wait_;
  inspect::Scope scope_;
  DriftReport report_;
};

} // namespace

Result<DriftReport> drift(const Context& context, DriftAgainst against, Remembered remembered) {
  const auto wait = against == DriftAgainst::last_run ? look_wait(context) : run_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "drift", wait));
  return Look(context, against, remembered, session, wait).take();
}

} // namespace slipway::app
