// An idle slot: the server keeps its write-ahead log, and nobody reads it unless there is a way
// back to go.
#include "slipway/replay/capture_slot.hpp"

#include "quiet_session.hpp"
#include "slipway/os/clock.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace slipway::replay {

namespace {

constexpr Millis k_look_again{20};

constexpr const char* k_server = R"sql(
SELECT pg_catalog.current_setting('wal_level'),
       pg_catalog.current_setting('max_replication_slots')::integer
         OPERATOR(pg_catalog.-) (SELECT pg_catalog.count(*)::integer FROM pg_catalog.pg_replication_slots),
       r.rolsuper OR r.rolreplication OR EXISTS (
         SELECT FROM pg_catalog.pg_roles AS m WHERE m.rolname OPERATOR(pg_catalog.=) 'rds_replication'
           AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER'))
FROM pg_catalog.pg_roles AS r WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER
)sql";

/// Tables, or leaves of one, whose old rows the stream could not tell.
constexpr const char* k_without_identity = R"sql(
SELECT n.nspname, c.relname, c.oid::bigint, c.relreplident OPERATOR(pg_catalog.=) 'n',
       COALESCE(pg_catalog.pg_partition_root(c.oid)::oid, c.oid)::bigint AS root FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::oid[]) AND c.relkind OPERATOR(pg_catalog.=) 'r'
  AND (c.relreplident OPERATOR(pg_catalog.=) 'n'
       OR c.relreplident OPERATOR(pg_catalog.=) 'd' AND NOT EXISTS (
         SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisprimary
           AND i.indimmediate)
       OR c.relreplident OPERATOR(pg_catalog.=) 'i' AND NOT EXISTS (
         SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisreplident))
ORDER BY c.oid
)sql";

constexpr const char* k_captured = R"sql(
SELECT r.prrelid::bigint FROM pg_catalog.pg_publication_rel AS r
JOIN pg_catalog.pg_publication AS p ON p.oid OPERATOR(pg_catalog.=) r.prpubid
WHERE p.pubname OPERATOR(pg_catalog.=) $1::name ORDER BY 1
)sql";

/// Rows are told apart by the identity of the leaf that they are in.
constexpr const char* k_leaves = R"sql(
SELECT COALESCE(pg_catalog.array_agg(COALESCE(t.relid, r.prrelid)::bigint), '{}')::text
FROM pg_catalog.pg_publication_rel AS r
JOIN pg_catalog.pg_publication AS p ON p.oid OPERATOR(pg_catalog.=) r.prpubid
LEFT JOIN LATERAL pg_catalog.pg_partition_tree(r.prrelid::regclass) AS t ON true
WHERE p.pubname OPERATOR(pg_catalog.=) $1::name
)sql";

constexpr const char* k_writers = R"sql(
SELECT pg_catalog.format('process %s (%s, database %s)', pid, application_name, datname)
FROM pg_catalog.pg_stat_activity
WHERE backend_xid IS NOT NULL AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
UNION ALL
SELECT pg_catalog.format('prepared transaction %L (database %s)', gid, database) FROM pg_catalog.pg_prepared_xacts
)sql";

constexpr const char* k_slots = R"sql(
SELECT slot_name, COALESCE(database, ''), active, COALESCE(wal_status, '') OPERATOR(pg_catalog.=) 'lost',
       COALESCE(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::bigint, safe_wal_size
FROM pg_catalog.pg_replication_slots WHERE slot_name OPERATOR(pg_catalog.~) '^slipway_' ORDER BY slot_name
)sql";

bool is_captured(const Relation& table, const std::vector<std::string>& leave_out) {
  return !table.unlogged &&
         std::find(leave_out.begin(), leave_out.end(), table.name.schema) == leave_out.end();
}

Error with_writers(pg::Session& session, Error error, const Wait& wait) {
  error.hint = "wait until they are done, end them, or give it more time";
  if (const auto writers = session.query(SqlText(k_writers), {}, wait); writers)
    for (std::size_t row = 0; row < writers->size(); ++row)
      error.notes.emplace_back(writers->text(row, 0));
  return error;
}

