// A slot for the time between a deploy and its confirmation.
#include "deploy_capture.hpp"

#include "capture_spool.hpp"
#include "key_capture.hpp"
#include "pooler.hpp"
#include "run_identity.hpp"
#include "runner.hpp"
#include "warm_copy.hpp"

#include "slipway/base/text.hpp"
#include "slipway/locks/runner_lock.hpp"
#include "slipway/pg/server_facts.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/relation_map.hpp"
#include "slipway/replay/spooling.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

constexpr std::string_view k_no_privilege = "42501";

// Words of a statement, each between single spaces.
std::string words_of(std::string_view text) {
  std::string words = " ";
  for (const char letter : to_lower_ascii(text)) {
    const bool is_part =
        letter == '_' || letter < 0 || std::isalnum(static_cast<unsigned char>(letter)) != 0;
    if (is_part)
      words += letter;
    else if (words.back() != ' ')
      words += ' ';
  }
  return words + " ";
}

bool has(const std::string& words, const std::string& some) {
  return words.find(" " + some + " ") != std::string::npos;
}

bool drops_key(const std::string& words, const replay::Relation& table) {
  if (has(words, "drop constraint") || has(words, "replica identity")) return true;
  return std::any_of(table.keys.front().begin(), table.keys.front().end(), [&](int number) {
    const auto name = to_lower_ascii(table.column(number)->name);
    return has(words, "drop " + name) || has(words, "drop column " + name) ||
           has(words, "drop if exists " + name) || has(words, "drop column if exists " + name);
  });
}

// A table whose key goes in the midst of a migration could not be written to from there on, were it
// published. Rather too many are left out: they are compared.
bool may_lose_key(const plan::Plan& plan, const replay::Relation& table) {
  if (table.keys.empty()) return false;
  const auto name = to_lower_ascii(table.name.name);
  for (const auto& step : plan.steps)
    for (const auto& group : step.groups)
      for (const auto& one : group.statements) {
        const auto words = words_of(step.section.sql(one.statement));
        if (has(words, name) && drops_key(words, table)) return true;
      }
  return false;
}

bool is_no_way(const Error& error) {
  return error.code == ErrorCode::unsupported || error.code == ErrorCode::lock_timeout ||
         (error.sql && error.sql->sqlstate == k_no_privilege);
}

Status check_direct(const Context& context, pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto facts, pg::read_server_facts(session, wait));
  SLIPWAY_ASSIGN(const auto way, way_to_server(context, facts));
  if (way == WayToServer::direct) return {};
  return fail(ErrorCode::unsupported, "a pooler stands between slipway and the server");
}

class Arming {
public:
  Arming(const Context& context, pg::Session& session, const plan::Plan& plan, const Wait& wait)
      : context_(context), session_(session), plan_(plan), wait_(wait),
        schema_(context.config.text("history.schema")), records_(schema_) {}

  Result<ArmedCapture> go() {
    SLIPWAY_ASSIGN(crash_, crash_plan_of(context_));
    SLIPWAY_TRY(check_direct(context_, session_, wait_));
    if (!is_by_triggers()) SLIPWAY_TRY(replay::check_capture(session_, wait_));
    SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(session_, schema_,
                                                         context_.config.duration("run.lock_wait"),
                                                         context_.events, wait_));
    auto armed = arm();
    const auto released = lock.release(wait_);
    if (armed && !released) return fail(released.error());
    return armed;
  }

