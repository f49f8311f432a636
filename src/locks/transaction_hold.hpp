#pragma once

#include "hold.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace slipway::locks {

/// A transaction-level advisory lock on a connection of its own, kept open for the whole run. The
/// transaction is READ COMMITTED and spoken to by the simple protocol only, so that it holds no
/// snapshot: one with a snapshot would stop CREATE INDEX CONCURRENTLY for ever. A thread keeps the
/// connection awake, and notices when it is gone.
class TransactionHold final : public Hold {
public:
  using Open = std::function<Result<pg::Session>(const Wait& wait)>;
  /// `working` is asked for a sign of life once the lock is ours: where the pool has no connection
  /// left for it, this way is no way.
  TransactionHold(pg::Session& working, Open open, std::int64_t key, std::int64_t working_key)
      : working_(working), open_(std::move(open)), key_(key), working_key_(working_key) {}
  ~TransactionHold() override;

  std::string_view mode() const override { return "transaction"; }
  /// Errors: as Session::execute; when `starved`, another way may do.
  Result<bool> take(const Wait& wait) override;
  Status release(const Wait& wait) override;
  Result<bool> still_held(const Wait& wait) override;
  std::vector<pg::Query> fence() const override;
  Status cover(Millis duration, const Wait& wait) override;

  /// The pool did not give a connection in time.
  bool starved() const { return starved_; }
  /// The server process that holds the lock.
  int backend_pid() const { return backend_pid_; }

private:
  Status connect(const Wait& wait);
  Result<pg::Rows> ask(const std::string& sql, const Wait& wait);
  Result<bool> begin(const Wait& wait);
  Status find_identity(const Wait& wait);
  Status check_working(const Wait& wait);
  bool ping(const Wait& wait);
  void keep_awake(const std::stop_token& stop);

  pg::Session& working_;
  Open open_;
  std::int64_t key_;
  std::int64_t working_key_;
  int backend_pid_ = 0;
  std::string virtual_transaction_;
  bool taken_ = false;
  bool starved_ = false;
  std::mutex mutex_; ///< over session_, which the thread uses too
  std::optional<pg::Session> session_;
  std::condition_variable_any wake_;
  std::jthread keeper_;
};

} // namespace slipway::locks
