// What a run writes down of the schema: what it found, and what it left.
#include "run_schema.hpp"

#include "schema_scope.hpp"

#include "slipway/inspect/gate.hpp"
#include "slipway/replay/relation_map.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"
#include "slipway/schema/snapshot.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

history::Snapshots snapshots(const Context& context) {
  return history::Snapshots(context.config.text("history.schema"));
}

std::string text_of(const std::optional<inspect::Gate>& gate) {
  return gate ? gate->text() : std::string();
}

// The fingerprint of a schema as anybody may see it.
std::string public_fingerprint(schema::Schema schema) {
  return schema::fingerprint(schema::without_secrets(std::move(schema))).text();
}

// What slipway itself may have changed without keeping a snapshot says nothing about others.
bool somebody_else_changed(const history::SnapshotRow& last, const schema::Schema& now) {
  return last.later_run == 0 && schema::relate(last.fingerprint, schema::fingerprint(now).text()) ==
                                    schema::Relation::different;
}

// The gate is cheaper than reading, and most of the time nobody else has changed anything.
Result<bool> is_untouched_since(const std::optional<history::SnapshotRow>& last,
                                pg::Session& session, const Wait& wait) {
  if (!last || last->later_run != 0 || last->gate.empty()) return false;
  SLIPWAY_ASSIGN(const auto gate, inspect::read_gate(session, wait));
  return text_of(gate) == last->gate;
}

struct Read {
  schema::Schema schema;
  history::SnapshotRow row;
};

Result<Read> read_for(const Context& context, pg::Session& session, std::int64_t run,
                      const std::string& salt, const Wait& wait) {
  Read read;
  // First the gate: what comes between it and the reading makes it older than what is read, so that
  // it opens once for nothing.
  SLIPWAY_ASSIGN(const auto gate, inspect::read_gate(session, wait));
  SLIPWAY_ASSIGN(auto scope, schema_scope(context, session, wait));
  scope.dependencies = true;
  scope.salt = salt;
  SLIPWAY_ASSIGN(read.schema, inspect::read_schema(session, scope, wait));
  read.row.run = run;
  read.row.salt = scope.salt;
  read.row.gate = text_of(gate);
  read.row.fingerprint = schema::fingerprint(read.schema).text();
  SLIPWAY_ASSIGN(const auto relations, replay::read_relation_map(session, wait));
  read.row.relations = replay::to_json(relations);
  return read;
}

Status note_before(const Context& context, pg::Session& session, std::int64_t run,
                   const Wait& wait) {
  const auto kept = snapshots(context);
  SLIPWAY_ASSIGN(const auto last, kept.newest(session, wait));
  SLIPWAY_ASSIGN(const bool untouched, is_untouched_since(last, session, wait));
  if (untouched) return kept.note_before_as_after(session, run, last->run, wait);
  SLIPWAY_ASSIGN(auto read,
                 read_for(context, session, run, last ? last->salt : fresh_salt(), wait));
  if (last && somebody_else_changed(*last, read.schema))
    context.events.on_event(event::Warning{
        .message = fmt::format("the schema is not as run {} left it: something else changed it",
                               last->run),
        .hint = "slipway drift --since-last-run, before the next run, says what"});
  const auto content = schema::to_json(read.schema);
  return kept.add_before(session, read.row, content, public_fingerprint(std::move(read.schema)),
                         wait);
}

Status keep_after(const Context& context, pg::Session& session, std::int64_t run,
                  const Wait& wait) {
  SLIPWAY_ASSIGN(auto read, read_for(context, session, run, fresh_salt(), wait));
  const auto content = schema::to_json(read.schema);
  return snapshots(context).add(session, read.row, content,
                                public_fingerprint(std::move(read.schema)),
                                context.config.integer("history.snapshots"), wait);
}

void warn(const Context& context, std::string message, const Error& error) {
  context.events.on_event(
      event::Warning{.message = std::move(message), .hint = context.masker.mask(error.message)});
}

} // namespace

void note_schema_before(const Context& context, pg::Session& session, std::int64_t run,
                        const Wait& wait) {
  if (context.config.integer("history.snapshots") <= 0) return;
  if (const auto noted = note_before(context, session, run, wait); !noted)
    warn(context, "what the schema was before the run could not be noted", noted.error());
}

void keep_schema_after(const Context& context, pg::Session& session, std::int64_t run,
                       const Wait& wait) {
  if (context.config.integer("history.snapshots") <= 0) return;
  if (const auto kept = keep_after(context, session, run, wait); !kept)
    warn(context, "no snapshot of the schema could be kept", kept.error());
}

} // namespace slipway::app