private:
  bool is_by_triggers() const { return context_.config.text("deploy.capture") == "trigger"; }

  Result<ArmedCapture> arm() {
    SLIPWAY_ASSIGN(const auto dropped, drop_captures(context_, session_, wait_));
    for (const auto& one : dropped)
      context_.events.on_event(event::Note{
          .message = fmt::format("{} of an earlier deploy was still there; it is dropped", one)});
    if (context_.config.text("deploy.capture") == "warm") {
      SLIPWAY_ASSIGN(auto room, check_warm_copy(session_, 0, wait_));
      context_.events.on_event(event::Note{.message = std::move(room)});
    }
    SLIPWAY_TRY(history_store(context_).prepare(session_, wait_));
    SLIPWAY_TRY(records_.create(session_, wait_));
    SLIPWAY_ASSIGN(const auto name, new_name());
    SLIPWAY_TRY(records_.begin(session_, name, wait_));
    crash_.reach(os::CrashPoint::capture_noted);
    ArmedCapture armed{.name = name, .why = {}, .left_out = {}};
    auto since = is_by_triggers() ? make_triggers(armed) : make_slot(armed);
    if (!since) {
      SLIPWAY_TRY(records_.remove(session_, name, wait_));
      return fail(std::move(since).error());
    }
    crash_.reach(os::CrashPoint::capture_armed);
    SLIPWAY_TRY(records_.note_armed(session_, name, *since, wait_));
    return armed;
  }

  Result<replay::Lsn> make_triggers(ArmedCapture& armed) {
    SLIPWAY_ASSIGN(auto keys, arm_triggers(context_, session_, wait_));
    armed.left_out = std::move(keys.left_out);
    return keys.since;
  }

  Result<replay::Lsn> make_slot(ArmedCapture& armed) {
    SLIPWAY_ASSIGN(const auto capture, make(armed.name));
    for (const auto& one : capture.left_out) armed.left_out.push_back(one.quoted());
    for (const auto& one : spared_) armed.left_out.push_back(one.quoted());
    return capture.since;
  }

  // Slots belong to the whole server, so the database's number is in it.
  Result<std::string> new_name() {
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(SqlText(fmt::format(
                           "SELECT (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname "
                           "OPERATOR(pg_catalog.=) pg_catalog.current_database())::text, "
                           "(SELECT COALESCE(pg_catalog.max(id), 0) FROM {}.run)::text",
                           quote_identifier(schema_))),
                       {}, wait_));
    const auto after = fmt::format("{}_after_run_{}", rows.text(0, 0), rows.text(0, 1));
    return is_by_triggers() ? replay::key_capture_name(after) : replay::capture_name(after);
  }

  Result<replay::Capture> make(const std::string& name) {
    replay::CaptureRequest request{
        .name = name, .tables = {}, .leave_out = {schema_}, .full_identities = false};
    SLIPWAY_ASSIGN(request.tables, replay::read_relation_map(session_, wait_));
    auto& tables = request.tables.relations;
    for (const auto& one : tables)
      if (!one.partition && one.name.schema != schema_ && may_lose_key(plan_, one))
        spared_.push_back(one.name);
    std::erase_if(tables, [&](const replay::Relation& one) {
      return std::find(spared_.begin(), spared_.end(), one.name) != spared_.end();
    });
    return replay::arm_capture(session_, request, wait_);
  }

  const Context& context_;
  pg::Session& session_;
  const plan::Plan& plan_;
  const Wait& wait_;
  const std::string schema_;
  const replay::CaptureRecords records_;
  os::CrashPlan crash_;
  std::vector<QualifiedName> spared_;
};

} // namespace

Result<ArmedCapture> arm_capture(const Context& context, pg::Session& session,
                                 const plan::Plan& plan, const Wait& wait) {
  const auto wish = context.config.text("deploy.capture");
  const ArmedCapture none{.name = {}, .why = "deploy.capture is none", .left_out = {}};
  if (wish == "none") return none;
  auto armed = Arming(context, session, plan, wait).go();
  if (armed || wish != "auto" || !is_no_way(armed.error())) return armed;
  return ArmedCapture{.name = {}, .why = armed.error().message, .left_out = {}};
}

namespace {

/// How many an earlier deploy has left: they are dropped before a new one is armed.
Result<std::int64_t> own_slots(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait));
  return std::count_if(slots.begin(), slots.end(), [&](const replay::SlotState& one) {
    return one.database == session.database() && !one.active;
  });
}

Result<std::string> check_all(const Context& context, pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(check_direct(context, session, wait));
  SLIPWAY_TRY(replay::check_capture(session, wait));
  SLIPWAY_ASSIGN(const auto slots, own_slots(session, wait));
  if (context.config.text("deploy.capture") == "warm") return check_warm_copy(session, slots, wait);
  SLIPWAY_TRY(replay::check_free_slots(session, 1 - slots, wait));
  return std::string();
}

} // namespace