/// Tells which writers are in the way, when that is what the error is about.
Error name_writers(pg::Session& session, Error error, const Wait& wait) {
  if (!error.is_query_cancelled()) return error;
  Error named(ErrorCode::lock_timeout,
              "the slot could not begin: somebody in the cluster has been writing all the time");
  return with_writers(session, std::move(named), wait);
}

/// Those that are published without an identity, by their roots.
Result<std::set<std::uint32_t>> set_identities(pg::Session& session, const CaptureRequest& request,
                                               Capture& capture, const Wait& wait) {
  std::string ids;
  for (const Relation& table : request.tables.relations)
    if (is_captured(table, request.leave_out))
      ids += (ids.empty() ? "" : ",") + std::to_string(table.id);
  SLIPWAY_ASSIGN(const pg::Rows without,
                 session.query(SqlText(k_without_identity), {"{" + ids + "}"}, wait));
  std::set<std::uint32_t> roots;
  if (!request.full_identities) {
    for (std::size_t row = 0; row < without.size(); ++row)
      roots.insert(static_cast<std::uint32_t>(without.integer(row, 4)));
    return roots;
  }
  for (std::size_t row = 0; row < without.size(); ++row) {
    const QualifiedName table{std::string(without.text(row, 0)), std::string(without.text(row, 1))};
    SLIPWAY_TRY(
        session.execute(SqlText("ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL"), wait));
    capture.identities_changed.push_back(
        {static_cast<std::uint32_t>(without.integer(row, 2)), table, without.boolean(row, 3)});
  }
  return roots;
}

/// In one transaction, so that a table is never published without an identity: it could not be
/// written to then.
Status publish(pg::Session& session, const CaptureRequest& request, Capture& capture,
               const Wait& wait) {
  SLIPWAY_TRY(session.execute(
      SqlText(fmt::format("BEGIN; SET LOCAL lock_timeout = '{}ms'", request.patience.count())),
      wait));
  SLIPWAY_ASSIGN(const auto without, set_identities(session, request, capture, wait));
  std::string tables;
  for (const Relation& table : request.tables.relations) {
    if (table.partition || !is_captured(table, request.leave_out)) continue;
    if (without.contains(table.id))
      capture.left_out.push_back(table.name);
    else
      tables += (tables.empty() ? "ONLY " : ", ONLY ") + table.name.quoted();
  }
  SLIPWAY_TRY(session.execute(
      SqlText(fmt::format("CREATE PUBLICATION {0}{1}{2} WITH (publish_via_partition_root = true);"
                          "COMMENT ON PUBLICATION {0} IS {3}",
                          quote_identifier(request.name), tables.empty() ? "" : " FOR TABLE ",
                          tables, quote_literal(k_capture_comment))),
      wait));
  return commit(session, wait);
}

Result<Lsn> make_slot(pg::Session& session, const CaptureRequest& request, const Wait& wait) {
  SLIPWAY_TRY(session.execute(
      SqlText(fmt::format("SET statement_timeout = '{}ms'", request.patience.count())), wait));
  const Result<pg::Rows> made = session.query(
      SqlText(
          "SELECT lsn::text FROM pg_catalog.pg_create_logical_replication_slot($1::name, 'pgoutput'::name)"),
      {request.name}, wait);
  if (session.usable()) SLIPWAY_TRY(session.execute(SqlText("RESET statement_timeout"), wait));
  if (!made) return fail(name_writers(session, made.error(), wait));
  return lsn_from(made->text(0, 0)).value_or(0);
}

