// Time limits by the size of what is there.
#include "diff_timeouts.hpp"

#include "slipway/diff/working_time.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace slipway::app {

namespace {

struct Sized {
  std::int64_t bytes = 0;
  std::string text; ///< "12 GB"
};

class Sizes {
public:
  Sizes(pg::Session& session, const Wait& wait) : session_(session), wait_(wait) {}

  // With indexes, TOAST and partitions. A relation that is not there yet has no size.
  Result<Sized> of(const QualifiedName& name) {
    const auto quoted = name.quoted();
    if (const auto known = known_.find(quoted); known != known_.end()) return known->second;
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(
            SqlText("WITH r (id) AS (SELECT pg_catalog.to_regclass($1::text)), s (bytes) AS ("
                    "SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_total_relation_size(u.id)), 0)"
                    "::bigint FROM (SELECT r.id FROM r UNION SELECT t.relid FROM r, "
                    "pg_catalog.pg_partition_tree(r.id) AS t) AS u) "
                    "SELECT s.bytes, pg_catalog.pg_size_pretty(s.bytes) FROM s"),
            {quoted}, wait_));
    return known_[quoted] = Sized{rows.integer(0, 0), std::string(rows.text(0, 1))};
  }

private:
  pg::Session& session_;
  const Wait& wait_;
  std::map<std::string, Sized> known_;
};

class Fitting {
public:
  Fitting(const Context& context, Sizes& sizes)
      : usual_(context.config.duration("apply.statement_timeout")),
        concurrent_(context.config.duration("apply.concurrent_timeout")), sizes_(sizes) {}

  Status fit(diff::MigrationDraft& draft) {
    longest_ = Millis(0);
    too_long_ = false;
    why_.clear();
    for (const auto* direction : {&draft.up, &draft.down})
      for (const auto& one : *direction) SLIPWAY_TRY(look_at(one));
    if (!too_long_) return {};
    draft.statement_timeout = std::chrono::ceil<std::chrono::minutes>(longest_);
    draft.timeout_why = why_;
    return {};
  }

private:
  Status look_at(const diff::Statement& statement) {
    const auto work = diff::work_of(statement);
    const auto limit = work.concurrent ? concurrent_ : usual_;
    // A limit of the file is one for these, too, which must not make it less.
    if (work.concurrent) longest_ = std::max(longest_, concurrent_);
    for (const auto& relation : work.relations) {
      SLIPWAY_ASSIGN(const auto size, sizes_.of(relation));
      const Millis needed = diff::time_for(work.rows, size.bytes);
      longest_ = std::max(longest_, needed);
      // No limit is enough for anything.
      if (limit.count() == 0 || needed <= limit) continue;
      too_long_ = true;
      const auto why = fmt::format("{} has {}", relation.quoted(), size.text);
      if (why_.find(why) == std::string::npos) why_ += (why_.empty() ? "" : ", ") + why;
    }
    return {};
  }

  Millis usual_;
  Millis concurrent_;
  Sizes& sizes_;
  Millis longest_{0};
  bool too_long_ = false;
  std::string why_;
};

} // namespace

Status fit_timeouts(const Context& context, pg::Session& session,
                    std::vector<diff::MigrationDraft>& drafts, const Wait& wait) {
  Sizes sizes(session, wait);
  Fitting fitting(context, sizes);
  for (auto& draft : drafts) SLIPWAY_TRY(fitting.fit(draft));
  return {};
}

} // namespace slipway::app