Result<CaptureOutlook> look_at_capture(const Context& context, pg::Session& session,
                                       const Wait& wait) {
  const auto wish = context.config.text("deploy.capture");
  if (!context.config.boolean("deploy.backup"))
    return CaptureOutlook{.kind = "none", .why = "there is no backup", .hint = {}, .room = {}};
  if (wish == "none")
    return CaptureOutlook{.kind = "none", .why = "deploy.capture is none", .hint = {}, .room = {}};
  if (wish == "trigger") {
    if (const auto direct = check_direct(context, session, wait); direct)
      return look_at_triggers(context, session, wait);
  }
  auto checked = check_all(context, session, wait);
  if (checked)
    return CaptureOutlook{
        .kind = wish == "auto" ? "slot" : wish, .why = {}, .hint = {}, .room = std::move(*checked)};
  const auto& error = checked.error();
  const bool no_way = is_no_way(error) || error.code == ErrorCode::check_failed;
  if (!no_way) return fail(std::move(checked).error());
  return CaptureOutlook{.kind = wish == "auto" ? "none" : wish,
                        .why = error.message,
                        .hint = error.hint,
                        .room = {},
                        .is_refused = wish != "auto"};
}

namespace {

constexpr Millis k_spooling_patience{60'000};

// Somebody may be spooling it.
Status drop_when_free(pg::Session& session, const std::string& slot, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto lock,
                 replay::SpoolLock::take(session, slot, k_spooling_patience, wait));
  return replay::drop_slot(session, slot, wait);
}

Status drop_spools(const Context& context, pg::Session& session, std::vector<std::string>& dropped,
                   const Wait& wait) {
  SLIPWAY_ASSIGN(const auto gone, drop_spools_of_nobody(context, session, wait));
  dropped.insert(dropped.end(), gone.begin(), gone.end());
  return {};
}

} // namespace

Result<std::vector<std::string>> drop_capture_of_deploy(const Context& context,
                                                        pg::Session& session,
                                                        const std::string& name, const Wait& wait) {
  const replay::CaptureRecords records(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(auto crash, crash_plan_of(context));
  SLIPWAY_ASSIGN(auto dropped, drop_warm_copy(session, name, wait));
  SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait));
  for (const auto& slot : slots) {
    if (slot.name != name && slot.name != replay::follower_name(name)) continue;
    SLIPWAY_TRY(drop_when_free(session, slot.name, wait));
    dropped.push_back(slot.name);
    crash.reach(os::CrashPoint::capture_slot_dropped);
  }
  SLIPWAY_TRY(replay::drop_capture(
      session, {.name = name, .since = 0, .identities_changed = {}, .left_out = {}}, wait));
  if (replay::is_key_capture(name)) {
    SLIPWAY_ASSIGN(const bool had, drop_triggers(context, session, wait));
    if (had) dropped.push_back(name);
  }
  SLIPWAY_ASSIGN(const auto known, records.all(session, wait));
  for (const auto& one : known)
    if (one.name == name) tell_spools_elsewhere(context, one);
  SLIPWAY_TRY(records.remove(session, name, wait));
  SLIPWAY_TRY(drop_spools(context, session, dropped, wait));
  return dropped;
}

namespace {

std::string name_of_triggers(const std::vector<replay::CaptureRecord>& known) {
  for (const auto& one : known)
    if (replay::is_key_capture(one.name)) return one.name;
  return "triggers of a deploy";
}

} // namespace

Result<std::vector<std::string>> drop_captures(const Context& context, pg::Session& session,
                                               const Wait& wait) {
  const replay::CaptureRecords records(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait));
  SLIPWAY_ASSIGN(const auto known, records.all(session, wait));
  SLIPWAY_ASSIGN(auto crash, crash_plan_of(context));
  std::vector<std::string> captures;
  for (const auto& one : known) captures.push_back(one.name);
  SLIPWAY_ASSIGN(auto dropped, drop_warm_copies(session, captures, wait));
  SLIPWAY_ASSIGN(const bool had_triggers, drop_triggers(context, session, wait));
  if (had_triggers) dropped.push_back(name_of_triggers(known));
  const auto put_aside = session.database() + "__broken_";
  for (const auto& slot : slots) {
    if (slot.database != session.database() && !slot.database.starts_with(put_aside)) continue;
    SLIPWAY_TRY(drop_when_free(session, slot.name, wait));
    dropped.push_back(slot.name);
    captures.push_back(slot.name);
    crash.reach(os::CrashPoint::capture_slot_dropped);
  }
  for (const auto& name : captures) {
    SLIPWAY_TRY(replay::drop_capture(
        session, {.name = name, .since = 0, .identities_changed = {}, .left_out = {}}, wait));
    SLIPWAY_TRY(records.remove(session, name, wait));
  }
  for (const auto& one : known) tell_spools_elsewhere(context, one);
  SLIPWAY_TRY(drop_spools(context, session, dropped, wait));
  return dropped;
}

} // namespace slipway::app
