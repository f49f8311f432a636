#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::backup {

/// Pages of a table from `from` to before `to`; without `to` all that follow.
struct PageRange {
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
};

/// The condition of a range of pages and of a table together: " WHERE ...", or empty.
std::string rows_condition(const TableRows& table, const std::optional<PageRange>& range);

/// Counts and digests the rows of a table, or of a range of it, as the session sees them now. The
/// settings of the session decide how values are written where the hash is RowHash::text.
Result<Content> read_content(pg::Session& session, const TableRows& table,
                             const std::optional<PageRange>& range, const Wait& wait);

/// The same for the data of all large objects.
Result<Content> read_large_object_content(pg::Session& session, const Wait& wait);

/// Two parts of one table together.
Content combined(const Content& one, const Content& other);

/// For people: "120 rows, digest 0123456789abcdef-..."
std::string content_text(const Content& content);

} // namespace slipway::backup
