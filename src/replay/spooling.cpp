// From a slot into files. The slot is moved on when what it gave is on the disk, and never before.
#include "slipway/replay/spooling.hpp"

#include "change_stream.hpp"
#include "skip_spooled.hpp"
#include "slipway/spool/writer.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr Millis k_patience{60'000};
/// Of write-ahead log that is decoded at a time.
constexpr Lsn k_piece = Lsn{256} << 20U;

/// Before 15 each transaction is sent, also one that changed nothing which is published.
class Adding {
public:
  Adding(spool::Writer& writer) : writer_(writer), extent_(writer.extent()), skip_(extent_) {}

  Status take(std::string_view bytes) {
    SLIPWAY_ASSIGN(const pgoutput::Change change, pgoutput::decode(bytes));
    if (!skip_.passes(change)) return {};
    if (const auto* commit = std::get_if<pgoutput::Commit>(&change)) {
      extent_.last_commit = commit->commit_lsn;
      extent_.last_end = commit->end_lsn;
      ++extent_.transactions;
    }
    return writer_.add(bytes);
  }

  Status close(Lsn to) {
    extent_.to = to;
    return writer_.close(extent_);
  }

private:
  spool::Writer& writer_;
  spool::Extent extent_;
  SkipSpooled skip_;
};

/// Not every role may ask; the number of the database and the place in the log have to do then.
Result<std::string> number_of_cluster(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto may,
                 session.query(SqlText("SELECT pg_catalog.has_function_privilege("
                                       "'pg_catalog.pg_control_system()', 'EXECUTE')"),
                               {}, wait));
  if (!may.boolean(0, 0)) return std::string("unknown");
  SLIPWAY_ASSIGN(const auto found,
                 session.query(SqlText("SELECT s.system_identifier::text "
                                       "FROM pg_catalog.pg_control_system() AS s"),
                               {}, wait));
  return std::string(found.text(0, 0));
}

Result<Lsn> written(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(SqlText("SELECT pg_catalog.pg_current_wal_flush_lsn()::text"), {}, wait));
  return lsn_from(rows.text(0, 0)).value_or(0);
}

Status advance(pg::Session& session, const std::string& slot, Lsn to, const Wait& wait) {
  SLIPWAY_TRY(
      session.query(SqlText("SELECT pg_catalog.pg_replication_slot_advance($1::name, $2::pg_lsn)"),
                    {slot, lsn_text(to)}, wait));
  return {};
}

Error ahead(const spool::Place& place, Lsn to, Lsn server) {
  return Error(ErrorCode::part_way,
               fmt::format("{} ends at {}, and the server is at {} only: it was set back",
                           place.folder, lsn_text(to), lsn_text(server)))
      .with_state("nothing was changed")
      .with_next("slipway doctor");
}

} // namespace

Result<spool::Place> spool_place(pg::Session& session, const std::string& all,
                                 const std::string& slot, Lsn since, const Wait& wait) {
  SLIPWAY_ASSIGN(auto system, number_of_cluster(session, wait));
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT d.oid::bigint, d.datname FROM "
                                       "pg_catalog.pg_database AS d WHERE d.datname "
                                       "OPERATOR(pg_catalog.=) pg_catalog.current_database()"),
                               {}, wait));
  spool::Identity of{.system = std::move(system),
                     .database = static_cast<std::uint32_t>(rows.integer(0, 0)),
                     .name = std::string(rows.text(0, 1)),
                     .slot = slot,
                     .since = since};
  auto folder = spool::folder_of(all, of);
  return spool::Place{.folder = std::move(folder), .of = std::move(of)};
}

Result<Lsn> slot_position(pg::Session& session, const std::string& slot, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT s.confirmed_flush_lsn::text "
                                       "FROM pg_catalog.pg_replication_slots AS s "
                                       "WHERE s.slot_name OPERATOR(pg_catalog.=) $1::name AND "
                                       "s.database OPERATOR(pg_catalog.=) "
                                       "pg_catalog.current_database()"),
                               {slot}, wait));
  if (rows.size() == 0 || rows.is_null(0, 0))
    return fail(ErrorCode::check_failed, "there is no slot " + slot);
  return lsn_from(rows.text(0, 0)).value_or(0);
}

Result<SpoolStep> spool_step(pg::Session& session, const spool::Place& place, os::CrashPlan* crash,
                             const Wait& wait) {
  const auto reach = [crash](os::CrashPoint point) {
    if (crash != nullptr) crash->reach(point);
  };
  const auto& slot = place.of.slot;
  SLIPWAY_ASSIGN(const auto lock, SpoolLock::take(session, slot, k_patience, wait));
  SLIPWAY_ASSIGN(const Lsn server, written(session, wait));
  SLIPWAY_ASSIGN(const Lsn position, slot_position(session, slot, wait));
  SLIPWAY_ASSIGN(auto writer, spool::Writer::open(place, position, wait));
  const auto before = writer.extent();
  if (before.to > server) return fail(ahead(place, before.to, server));
  // One that was killed before it moved the slot on, or a server that forgot.
  if (position < before.to) SLIPWAY_TRY(advance(session, slot, before.to, wait));
  const Lsn to = std::min(server, before.to + k_piece);
  if (to == before.to) return SpoolStep{.extent = before, .at_end = true};
  Adding adding(writer);
  SLIPWAY_TRY(read_messages(
      session, {.slot = slot, .publication = slot}, to,
      [&](std::string_view bytes) { return adding.take(bytes); }, wait));
  SLIPWAY_TRY(adding.close(to));
  reach(os::CrashPoint::spool_written);
  SLIPWAY_TRY(writer.sync());
  reach(os::CrashPoint::spool_synced);
  SLIPWAY_TRY(advance(session, slot, to, wait));
  reach(os::CrashPoint::spool_advanced);
  return SpoolStep{
      .extent = writer.extent(),
      .transactions = static_cast<std::int64_t>(writer.extent().transactions - before.transactions),
      .at_end = to == server};
}

Status check_spool(pg::Session& session, const spool::Place& place, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto lock, SpoolLock::take(session, place.of.slot, k_patience, wait));
  SLIPWAY_ASSIGN(const auto extent, spool::read_all(
                                        place,
                                        [](std::string_view bytes) -> Status {
                                          SLIPWAY_TRY(pgoutput::decode(bytes));
                                          return {};
                                        },
                                        wait));
  SLIPWAY_ASSIGN(const Lsn position, slot_position(session, place.of.slot, wait));
  if (position <= extent.to) return {};
  return fail(ErrorCode::check_failed,
              fmt::format("{} ends at {}, and its slot gives nothing from before {}: what is "
                          "between is not there",
                          place.folder, lsn_text(extent.to), lsn_text(position)));
}

} // namespace slipway::replay
