#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::pg {

/// Nobody may connect to a database, superusers neither, so that it can be copied or its writes be
/// carried over. Who is connected already is asked to go, and waited for. The mark of the fence is
/// kept by the server, outside the database: whoever finds it after we were killed can take it
/// away.
class Fence {
public:
  /// `control` is a session in another database of the server. It must outlive the fence. Sessions
  /// in `database` are ended but for `spared`, by process number. Errors: check_failed, with the
  /// sessions or prepared transactions that do not go, or when the role may not do it, or it is
  /// closed already; then the
  /// database is open as before. sql, connection, cancelled.
  static Result<Fence> put_up(Session& control, const std::string& database,
                              const std::string& note, int spared, const Wait& wait);
  Fence(Fence&& other) noexcept;
  Fence& operator=(Fence&&) = delete;
  /// Takes it away, unless that was done.
  ~Fence();

  /// Opens the database again. Errors: sql, connection.
  Status take_away(const Wait& wait);
  /// The database is under another name now, opened by whoever renamed it.
  void forget() { control_ = nullptr; }

private:
  Fence(Session& control, std::string database)
      : control_(&control), database_(std::move(database)) {}
  Session* control_;
  std::string database_;
};

struct Fenced {
  std::string database;
  std::string note;
};
/// Every database of the server whose fence is up. Errors: sql.
Result<std::vector<Fenced>> fenced_databases(Session& control, const Wait& wait);
/// Opens a database whose fence was left behind: when nobody is connected to it and no session
/// holds the fence. Errors: lock_timeout when somebody stays; sql.
Status lift_forgotten_fence(Session& control, const std::string& database, const Wait& wait);
/// The statements that take the fence's note off a database that will be called so by then; for
/// whoever opens it himself. Errors: sql.
Result<std::string> take_fence_note_off(Session& control, const std::string& database,
                                        const std::string& called, const Wait& wait);
/// Opens a database. Precondition: the fence is the caller's own.
Status lift_fence(Session& control, const std::string& database, const Wait& wait);

} // namespace slipway::pg
