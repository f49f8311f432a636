#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::history {

/// What is kept of the schema as a run left it, beside the schema itself.
struct SnapshotRow {
  std::int64_t run = 0;
  std::string taken_at;    ///< "2026-11-20T10:30:00Z"; empty when it is being written
  std::string fingerprint; ///< of the content, digests of secrets included
  std::string salt;        ///< of the digests of secrets in it
  std::string gate;        ///< inspect::Gate::text() from just before it was read; empty: none
  std::string relations;   ///< which table and column has which number; only when it is written
  /// The newest run that changed something, when it is newer and could keep no snapshot; else 0.
  std::int64_t later_run = 0;
};

/// The schema as the newest runs left it, in the target itself.
class Snapshots {
public:
  explicit Snapshots(std::string history_schema) : schema_(std::move(history_schema)) {}

  /// Nothing, when there is none or the history is of an older layout. Errors: sql.
  Result<std::optional<SnapshotRow>> newest(pg::Session& session, const Wait& wait) const;
  /// The snapshot itself, as schema::from_json reads it.
  Result<std::string> content(pg::Session& session, std::int64_t run, const Wait& wait) const;

  /// The schema as a run found it: kept by that run, or left so by the one before it. Nothing when
  /// neither is known any more.
  struct Before {
    std::string content;
    std::string relations; ///< empty: an older slipway kept it
  };
  Result<std::optional<Before>> found_by(pg::Session& session, std::int64_t run,
                                         const Wait& wait) const;

  /// Keeps one and removes all but the `keep` newest. `fingerprint_after` is noted on the run.
  Status add(pg::Session& session, const SnapshotRow& row, const std::string& content,
             const std::string& fingerprint_after, std::int64_t keep, const Wait& wait) const;
  /// Notes on the run what it found, and keeps that.
  Status add_before(pg::Session& session, const SnapshotRow& row, const std::string& content,
                    const std::string& fingerprint_before, const Wait& wait) const;
  /// Notes on the run that it found what `earlier_run` had left.
  Status note_before_as_after(pg::Session& session, std::int64_t run, std::int64_t earlier_run,
                              const Wait& wait) const;

private:
  std::string table(std::string_view name) const;
  std::string schema_;
};

} // namespace slipway::history
