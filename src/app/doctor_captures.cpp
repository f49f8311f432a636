#include "doctor_captures.hpp"

#include "capture_spool.hpp"
#include "deploy_guard.hpp"
#include "key_capture.hpp"
#include "warm_copy.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/replay/capture_slot.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_megabyte = 1'000'000;
constexpr const char* k_what = "capture";
constexpr const char* k_remedy = "slipway deploy confirm";

class Captures {
public:
  Captures(const Context& context, pg::Session& session, const Wait& wait)
      : context_(context), session_(session), wait_(wait) {}

  Status look() {
    SLIPWAY_ASSIGN(
        const auto records,
        replay::CaptureRecords(context_.config.text("history.schema")).all(session_, wait_));
    SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session_, wait_));
    SLIPWAY_ASSIGN(under_way_, is_deploy_under_way(context_, session_, wait_));
    SLIPWAY_ASSIGN(triggers_, replay::key_capture_state(
                                  session_, context_.config.text("history.schema"), wait_));
    for (const auto& one : records) {
      const auto slot = std::find_if(slots.begin(), slots.end(),
                                     [&](const auto& some) { return some.name == one.name; });
      judge(one, slot == slots.end() ? nullptr : &*slot);
    }
    const auto put_aside = session_.database() + "__broken_";
    for (const auto& slot : slots) {
      const bool known = std::any_of(records.begin(), records.end(), [&](const auto& one) {
        return one.name == slot.name || replay::follower_name(one.name) == slot.name;
      });
      const bool is_ours =
          slot.database == session_.database() || slot.database.starts_with(put_aside);
      if (!known && is_ours)
        say(Health::problem,
            fmt::format("the slot {} belongs to no deploy, {}", slot.name, keeps(&slot)));
    }
    SLIPWAY_TRY(look_at_copies(records));
    const bool has_owner = std::any_of(records.begin(), records.end(), [](const auto& one) {
      return replay::is_key_capture(one.name);
    });
    if (triggers_.is_there && !has_owner)
      say(Health::problem, "triggers that belong to no deploy, " + told(triggers_));
    SLIPWAY_ASSIGN(auto spools, find_spools(context_, session_, records, wait_));
    std::move(spools.begin(), spools.end(), std::back_inserter(found));
    if (found.empty()) found.push_back({k_what, Health::ok, "no slot of a deploy", {}});
    return {};
  }

  std::vector<Diagnosis> found;

private:
  // One whose deploy is under way is followed by it; each other is behind, and a rollback catches
  // up.
  Status look_at_copies(const std::vector<replay::CaptureRecord>& records) {
    SLIPWAY_ASSIGN(const auto copies, warm_copies(session_, wait_));
    for (const auto& one : copies) {
      if (one.database != session_.database()) continue;
      const bool known = std::any_of(records.begin(), records.end(), [&](const auto& record) {
        return record.name == one.capture;
      });
      if (known && under_way_)
        found.push_back(
            {k_what, Health::note, fmt::format("{}: a copy that is kept in step", one.name), {}});
      else
        say(known ? Health::note : Health::problem,
            known ? fmt::format("{}: the copy of {}, which nobody keeps in step now; a rollback "
                                "carries over what it lacks",
                                one.name, one.capture)
                  : fmt::format("{}: a copy that belongs to no deploy", one.name));
    }
    return {};
  }

  std::string keeps(const replay::CaptureRecord& one, const replay::SlotState* slot) const {
    return replay::is_key_capture(one.name) ? told(triggers_) : keeps(slot);
  }
  static std::string keeps(const replay::SlotState* slot) {
    if (slot == nullptr) return "whose slot is gone";
    if (slot->lost) return "whose slot is lost";
    return fmt::format("and keeps {} MB of write-ahead log", slot->retained / k_megabyte);
  }

  void judge(const replay::CaptureRecord& one, const replay::SlotState* slot) {
    const auto age = format_duration(std::chrono::seconds(one.age_s));
    if (under_way_)
      return found.push_back(
          {k_what,
           Health::note,
           fmt::format("{}: its deploy is under way, {}", one.name, keeps(one, slot)),
           {}});
    if (one.stage != replay::CaptureStage::deployed)
      return say(Health::problem,
                 fmt::format("{}: the deploy that armed it died or failed {} ago, {}", one.name,
                             age, keeps(one, slot)));
    const bool forgotten =
        std::chrono::seconds(one.age_s) >= context_.config.duration("deploy.grace");
    say(forgotten ? Health::problem : Health::note,
        fmt::format("{}: run {} was deployed {} ago and is not confirmed{}, {}", one.name, one.run,
                    age, forgotten ? ", it seems forgotten" : "", keeps(one, slot)));
  }

  void say(Health health, std::string text) {
    found.push_back({k_what, health, std::move(text), k_remedy});
  }

  const Context& context_;
  pg::Session& session_;
  const Wait& wait_;
  bool under_way_ = false;
  replay::KeyCaptureState triggers_;
};

} // namespace

std::vector<Diagnosis> find_captures(const Context& context, pg::Session& session,
                                     const Wait& wait) {
  Captures captures(context, session, wait);
  if (const auto looked = captures.look(); !looked)
    captures.found.push_back({k_what, Health::unknown,
                              "could not be looked at: " + looked.error().message,
                              looked.error().hint});
  return std::move(captures.found);
}

} // namespace slipway::app
