// What an interrupted CREATE INDEX CONCURRENTLY leaves behind: an INVALID index that costs every
// write and serves nobody.
#include "leftovers.hpp"

#include "transaction.hpp"

#include <fmt/format.h>

namespace slipway::apply {

namespace {

Status drop_index(pg::Session& session, const QualifiedName& index, const Wait& wait) {
  SLIPWAY_TRY(session.execute(
      SqlText(fmt::format("DROP INDEX CONCURRENTLY IF EXISTS {}", index.quoted())), wait));
  return {};
}

} // namespace

Result<IndexState> look_at_index(pg::Session& session, const QualifiedName& index,
                                 const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT i.indisvalid AND i.indisready FROM pg_catalog.pg_index AS i "
              "WHERE i.indexrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)::oid"),
          {index.quoted()}, wait));
  if (rows.size() == 0) return IndexState::absent;
  return rows.boolean(0, 0) ? IndexState::valid : IndexState::invalid;
}

Result<bool> settle_earlier_attempt(const RunContext& context,
                                    const plan::PlannedStatement& statement, const Wait& wait) {
  if (!statement.facts.index) return false;
  const auto& index = *statement.facts.index;
  SLIPWAY_ASSIGN(const auto state, look_at_index(context.session, index, wait));
  if (state == IndexState::valid) {
    context.events.on_event(event::Note{
        .message = fmt::format("the index {} is there and valid: the earlier attempt finished",
                               index.quoted())});
    return true;
  }
  if (state == IndexState::invalid) {
    context.events.on_event(event::Note{
        .message = fmt::format("dropping the INVALID index {} that an earlier attempt left behind",
                               index.quoted())});
    context.crash.reach(os::CrashPoint::leftover_found);
    SLIPWAY_TRY(drop_index(context.session, index, wait));
    context.crash.reach(os::CrashPoint::leftover_removed);
  }
  return false;
}

bool drop_leftover(const RunContext& context, const plan::PlannedStatement& statement) {
  if (!statement.facts.index || !context.session.usable()) return false;
  const auto& index = *statement.facts.index;
  const auto wait = cleanup_wait();
  const auto state = look_at_index(context.session, index, wait);
  if (!state) return false;
  if (*state == IndexState::invalid) {
    context.crash.reach(os::CrashPoint::leftover_found);
    if (!drop_index(context.session, index, wait)) return false;
    context.crash.reach(os::CrashPoint::leftover_removed);
    context.events.on_event(event::Note{
        .message = fmt::format("the INVALID index {} was dropped again", index.quoted())});
  }
  return *state != IndexState::valid;
}

} // namespace slipway::apply
