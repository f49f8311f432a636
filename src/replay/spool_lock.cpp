#include "slipway/base/sha256.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/replay/spooling.hpp"

#include <charconv>
#include <utility>

namespace slipway::replay {

namespace {

constexpr Millis k_look_again{20};
constexpr Millis k_release{5'000};
constexpr std::size_t k_key_digits = 16;

std::string key_of(const std::string& slot) {
  const auto digest = sha256_hex("slipway spool " + slot).substr(0, k_key_digits);
  std::uint64_t number = 0;
  std::from_chars(digest.data(), digest.data() + digest.size(), number, 16);
  return std::to_string(static_cast<std::int64_t>(number));
}

} // namespace

Result<SpoolLock> SpoolLock::take(pg::Session& session, const std::string& slot, Millis patience,
                                  const Wait& wait) {
  const auto key = key_of(slot);
  const Wait limited = wait.within(patience);
  for (;;) {
    SLIPWAY_ASSIGN(
        const auto rows,
        session.query(SqlText("SELECT pg_catalog.pg_try_advisory_lock($1::bigint)"), {key}, wait));
    if (rows.boolean(0, 0)) return SpoolLock(session, key);
    if (wait.stop_requested()) return fail(ErrorCode::cancelled, "stopped on request");
    if (limited.deadline.passed())
      return fail(Error(ErrorCode::lock_timeout,
                        "somebody else reads or spools the slot " + slot + " all the time")
                      .with_state("nothing was changed"));
    os::pause(k_look_again, limited);
  }
}

SpoolLock::SpoolLock(SpoolLock&& other) noexcept
    : session_(std::exchange(other.session_, nullptr)), key_(std::move(other.key_)) {
}

SpoolLock::~SpoolLock() {
  if (session_ == nullptr || !session_->usable()) return;
  static_cast<void>(session_->query(SqlText("SELECT pg_catalog.pg_advisory_unlock($1::bigint)"),
                                    {key_}, Wait{Deadline::after(k_release)}));
}

} // namespace slipway::replay
