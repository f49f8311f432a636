#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::replay {

/// What a session sees of its database at one moment, for as long as this lives: a read-only
/// transaction in which values are written the same way whatever the role or the database set.
class ReadView {
public:
  /// The session must outlive this, and be outside of a transaction. Errors: sql, connection.
  static Result<ReadView> open(pg::Session& session, const Wait& wait);
  ReadView(ReadView&& other) noexcept;
  ReadView& operator=(ReadView&&) = delete;
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;
  ~ReadView();

  pg::Session& session() const { return *session_; }
  /// What pg_current_snapshot() says in it.
  const std::string& snapshot() const { return snapshot_; }
  /// The one that the database's sessions have, and so the migration had.
  const std::string& time_zone() const { return time_zone_; }

private:
  explicit ReadView(pg::Session& session) : session_(&session) {}

  pg::Session* session_;
  std::string snapshot_;
  std::string time_zone_;
};

} // namespace slipway::replay
