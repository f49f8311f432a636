// Asks the lock manager who waits, behind whom, and what the sessions concerned are doing.
#include "slipway/locks/blocking_tree.hpp"

#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>

namespace slipway::locks {

namespace {

constexpr int k_tells_since_when = 140000;

// What tells one lock from another. NULLs are left out by concat.
constexpr const char* k_tag =
    "pg_catalog.concat(l.locktype, '/', l.database, '/', l.relation, '/', l.page, '/', l.tuple, '/', l.virtualxid, "
    "'/', l.transactionid, '/', l.classid, '/', l.objid, '/', l.objsubid)";

// What is locked, for people. Names can be told in our own database only.
constexpr const char* k_object =
    "CASE WHEN l.relation IS NOT NULL THEN pg_catalog.concat("
    "CASE WHEN l.locktype OPERATOR(pg_catalog.=) 'tuple' THEN 'a row of ' "
    "WHEN l.locktype OPERATOR(pg_catalog.<>) 'relation' THEN pg_catalog.concat('the ', l.locktype, ' lock of ') END, "
    "COALESCE((SELECT pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname)) "
    "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
    "JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) l.database "
    "WHERE c.oid OPERATOR(pg_catalog.=) l.relation AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()), "
    "pg_catalog.concat('relation ', l.relation, ' of another database'))) "
    "WHEN l.locktype OPERATOR(pg_catalog.=) 'transactionid' THEN pg_catalog.concat('the end of transaction ', l.transactionid) "
    "WHEN l.locktype OPERATOR(pg_catalog.=) 'virtualxid' THEN pg_catalog.concat('the end of transaction ', l.virtualxid) "
    "WHEN l.locktype OPERATOR(pg_catalog.=) 'advisory' THEN pg_catalog.concat('advisory lock ', l.classid, '/', l.objid) "
    "ELSE l.locktype END";

SqlText waiters_question(int server_version) {
  // Before 14 the server does not tell since when: not longer than the statement runs.
  const std::string since = server_version >= k_tells_since_when ? "l.waitstart" : "a.query_start";
  return SqlText(fmt::format(
      "SELECT l.pid, {}, {}, l.mode, "
      "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) {}), "
      "pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(l.pid), ',') "
      "FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid "
      "LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) a.datid "
      "WHERE NOT l.granted AND l.pid IS NOT NULL "
      "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() ORDER BY 5 DESC NULLS LAST, 1",
      k_tag, k_object, since));
}

constexpr const char* k_sessions =
    "SELECT a.pid, COALESCE(a.application_name, ''), COALESCE(a.usename::text, ''), COALESCE(a.state, ''), "
    "COALESCE(a.backend_type, ''), CASE WHEN a.wait_event IS NULL THEN '' ELSE "
    "pg_catalog.concat(a.wait_event_type, ':', a.wait_event) END, "
    "CASE WHEN a.backend_type IS NULL THEN '' ELSE "
    "pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(COALESCE(a.query, ''), '\\s+', ' ', 'g')), 200) END, "
    "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start), "
    "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.state_change), "
    "a.backend_type IS NULL "
    "FROM pg_catalog.pg_stat_activity AS a "
    "WHERE a.pid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array($1::text, ',')::int[])";

// The locks of a prepared transaction have no pid; the one on its own number leads to the others.
constexpr const char* k_held =
    "SELECT l.pid, {0}, {1}, l.mode, COALESCE(p.gid, '') "
    "FROM pg_catalog.pg_locks AS l "
    "LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL "
    "AND x.virtualtransaction OPERATOR(pg_catalog.=) l.virtualtransaction "
    "AND x.locktype OPERATOR(pg_catalog.=) 'transactionid' AND x.granted "
    "LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction OPERATOR(pg_catalog.=) x.transactionid "
    "WHERE l.granted AND {0} OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array($1::text, ',')) ORDER BY 1, 3, 4";

constexpr const char* k_prepared =
    "SELECT p.gid, p.owner, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) p.prepared) "
    "FROM pg_catalog.pg_prepared_xacts AS p";

// "ShareRowExclusiveLock" -> "SHARE ROW EXCLUSIVE"
std::string spelled_mode(std::string_view server_name) {
  constexpr std::string_view k_lock = "Lock";
  if (server_name.ends_with(k_lock)) server_name.remove_suffix(k_lock.size());
  std::string text;
  for (const char c : server_name) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !text.empty()) text += ' ';
    text += capital ? c : static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::optional<sql::LockMode> mode_of(std::string_view spelled) {
  for (int i = 0; i <= static_cast<int>(sql::LockMode::access_exclusive); ++i)
    if (sql::lock_mode_name(static_cast<sql::LockMode>(i)) == spelled)
      return static_cast<sql::LockMode>(i);
  return std::nullopt;
}

bool modes_conflict(const std::string& a, const std::string& b) {
  const auto first = mode_of(a);
  const auto second = mode_of(b);
  return !first || !second || sql::conflicts(*first, *second);
}

std::optional<double> seconds(const pg::Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return std::max(0.0, rows.real(row, column));
}

std::vector<int> pids_in(std::string_view list) {
  std::vector<int> pids;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    int pid = 0;
    std::from_chars(list.data(), list.data() + end, pid);
    if (std::find(pids.begin(), pids.end(), pid) == pids.end()) pids.push_back(pid);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return pids;
}

class TreeReader {
public:
  TreeReader(pg::Session& session, const Wait& wait) : session_(session), wait_(wait) {}

