#pragma once

#include "hold.hpp"

namespace slipway::locks {

/// A session-level advisory lock on the working session itself.
class SessionHold final : public Hold {
public:
  SessionHold(pg::Session& session, std::int64_t key) : session_(session), key_(key) {}
  std::string_view mode() const override { return "session"; }
  Result<bool> take(const Wait& wait) override;
  Status release(const Wait& wait) override;
  Result<bool> still_held(const Wait& wait) override;
  Status cover(Millis duration, const Wait& wait) override;

private:
  pg::Session& session_;
  std::int64_t key_;
  bool taken_ = false;
};

} // namespace slipway::locks
