// Which spool belongs to which capture, and where it is.
#include "capture_spool.hpp"

#include "slipway/os/identity.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/spooling.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::uint64_t k_megabyte = 1'000'000;
constexpr const char* k_what = "capture";

std::string written_down(const Context& context) {
  return os::host_name() + ":" + folder_for_spools(context);
}

Result<spool::Place> place_of(const Context& context, pg::Session& session,
                              const replay::CaptureRecord& capture, const Wait& wait) {
  return replay::spool_place(session, folder_for_spools(context), capture.name, capture.since,
                             wait);
}

bool is_there(const spool::Place& place) {
  std::error_code error;
  return std::filesystem::exists(place.folder, error);
}

// The name is what a rollback keeps; the number of the database is another one then.
Result<std::vector<spool::Found>> spools_of_database(const Context& context, pg::Session& session,
                                                     const Wait& wait) {
  auto found = spool::spools_in(folder_for_spools(context));
  if (found.empty()) return found;
  SLIPWAY_ASSIGN(const auto place,
                 replay::spool_place(session, folder_for_spools(context), {}, 0, wait));
  std::erase_if(found, [&](const spool::Found& one) {
    return one.of.system != place.of.system ||
           (one.of.name != place.of.name && one.of.database != place.of.database);
  });
  return found;
}

bool is_of(const spool::Found& one, const replay::CaptureRecord& capture) {
  return one.of.slot == capture.name && one.of.since == capture.since;
}

std::string in_words(const Error& error) {
  std::string text = error.message;
  for (const auto& note : error.notes) text += "; " + note;
  return text;
}

} // namespace

std::string folder_for_spools(const Context& context) {
  return std::filesystem::absolute(context.config.path("deploy.spool_folder"))
      .lexically_normal()
      .string();
}

Result<spool::Place> claim_spool(const Context& context, pg::Session& session,
                                 const replay::CaptureRecord& capture, const Wait& wait) {
  const replay::CaptureRecords records(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(auto place, place_of(context, session, capture, wait));
  SLIPWAY_ASSIGN(const bool ours, records.claim_spool(session, capture.name, written_down(context),
                                                      is_there(place), wait));
  if (ours) return place;
  return fail(Error(ErrorCode::check_failed,
                    fmt::format("the slot {} is spooled elsewhere ({}), and not into {}",
                                capture.name, capture.spool, folder_for_spools(context)))
                  .with_hint("go on where it was begun, or move the folder")
                  .with_state("nothing was changed"));
}

Result<UsableSpool> usable_spool(const Context& context, pg::Session& session,
                                 const replay::CaptureRecord& capture, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto place, place_of(context, session, capture, wait));
  UsableSpool usable{.there = is_there(place), .obstacle = {}};
  if (!usable.there) {
    // One that was begun, and from which nothing was taken, is no matter.
    SLIPWAY_ASSIGN(const auto position, replay::slot_position(session, capture.name, wait));
    if (position > capture.since)
      usable.obstacle =
          fmt::format("was spooled ({}), and {} is not here",
                      capture.spool.empty() ? "nobody knows where" : capture.spool, place.folder);
    return usable;
  }
  const auto checked = replay::check_spool(session, place, wait);
  if (checked) return usable;
  const auto& error = checked.error();
  if (error.sql || error.code == ErrorCode::cancelled || error.code == ErrorCode::lock_timeout)
    return fail(error);
  usable.obstacle = "was spooled, and its spool cannot be used: " + in_words(error);
  return usable;
}

Result<std::vector<std::string>> drop_spools_of_nobody(const Context& context, pg::Session& session,
                                                       const Wait& wait) {
  std::vector<std::string> dropped;
  SLIPWAY_ASSIGN(const auto found, spools_of_database(context, session, wait));
  if (found.empty()) return dropped;
  const replay::CaptureRecords records(context.config.text("history.schema"));
  SLIPWAY_ASSIGN(const auto known, records.all(session, wait));
  SLIPWAY_ASSIGN(const auto slots, replay::slipway_slots(session, wait));
  for (const auto& one : found) {
    const bool is_known = std::any_of(known.begin(), known.end(),
                                      [&](const auto& capture) { return is_of(one, capture); });
    // Of a database that was renamed since: its record is not here.
    const bool has_slot = std::any_of(slots.begin(), slots.end(),
                                      [&](const auto& slot) { return slot.name == one.of.slot; });
    if (is_known || has_slot) continue;
    SLIPWAY_TRY(spool::remove(one.folder));
    dropped.push_back(one.folder);
  }
  return dropped;
}

void tell_spools_elsewhere(const Context& context, const replay::CaptureRecord& capture) {
  if (capture.spool.empty() || capture.spool == written_down(context)) return;
  context.events.on_event(event::Warning{
      .message = fmt::format("{} was spooled ({}); what is there is not dropped from here",
                             capture.name, capture.spool),
      .hint = "slipway deploy confirm, there"});
}

Result<std::vector<Diagnosis>> find_spools(const Context& context, pg::Session& session,
                                           const std::vector<replay::CaptureRecord>& captures,
                                           const Wait& wait) {
  std::vector<Diagnosis> said;
  SLIPWAY_ASSIGN(const auto found, spools_of_database(context, session, wait));
  for (const auto& one : found) {
    const bool known = std::any_of(captures.begin(), captures.end(),
                                   [&](const auto& capture) { return is_of(one, capture); });
    const auto size = spool::size_of(one.folder) / k_megabyte;
    said.push_back(
        {k_what, known ? Health::note : Health::problem,
         known ? fmt::format("{}: {} MB spooled of {}", one.folder, size, one.of.slot)
               : fmt::format("{}: a spool of {} MB that belongs to no deploy", one.folder, size),
         known ? std::string() : std::string("slipway deploy confirm")});
  }
  for (const auto& capture : captures)
    if (!capture.spool.empty() && std::none_of(found.begin(), found.end(), [&](const auto& one) {
          return is_of(one, capture);
        }))
      said.push_back({k_what,
                      Health::note,
                      fmt::format("{} was spooled ({}), which is not here: a rollback from here "
                                  "would compare",
                                  capture.name, capture.spool),
                      {}});
  return said;
}

} // namespace slipway::app