  Result<BlockingTree> read() {
    SLIPWAY_TRY(read_waiters());
    if (!sessions_.empty()) {
      SLIPWAY_TRY(read_held());
      connect_blockers();
      SLIPWAY_TRY(read_sessions());
      SLIPWAY_TRY(read_prepared());
    }
    arrange(sessions_);
    return BlockingTree{
        .sessions = std::move(sessions_), .database = session_.database(), .user = session_.user()};
  }

private:
  struct Edge {
    std::vector<int> pids; ///< 0: a prepared transaction
    std::string tag;
  };

  Status read_waiters() {
    SLIPWAY_ASSIGN(const auto rows,
                   session_.query(waiters_question(session_.server_version()), {}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const int pid = static_cast<int>(rows.integer(row, 0));
      if (by_pid_.contains(pid)) continue;
      auto& waiter = session_with(pid);
      waiter.wanted = TreeLock{.object = std::string(rows.text(row, 2)),
                               .mode = spelled_mode(rows.text(row, 3))};
      waiter.waited_s = seconds(rows, row, 4);
      waiter.waited_at_most = session_.server_version() < k_tells_since_when;
      edges_.push_back({pids_in(rows.text(row, 5)), std::string(rows.text(row, 1))});
    }
    return {};
  }

  Status read_held() {
    std::string tags;
    for (const auto& edge : edges_) tags += (tags.empty() ? "" : ",") + edge.tag;
    SLIPWAY_ASSIGN(const auto rows,
                   session_.query(SqlText(fmt::format(k_held, k_tag, k_object)), {tags}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row)
      held_.push_back({rows.is_null(row, 0) ? 0 : static_cast<int>(rows.integer(row, 0)),
                       std::string(rows.text(row, 4)), std::string(rows.text(row, 1)),
                       TreeLock{.object = std::string(rows.text(row, 2)),
                                .mode = spelled_mode(rows.text(row, 3))}});
    return {};
  }

  void connect_blockers() {
    const auto waiters = edges_.size();
    for (std::size_t i = 0; i < waiters; ++i)
      for (const int pid : edges_[i].pids) {
        if (pid != 0) {
          block(i, index_of(pid));
          continue;
        }
        for (const auto& held : held_)
          if (held.pid == 0 && held.tag == edges_[i].tag &&
              modes_conflict(held.lock.mode, sessions_[i].wanted->mode))
            block(i, index_of_prepared(held.gid));
      }
    for (const auto& held : held_) {
      if (held.pid != 0 && by_pid_.contains(held.pid))
        sessions_[by_pid_.at(held.pid)].held.push_back(held.lock);
      if (held.pid == 0 && by_gid_.contains(held.gid))
        sessions_[by_gid_.at(held.gid)].held.push_back(held.lock);
    }
  }

  void block(std::size_t waiter, std::size_t blocker) {
    auto& all = sessions_[waiter].blocked_by;
    if (std::find(all.begin(), all.end(), blocker) == all.end()) all.push_back(blocker);
  }

  Status read_sessions() {
    std::string pids;
    for (const auto& [pid, index] : by_pid_)
      pids += (pids.empty() ? "" : ",") + std::to_string(pid);
    for (auto& session : sessions_) session.gone = session.pid != 0;
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_sessions), {pids}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto& session = session_with(static_cast<int>(rows.integer(row, 0)));
      session.gone = false;
      session.application_name = rows.text(row, 1);
      session.user = rows.text(row, 2);
      session.state = rows.text(row, 3);
      session.backend_type = rows.text(row, 4);
      session.wait_event = rows.text(row, 5);
      session.query = rows.text(row, 6);
      session.transaction_age_s = seconds(rows, row, 7);
      session.state_age_s = seconds(rows, row, 8);
      session.hidden = rows.boolean(row, 9);
    }
    return {};
  }

  Status read_prepared() {
    if (by_gid_.empty()) return {};
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_prepared), {}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto found = by_gid_.find(std::string(rows.text(row, 0)));
      if (found == by_gid_.end()) continue;
      auto& prepared = sessions_[found->second];
      prepared.user = rows.text(row, 1);
      prepared.transaction_age_s = seconds(rows, row, 2);
    }
    return {};
  }

  std::size_t index_of(int pid) {
    const auto [at, is_new] = by_pid_.emplace(pid, sessions_.size());
    if (is_new) sessions_.push_back({.pid = pid});
    return at->second;
  }
  std::size_t index_of_prepared(const std::string& gid) {
    const auto [at, is_new] = by_gid_.emplace(gid, sessions_.size());
    if (is_new) sessions_.push_back({.prepared_gid = gid, .state = "prepared"});
    return at->second;
  }
  TreeSession& session_with(int pid) { return sessions_[index_of(pid)]; }

  struct Held {
    int pid;
    std::string gid;
    std::string tag;
    TreeLock lock;
  };

  pg::Session& session_;
  const Wait& wait_;
  std::vector<TreeSession> sessions_; // the waiters first, as in edges_
  std::vector<Edge> edges_;
  std::vector<Held> held_;
  std::map<int, std::size_t> by_pid_;
  std::map<std::string, std::size_t> by_gid_;
};

template<class Is>
std::size_t count(const std::vector<TreeSession>& sessions, Is is) {
  return static_cast<std::size_t>(std::count_if(sessions.begin(), sessions.end(), is));
}

} // namespace

std::size_t BlockingTree::waiting() const {
  return count(sessions, [](const TreeSession& one) { return one.is_waiting(); });
}
std::size_t BlockingTree::roots() const {
  return count(sessions, [](const TreeSession& one) { return one.depth == 0; });
}
std::size_t BlockingTree::hidden() const {
  return count(sessions, [](const TreeSession& one) { return one.hidden; });
}

Result<BlockingTree> read_blocking_tree(pg::Session& session, const Wait& wait) {
  return TreeReader(session, wait).read();
}

} // namespace slipway::locks