/// Until everybody who was writing is finished.
Status await_writers(pg::Session& session, Millis patience, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows begun,
      session.query(SqlText("SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"
                            "::text"),
                    {}, wait));
  const SqlText done("SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())"
                     " OPERATOR(pg_catalog.>=) $1::xid8");
  const Wait limited = wait.within(patience);
  for (;;) {
    SLIPWAY_ASSIGN(const pg::Rows rows, session.query(done, {std::string(begun.text(0, 0))}, wait));
    if (rows.boolean(0, 0)) return {};
    if (limited.deadline.passed() || wait.stop_requested()) break;
    os::pause(k_look_again, limited);
  }
  Error error(ErrorCode::lock_timeout,
              "somebody in the cluster who was writing when the slot began is not done");
  return fail(with_writers(session, std::move(error), wait));
}

Status drop_publication(pg::Session& session, const Capture& capture, const Wait& wait) {
  SLIPWAY_TRY(session.execute(
      SqlText("DROP PUBLICATION IF EXISTS " + quote_identifier(capture.name)), wait));
  return {};
}

/// By its number, or by its name where that is 0. A table that is gone, or was given another
/// identity since, is left alone.
Status put_back(pg::Session& session, std::uint32_t id, const ChangedIdentity& one,
                const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows still,
      session.query(
          SqlText(
              "SELECT pg_catalog.format('ALTER TABLE %I.%I REPLICA IDENTITY ', n.nspname, c.relname)"
              " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
              " ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE c.oid OPERATOR(pg_catalog.=)"
              " CASE $1::bigint WHEN 0 THEN pg_catalog.to_regclass($2::text)::oid ELSE $1::bigint::oid END"
              " AND c.relreplident OPERATOR(pg_catalog.=) 'f'"),
          {std::to_string(id), one.table.quoted()}, wait));
  if (still.size() == 0) return {};
  SLIPWAY_TRY(session.execute(
      SqlText(std::string(still.text(0, 0)) + (one.was_nothing ? "NOTHING" : "DEFAULT")), wait));
  return {};
}

} // namespace

std::string capture_name(const std::string& run) {
  constexpr std::size_t k_longest = 63;
  std::string name = "slipway_";
  for (const char letter : run) {
    const bool digit = letter >= '0' && letter <= '9';
    const bool small = letter >= 'a' && letter <= 'z';
    const bool large = letter >= 'A' && letter <= 'Z';
    name += large ? static_cast<char>(letter - 'A' + 'a') : digit || small ? letter : '_';
  }
  return name.substr(0, k_longest);
}

Status check_capture(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows server, session.query(SqlText(k_server), {}, wait));
  if (server.text(0, 0) != "logical")
    return fail(
        Error(ErrorCode::unsupported,
              "the server keeps no logical changes: wal_level is " + std::string(server.text(0, 0)))
            .with_hint(
                "set wal_level = logical and restart the server, or deploy without capture"));
  if (server.boolean(0, 2)) return {};
  return fail(
      Error(ErrorCode::unsupported, "the role may not make a replication slot")
          .with_hint(fmt::format("ALTER ROLE {} REPLICATION", quote_identifier(session.user()))));
}

Status check_free_slots(pg::Session& session, std::int64_t wanted, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows server, session.query(SqlText(k_server), {}, wait));
  const auto free = server.integer(0, 1);
  if (free >= wanted) return {};
  return fail(Error(ErrorCode::unsupported,
                    free <= 0 ? std::string("all replication slots of the server are taken")
                              : fmt::format("{} replication slots are wanted, and {} is free",
                                            wanted, free))
                  .with_hint("raise max_replication_slots, or drop slots that nobody needs"));
}

Result<Capture> arm_capture(pg::Session& session, const CaptureRequest& request, const Wait& wait) {
  SLIPWAY_TRY(check_capture(session, wait));
  SLIPWAY_TRY(check_free_slots(session, 1, wait));
  Capture capture{.name = request.name, .since = 0, .identities_changed = {}, .left_out = {}};
  Status published = publish(session, request, capture, wait);
  if (!published) {
    roll_back(session);
    return fail(std::move(published).error());
  }
  Result<Lsn> since = make_slot(session, request, wait);
  Status quiet =
      since ? await_writers(session, request.patience, wait) : Status(fail(since.error()));
  if (!quiet) {
    Error error = std::move(quiet).error();
    const Status dropped = drop_capture(session, capture, wait);
    if (!dropped)
      error.notes.push_back("and what was made for it is still there: " + dropped.error().message);
    return fail(std::move(error));
  }
  capture.since = *since;
  return capture;
}

