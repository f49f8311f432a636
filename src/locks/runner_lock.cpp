#include "slipway/locks/runner_lock.hpp"

#include "session_hold.hpp"
#include "take_turn.hpp"

#include "slipway/base/sha256.hpp"

#include <charconv>
#include <fmt/format.h>

namespace slipway::locks {

namespace {

std::string key_digest(const std::string& history_schema) {
  return sha256_hex("slipway runner " + history_schema);
}

std::int64_t key_from(const std::string& digest) {
  std::uint64_t key = 0;
  std::from_chars(digest.data(), digest.data() + 16, key, 16);
  return static_cast<std::int64_t>(key);
}

} // namespace

std::int64_t runner_key(const std::string& history_schema) {
  return key_from(key_digest(history_schema));
}

std::int64_t working_key(const std::string& history_schema) {
  return key_from(sha256_hex("slipway working " + history_schema));
}

std::string runner_mark(const std::string& history_schema) {
  constexpr std::size_t k_digits = 8;
  return key_digest(history_schema).substr(0, k_digits);
}

Error explain_fence(Error error) {
  if (!error.sql || error.sql->message.find(k_fence_lost) == std::string::npos) return error;
  auto plain = lock_lost();
  plain.database_state = error.database_state;
  plain.notes = std::move(error.notes);
  return plain;
}

Result<RunnerLock> RunnerLock::acquire(pg::Session& session, const std::string& history_schema,
                                       Millis lock_wait, EventSink& events, const Wait& wait) {
  RunnerLock lock(std::make_unique<SessionHold>(session, runner_key(history_schema)));
  Waiting waiting(lock_wait, events, wait);
  SLIPWAY_TRY(take_turn(*lock.hold_, session, history_schema, waiting));
  events.on_event(event::RunnerLockAcquired{
      .mode = "session", .waited_ms = waiting.had_to_wait() ? waiting.waited().count() : 0});
  return lock;
}

RunnerLock::RunnerLock(std::unique_ptr<Hold> hold) : hold_(std::move(hold)) {
}

RunnerLock::RunnerLock(RunnerLock&& other) noexcept = default;

RunnerLock::~RunnerLock() {
  if (hold_ == nullptr) return;
  constexpr Millis k_patience{2000};
  const auto ignored = hold_->release(Wait{Deadline::after(k_patience), nullptr});
  static_cast<void>(ignored);
}

std::string_view RunnerLock::mode() const {
  return hold_->mode();
}
Status RunnerLock::release(const Wait& wait) {
  return hold_->release(wait);
}
Result<bool> RunnerLock::still_held(const Wait& wait) {
  return hold_->still_held(wait);
}
std::vector<pg::Query> RunnerLock::fence() const {
  return hold_->fence();
}
Status RunnerLock::cover(Millis duration, const Wait& wait) {
  return hold_->cover(duration, wait);
}

} // namespace slipway::locks
