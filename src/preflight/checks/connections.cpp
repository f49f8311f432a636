// Is there room for the second connection that a run opens, and for those of the application?
#include "check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::preflight {

Check connections_check();

namespace {

// Sessions of others show no backend_type to a role that may not see them.
constexpr const char* k_question = R"sql(
SELECT pg_catalog.current_setting('max_connections')::pg_catalog.int8,
       pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int8,
       COALESCE(pg_catalog.current_setting('reserved_connections', true)::pg_catalog.int8, 0),
       r.rolsuper, r.rolconnlimit, d.datconnlimit,
       pg_catalog.count(*) FILTER (WHERE a.backend_type IS NULL OR a.backend_type = 'client backend'),
       pg_catalog.count(*) FILTER (WHERE a.usesysid = r.oid),
       pg_catalog.count(*) FILTER (WHERE a.datid = d.oid),
       pg_catalog.count(*) FILTER (WHERE a.backend_type IS NULL)
FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d, pg_catalog.pg_stat_activity AS a
WHERE r.rolname = SESSION_USER AND d.datname = pg_catalog.current_database() AND a.usesysid IS NOT NULL
GROUP BY r.oid, r.rolsuper, r.rolconnlimit, d.oid, d.datconnlimit
)sql";

struct Room {
  std::int64_t used = 0;
  std::int64_t limit = 0;
  std::string of;
  std::int64_t left() const { return limit - used; }
};

std::vector<pg::Query> questions(const Scene&) {
  return {question(k_question)};
}

Room tightest(const Scene& scene, const pg::Rows& rows) {
  const bool superuser = rows.boolean(0, 3);
  const auto reserved = superuser ? 0 : rows.integer(0, 1) + rows.integer(0, 2);
  std::vector<Room> rooms{{rows.integer(0, 6), rows.integer(0, 0) - reserved, "the server"}};
  if (!superuser && rows.integer(0, 4) >= 0)
    rooms.push_back(
        {rows.integer(0, 7), rows.integer(0, 4), "role " + quote_identifier(scene.user)});
  if (!superuser && rows.integer(0, 5) >= 0)
    rooms.push_back(
        {rows.integer(0, 8), rows.integer(0, 5), "database " + quote_identifier(scene.database)});
  return *std::min_element(rooms.begin(), rooms.end(),
                           [](const Room& a, const Room& b) { return a.left() < b.left(); });
}

std::string remedy(const Scene& scene, const Room& room) {
  if (room.of.rfind("role", 0) == 0)
    return fmt::format("ALTER ROLE {} CONNECTION LIMIT -1;", quote_identifier(scene.user));
  if (room.of.rfind("database", 0) == 0)
    return fmt::format("ALTER DATABASE {} CONNECTION LIMIT -1;", quote_identifier(scene.database));
  return "SELECT usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY "
         "3 DESC; -- who has them";
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto room = tightest(scene, answers[0]);
  const auto left = std::max<std::int64_t>(0, room.left());
  const auto found = fmt::format("{} in use of the {} that {} allows, {} left", room.used,
                                 counted(room.limit, "connection"), room.of, left);
  if (left >= scene.limits.connections_left && left > 0) return {Verdict::pass, found};
  // Walsenders and workers of others cannot be told from their clients, so the count may be high.
  const bool exact = answers[0].integer(0, 9) == 0 || room.of != "the server";
  return {left == 0 && exact ? Verdict::stop : Verdict::warn,
          found + (left == 0 ? ": a run needs one more, to watch its locks" : ""),
          remedy(scene, room)};
}

} // namespace

Check connections_check() {
  return {.name = "connections",
          .looks_at =
              "connections in use, against what the server, the role and the database allow",
          .warns = "fewer than `preflight.connections_left` are left",
          .stops = "none is left: a run needs a second one",
          .mend = "end idle sessions, or raise the limit",
          .must_know = true,
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
