#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace slipway::backup {

struct FenceRequest {
  /// Any database of the cluster but the fenced one. Nobody gets into that, superusers neither, so
  /// it is only from elsewhere that the fence can be taken down.
  pg::ConnectOptions server;
  std::string database;
  std::string notes_folder; ///< where it is written down before it is put up
  os::CrashPlan* crash = nullptr;
};

/// A database that nobody may connect to, and nobody is connected to. Taken down by lower(), by the
/// destructor, or, when this process was killed, by lower_forgotten_fences().
class Fence {
public:
  /// Writes it down, closes the database, ends the sessions in it and waits until they are gone.
  /// Errors: check_failed for prepared transactions, which cannot be ended, before anything is
  /// changed, and for a database that is closed already; lock_timeout when somebody stayed; sql;
  /// then the database is open again.
  static Result<Fence> raise(const FenceRequest& request, const Wait& wait);
  Fence(Fence&&) noexcept;
  Fence& operator=(Fence&&) = delete;
  ~Fence();

  /// The session in the other database, to work with while the fence is up.
  pg::Session& server();
  /// Opens the database again. Safe to call again. Errors: sql, connection; then the note stays.
  Status lower(const Wait& wait);

private:
  struct State;
  explicit Fence(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Opens every database of this cluster that is written down as fenced. Yields their names. Only
/// when no other slipway has one of them fenced right now: the caller holds what keeps two apart.
Result<std::vector<std::string>> lower_forgotten_fences(const pg::ConnectOptions& server,
                                                        const std::string& notes_folder,
                                                        const Wait& wait);

} // namespace slipway::backup
