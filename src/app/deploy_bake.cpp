// The time in which a deploy may still be taken back by itself.
#include "deploy_bake.hpp"

#include "deploy_hooks.hpp"
#include "spool_watch.hpp"
#include "warm_keeper.hpp"

#include "slipway/app/target.hpp"
#include "slipway/base/duration.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_megabyte = 1'000'000;

/// How much a slot keeps, told once for each thing that is worth telling.
class SlotWatch {
public:
  SlotWatch(const Context& context, pg::Session& session, std::string name)
      : context_(context), session_(session), name_(std::move(name)) {}

  void look(const Wait& wait) {
    if (name_.empty() || is_lost_) return;
    if (replay::is_key_capture(name_)) return look_at_triggers(wait);
    const auto slots = replay::slipway_slots(session_, wait);
    if (!slots) return warn_once("cannot be looked at: " + slots.error().message, blind_);
    const auto slot = std::find_if(slots->begin(), slots->end(),
                                   [&](const auto& one) { return one.name == name_; });
    if (slot == slots->end()) return warn_once("is gone: a rollback would compare", is_lost_);
    if (slot->lost)
      return warn_once("is lost, it had to keep more than the server allows: a rollback would "
                       "compare",
                       is_lost_);
    if (slot->safe_to_grow && *slot->safe_to_grow < slot->retained)
      warn_once(fmt::format("keeps {} MB of write-ahead log, and is lost after {} MB more",
                            slot->retained / k_megabyte, *slot->safe_to_grow / k_megabyte),
                is_near_);
  }

private:
  void look_at_triggers(const Wait& wait) {
    const auto state =
        replay::key_capture_state(session_, context_.config.text("history.schema"), wait);
    if (!state) return warn_once("cannot be looked at: " + state.error().message, blind_);
    if (!state->is_there) return warn_once("is gone: a rollback would compare", is_lost_);
    if (state->silent > 0)
      warn_once(fmt::format("does not see all of {} tables: a rollback would compare those",
                            state->silent),
                is_near_);
  }
  void warn_once(const std::string& what, bool& told) {
    if (told) return;
    told = true;
    const auto* const kind = replay::is_key_capture(name_) ? "capture" : "slot";
    context_.events.on_event(
        event::Warning{.message = fmt::format("the {} {} {}", kind, name_, what),
                       .hint = "slipway deploy confirm ends it"});
  }

  const Context& context_;
  pg::Session& session_;
  const std::string name_;
  bool blind_ = false;
  bool is_lost_ = false;
  bool is_near_ = false;
};

/// So that whoever finds a deploy dead knows when it still lived.
class SignOfLife {
public:
  SignOfLife(const Context& context, pg::Session& session, std::string name)
      : records_(context.config.text("history.schema")), session_(session), name_(std::move(name)) {
  }

  // One that could not be given is no reason to stop: the next one may be.
  void give(const Wait& wait) {
    if (name_.empty() || !next_.passed()) return;
    next_ = Deadline::after(k_between);
    static_cast<void>(records_.note_deployed(session_, name_, wait));
  }

private:
  static constexpr Millis k_between{60'000};
  const replay::CaptureRecords records_;
  pg::Session& session_;
  const std::string name_;
  Deadline next_ = Deadline::after(k_between);
};

/// Whether the copy is in step, told when that changes.
class CopyWatch {
public:
  CopyWatch(const Context& context, const WarmKeeper* keeper)
      : context_(context), keeper_(keeper) {}

  void look() {
    if (keeper_ == nullptr) return;
    const auto state = keeper_->state();
    if (state.steps > 0 && state.trouble.empty() && !in_step_) {
      in_step_ = true;
      context_.events.on_event(event::Note{
          .message = fmt::format("the copy is in step: {} row changes carried", state.rows)});
    } else if (state.failed_since >= k_failures && (in_step_ || !told_)) {
      in_step_ = false;
      told_ = true;
      context_.events.on_event(
          event::Warning{.message = "the copy is not kept in step: " + state.trouble,
                         .hint = "a rollback carries over what it lacks"});
    }
  }

private:
  static constexpr std::int64_t k_failures = 3;
  const Context& context_;
  const WarmKeeper* keeper_;
  bool in_step_ = false;
  bool told_ = false;
};

Error stopped(const std::string& capture) {
  Error error(ErrorCode::cancelled, "the bake was stopped on request");
  return std::move(error)
      .with_state(capture.empty() ? "the new schema is in place"
                                  : "the new schema is in place, and " + capture + " is armed")
      .with_next(capture.empty() ? "slipway status" : "slipway deploy confirm");
}

} // namespace

Status bake(const Context& context, pg::Session& session, const Baking& baking,
            const std::map<std::string, std::string>& environment, Millis length) {
  const auto run = run_wait(context);
  const auto wait = run.within(length);
  const auto every = context.config.duration("deploy.health_every");
  const auto allowed = std::max<std::int64_t>(1, context.config.integer("deploy.health_times")) - 1;
  context.events.on_event(
      event::Note{.message = fmt::format("baking for {}", format_duration(length))});
  SlotWatch watch(context, session, baking.capture);
  SpoolWatch spool(context, session, baking.capture);
  CopyWatch copy(context, baking.keeper);
  SignOfLife life(context, session, baking.capture);
  std::int64_t failed_in_a_row = 0;
  while (!wait.deadline.passed()) {
    if (run.stop_requested()) return fail(stopped(baking.capture));
    life.give(run);
    watch.look(run);
    spool.look(run);
    copy.look();
    auto healthy = check_health(context, environment, run);
    if (run.stop_requested()) return fail(stopped(baking.capture));
    failed_in_a_row = healthy ? 0 : failed_in_a_row + 1;
    if (failed_in_a_row > allowed)
      return fail(ErrorCode::check_failed,
                  fmt::format("the application is no longer healthy: {}", healthy.error().message));
    os::pause(std::min(every, std::max(wait.deadline.remaining(), Millis(1))), wait);
  }
  return {};
}

} // namespace slipway::app
