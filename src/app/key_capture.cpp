// Triggers for the time between a deploy and its confirmation, where there can be no slot.
#include "key_capture.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_megabyte = 1'000'000;
constexpr std::size_t k_named = 5;

Result<replay::KeyCapturePlan> plan(const Context& context, pg::Session& session,
                                    const Wait& wait) {
  SLIPWAY_ASSIGN(const auto map, replay::read_relation_map(session, wait));
  return replay::plan_key_capture(session, map, {context.config.text("history.schema")}, wait);
}

std::vector<std::string> told(const std::vector<replay::NotKeyed>& left_out) {
  std::vector<std::string> all;
  for (const auto& one : left_out)
    all.push_back(fmt::format("{} ({})", one.table.quoted(), one.why));
  return all;
}

std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t at = 0; at < std::min(names.size(), k_named); ++at)
    text += (at == 0 ? "" : ", ") + names[at];
  if (names.size() > k_named) text += fmt::format(" and {} more", names.size() - k_named);
  return text;
}

// A trigger belongs to a schema of ours, and no role but one with that right can make it.
Status check_rights(const Context& context, pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText("SELECT COALESCE((SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE') FROM "
                  "pg_catalog.pg_namespace AS n WHERE n.nspname OPERATOR(pg_catalog.=) $1::name), "
                  "pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'))"),
          {context.config.text("history.schema")}, wait));
  if (rows.boolean(0, 0)) return {};
  return fail(Error(ErrorCode::unsupported,
                    fmt::format("the role may not make functions in the schema {}",
                                quote_identifier(context.config.text("history.schema"))))
                  .with_hint(fmt::format("GRANT CREATE ON SCHEMA {} TO {}",
                                         quote_identifier(context.config.text("history.schema")),
                                         quote_identifier(session.user()))));
}

Status check_tables(const replay::KeyCapturePlan& plan) {
  if (!plan.tables.empty() || plan.left_out.empty()) return {};
  return fail(
      Error(ErrorCode::unsupported, "no table can have triggers: " + some_of(told(plan.left_out)))
          .with_hint("deploy as the role that owns the tables, or without capture"));
}

} // namespace

replay::LockPatience lock_patience(const Context& context) {
  return {.lock_timeout = context.config.duration("apply.lock_timeout"),
          .budget = context.config.duration("apply.lock_budget")};
}

Result<ArmedKeys> arm_triggers(const Context& context, pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(check_rights(context, session, wait));
  SLIPWAY_ASSIGN(const auto which, plan(context, session, wait));
  SLIPWAY_TRY(check_tables(which));
  ArmedKeys armed{.since = 0, .left_out = told(which.left_out)};
  SLIPWAY_ASSIGN(armed.since,
                 replay::arm_key_capture(session, context.config.text("history.schema"), which,
                                         lock_patience(context), wait));
  return armed;
}

Result<CaptureOutlook> look_at_triggers(const Context& context, pg::Session& session,
                                        const Wait& wait) {
  CaptureOutlook outlook{.kind = "trigger", .why = {}, .hint = {}, .room = {}};
  SLIPWAY_ASSIGN(const auto which, plan(context, session, wait));
  auto checked = check_rights(context, session, wait);
  if (checked) checked = check_tables(which);
  if (!checked) {
    if (checked.error().code != ErrorCode::unsupported) return fail(checked.error());
    outlook.why = checked.error().message;
    outlook.hint = checked.error().hint;
    outlook.is_refused = true;
    return outlook;
  }
  outlook.room =
      fmt::format("on {} tables, each locked for a moment against writes", which.tables.size());
  if (!which.left_out.empty())
    outlook.room += "; a rollback would compare " + some_of(told(which.left_out));
  return outlook;
}

Result<bool> drop_triggers(const Context& context, pg::Session& session, const Wait& wait) {
  const auto schema = context.config.text("history.schema");
  SLIPWAY_ASSIGN(const auto state, replay::key_capture_state(session, schema, wait));
  SLIPWAY_TRY(replay::drop_key_capture(session, schema, lock_patience(context), wait));
  return state.is_there;
}

std::string told(const replay::KeyCaptureState& state) {
  if (!state.is_there) return "whose triggers are gone";
  auto text = fmt::format("and triggers on {} tables have noted about {} changes, {} MB",
                          state.tables, state.changes, state.bytes / k_megabyte);
  if (state.silent > 0)
    text += fmt::format("; on {} of them one is gone or switched off: a rollback compares those",
                        state.silent);
  return text;
}

} // namespace slipway::app
