#include "spool_watch.hpp"

#include "capture_spool.hpp"
#include "run_identity.hpp"

#include "slipway/app/target.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_megabyte = 1'000'000;
constexpr std::int64_t k_failures = 3;

} // namespace

void SpoolWatch::look(const Wait& wait) {
  if (name_.empty() || refused_) return;
  if (keeper_ != nullptr) return tell();
  const auto why = reason(wait);
  if (why.empty()) return;
  if (const auto started = start(why, wait); !started) {
    refused_ = true;
    warn(started.error().message);
  }
}

std::string SpoolWatch::reason(const Wait& wait) {
  if (context_.config.text("deploy.capture") == "spool") return "deploy.capture is spool";
  // Who watches the slot tells when it cannot be looked at.
  const auto slots = replay::slipway_slots(session_, wait);
  if (!slots) return {};
  const auto slot = std::find_if(slots->begin(), slots->end(),
                                 [&](const auto& one) { return one.name == name_; });
  if (slot == slots->end() || slot->lost || !slot->safe_to_grow) return {};
  const auto least = context_.config.integer("deploy.spool_below") * k_megabyte;
  if (*slot->safe_to_grow >= std::max(least, slot->retained)) return {};
  return fmt::format("it is lost after {} MB more", *slot->safe_to_grow / k_megabyte);
}

Status SpoolWatch::start(const std::string& why, const Wait& wait) {
  const replay::CaptureRecords records(context_.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto all, records.all(session_, wait));
  const auto record =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name_; });
  if (record == all.end()) return fail(ErrorCode::check_failed, "its record is gone");
  SLIPWAY_ASSIGN(auto place, claim_spool(context_, session_, *record, wait));
  SLIPWAY_ASSIGN(const auto crash, crash_plan_of(context_));
  SLIPWAY_ASSIGN(auto own, open_session(context_, "spool", wait));
  auto options = own.options();
  own.close();
  context_.events.on_event(event::Note{
      .message = fmt::format("the slot {} is spooled into {}: {}", name_, place.folder, why)});
  keeper_ = SpoolKeeper::start(std::move(options), std::move(place), crash,
                               context_.config.duration("deploy.spool_every"));
  return {};
}

void SpoolWatch::tell() {
  const auto state = keeper_->state();
  if (state.rounds > 0 && state.trouble.empty() && !told_) {
    told_ = true;
    warned_ = false;
    context_.events.on_event(event::Note{
        .message = fmt::format("spooled: {} transactions so far", state.extent.transactions)});
  } else if (state.failed_since >= k_failures && !warned_) {
    warned_ = true;
    told_ = false;
    warn(state.trouble);
  }
}

void SpoolWatch::warn(const std::string& message) {
  context_.events.on_event(
      event::Warning{.message = fmt::format("the slot {} is not spooled: {}", name_, message),
                     .hint = "slipway deploy spool --once tries it"});
}

} // namespace slipway::app
