#pragma once

#include "hold.hpp"

#include "slipway/locks/pooled_lock.hpp"

namespace slipway::locks {

/// A row with an end, for pools that give one connection only. Time is the server's alone. It is
/// taken by one compare-and-set statement, under the advisory lock of the other ways, so that
/// runners of all ways keep each other out; and it is renewed within each transaction of the run,
/// where a holder that has lost it fails.
class LeaseHold final : public Hold {
public:
  LeaseHold(pg::Session& working, const PooledLock& request);
  ~LeaseHold() override;
  std::string_view mode() const override { return "lease"; }
  Result<bool> take(const Wait& wait) override;
  Status release(const Wait& wait) override;
  Result<bool> still_held(const Wait& wait) override;
  std::vector<pg::Query> fence() const override;
  Status cover(Millis duration, const Wait& wait) override;
  std::string token() const override { return token_; }

private:
  Result<bool> take_in_transaction(const Wait& wait);
  Result<bool> compare_and_set(const Wait& wait);
  Result<bool> renew(Millis length, const Wait& wait);

  pg::Session& working_;
  const PooledLock request_;
  std::string table_;
  std::string token_;
  bool taken_ = false;
  bool named_ = false; ///< the pooler passes our application name on
};

} // namespace slipway::locks
