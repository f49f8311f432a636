#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::replay {

/// How far the deploy that armed a capture came, as far as it wrote it down.
enum class CaptureStage {
  arming,   ///< slot and publication may be there, or not
  armed,    ///< whatever is written is kept
  deployed, ///< and the deploy has ended well; nobody confirmed it yet
};

/// What the database itself knows of a capture.
struct CaptureRecord {
  std::string name; ///< of slot and publication
  CaptureStage stage = CaptureStage::arming;
  Lsn since = 0;          ///< what commits later is in the stream
  std::int64_t run = 0;   ///< the first one under it; 0: none yet
  std::string backup;     ///< taken under it; empty: none yet
  std::int64_t age_s = 0; ///< since this stage began, or was last renewed, by the server's clock
  /// Since somebody found that its deploy had died.
  std::optional<std::int64_t> abandoned_s = {};
  std::string spool = {}; ///< HOST:FOLDER where it is spooled; empty: it was not
};

/// The table `capture` in the history's schema, made when the first capture is. It is in the
/// database, not in a file, because a rollback and `doctor` may run on another machine. Beside it
/// `capture_step`: which transactions were the migrations' own.
class CaptureRecords {
public:
  explicit CaptureRecords(std::string schema) : schema_(std::move(schema)) {}

  Status create(pg::Session& session, const Wait& wait) const;
  Status begin(pg::Session& session, const std::string& name, const Wait& wait) const;
  Status note_armed(pg::Session& session, const std::string& name, Lsn since,
                    const Wait& wait) const;
  Status note_backup(pg::Session& session, const std::string& name, const std::string& backup,
                     const Wait& wait) const;
  /// Of the first run only; later ones change nothing.
  Status note_run(pg::Session& session, const std::string& name, std::int64_t run,
                  const Wait& wait) const;
  /// Again and again while a deploy bakes, so that the age is that of its last sign of life.
  Status note_deployed(pg::Session& session, const std::string& name, const Wait& wait) const;
  /// Its deploy is gone, and did not come to its end. Only the first time counts.
  Status note_abandoned(pg::Session& session, const std::string& name, const Wait& wait) const;
  /// Writes down where a capture is spooled. False, and nothing is changed, when it is spooled
  /// elsewhere already, unless `moved` says that it was moved here.
  Result<bool> claim_spool(pg::Session& session, const std::string& name, const std::string& where,
                           bool moved, const Wait& wait) const;
  Status remove(pg::Session& session, const std::string& name, const Wait& wait) const;
  /// Oldest first; none where there is no table.
  Result<std::vector<CaptureRecord>> all(pg::Session& session, const Wait& wait) const;

  /// Writes down that the transaction which is open is the migration's own. Streams of servers
  /// before 14 do not carry markers.
  Status add_step(pg::Session& session, const std::string& name, const Wait& wait) const;
  Result<std::vector<std::uint64_t>> steps(pg::Session& session, const std::string& name,
                                           const Wait& wait) const;
  /// In a copy: captures do not come along.
  Status forget_all(pg::Session& copy, const Wait& wait) const;

private:
  Result<bool> is_there(pg::Session& session, const Wait& wait) const;
  Status change(pg::Session& session, const std::string& text, std::vector<pg::Param> params,
                const Wait& wait) const;
  std::string schema_;
};

} // namespace slipway::replay