Status drop_slot(pg::Session& session, const std::string& name, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::vector<SlotState> slots, slipway_slots(session, wait));
  for (const SlotState& slot : slots) {
    if (slot.name != name) continue;
    if (slot.active)
      return fail(ErrorCode::part_way,
                  "somebody reads from the slot " + slot.name + ", so it stays");
    SLIPWAY_TRY(session.query(SqlText("SELECT pg_catalog.pg_drop_replication_slot($1::name)"),
                              {slot.name}, wait));
  }
  return {};
}

Status drop_capture(pg::Session& session, const Capture& capture, const Wait& wait) {
  SLIPWAY_TRY(drop_slot(session, capture.name, wait));
  SLIPWAY_TRY(drop_publication(session, capture, wait));
  for (const ChangedIdentity& one : capture.identities_changed)
    SLIPWAY_TRY(put_back(session, one.id, one, wait));
  return {};
}

Status clean_copy(pg::Session& copy, const Capture& capture, const Wait& wait) {
  SLIPWAY_TRY(drop_publication(copy, capture, wait));
  for (const ChangedIdentity& one : capture.identities_changed)
    SLIPWAY_TRY(put_back(copy, 0, one, wait));
  return {};
}

Result<std::vector<QualifiedName>>
spare_tables_without_key(pg::Session& session, const std::string& name, const Wait& wait) {
  std::vector<QualifiedName> spared;
  SLIPWAY_ASSIGN(const pg::Rows leaves, session.query(SqlText(k_leaves), {name}, wait));
  SLIPWAY_ASSIGN(
      const pg::Rows without,
      session.query(
          SqlText(
              "WITH without AS (" + std::string(k_without_identity) +
              ") SELECT DISTINCT n.nspname, c.relname FROM without AS w JOIN pg_catalog.pg_class"
              " AS c ON c.oid OPERATOR(pg_catalog.=) w.root::oid JOIN pg_catalog.pg_namespace AS n"
              " ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"),
          {std::string(leaves.text(0, 0))}, wait));
  for (std::size_t row = 0; row < without.size(); ++row) {
    const QualifiedName table{std::string(without.text(row, 0)), std::string(without.text(row, 1))};
    SLIPWAY_TRY(session.execute(SqlText(fmt::format("ALTER PUBLICATION {} DROP TABLE ONLY {}",
                                                    quote_identifier(name), table.quoted())),
                                wait));
    spared.push_back(table);
  }
  return spared;
}

Result<std::vector<std::uint32_t>> captured_tables(pg::Session& session, const std::string& name,
                                                   const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows, session.query(SqlText(k_captured), {name}, wait));
  std::vector<std::uint32_t> captured;
  for (std::size_t row = 0; row < rows.size(); ++row)
    captured.push_back(static_cast<std::uint32_t>(rows.integer(row, 0)));
  return captured;
}

Result<std::vector<SlotState>> slipway_slots(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows, session.query(SqlText(k_slots), {}, wait));
  std::vector<SlotState> slots;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    SlotState slot{.name = std::string(rows.text(row, 0)),
                   .database = std::string(rows.text(row, 1)),
                   .safe_to_grow = {}};
    slot.active = rows.boolean(row, 2);
    slot.lost = rows.boolean(row, 3);
    slot.retained = rows.integer(row, 4);
    if (!rows.is_null(row, 5)) slot.safe_to_grow = rows.integer(row, 5);
    slots.push_back(std::move(slot));
  }
  return slots;
}

Result<bool> bounds_slots(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT pg_catalog.current_setting('max_slot_wal_keep_size')"), {},
                    wait));
  return rows.text(0, 0) != "-1";
}

} // namespace slipway::replay
