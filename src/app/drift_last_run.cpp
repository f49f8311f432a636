// What the last run left behind, from the history.
#include "drift_expectation.hpp"

#include "slipway/history/snapshots.hpp"
#include "slipway/schema/snapshot.hpp"

#include <fmt/format.h>

namespace slipway::app {

Result<Expectation> expect_last_run(const Context& context, pg::Session& session,
                                    const Wait& wait) {
  const history::Snapshots snapshots(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto row, snapshots.newest(session, wait));
  if (!row)
    return fail(Error(ErrorCode::check_failed, "no run has kept a snapshot of the schema yet")
                    .with_hint("every run that changes something keeps one, unless "
                               "history.snapshots is 0")
                    .with_next("slipway drift"));
  Expectation expected;
  expected.description = fmt::format("run {} of {}", row->run, row->taken_at);
  expected.identity = fmt::format("run {} {}", row->run, row->fingerprint);
  expected.fingerprint = row->fingerprint;
  expected.salt = row->salt;
  // What a later run did by itself changed the catalogs, too.
  if (row->later_run == 0) expected.gate = row->gate;
  if (row->later_run != 0)
    expected.notes.push_back(fmt::format(
        "run {} changed something after it and could keep no snapshot: what it did is told here, "
        "too",
        row->later_run));
  expected.schema = [snapshots, run = row->run,
                     &session](const schema::Schema&,
                               const Wait& limit) -> Result<std::optional<schema::Schema>> {
    SLIPWAY_ASSIGN(const auto text, snapshots.content(session, run, limit));
    SLIPWAY_ASSIGN(auto schema,
                   schema::from_json(text, fmt::format("the snapshot of run {}", run)));
    return std::optional(std::move(schema));
  };
  return expected;
}

} // namespace slipway::app
