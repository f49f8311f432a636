// A database is closed by ALLOW_CONNECTIONS false, since a connection limit does not keep
// superusers out, and CREATE DATABASE ... TEMPLATE wants nobody at all.
#include "slipway/backup/fence.hpp"

#include "private_files.hpp"
#include "sessions.hpp"
#include "table_list.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/os/clock.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace slipway::backup {

namespace {

namespace fs = std::filesystem;

constexpr Millis k_between_looks{20};
constexpr Millis k_lowering{30'000};
constexpr std::string_view k_suffix = ".fence";

/// Which cluster this is: notes of another one are left alone.
Result<std::string> cluster_of(pg::Session& server, const Wait& wait) {
  SLIPWAY_ASSIGN(auto moment, read_moment(server, wait));
  if (!moment.system.empty()) return std::move(moment.system);
  return fmt::format("{}:{}", server.host(), server.port());
}

std::string note_file(const std::string& folder, const std::string& cluster,
                      const std::string& database) {
  return fmt::format("{}/{}{}", folder, sha256_hex(cluster + "\n" + database).substr(0, 16),
                     k_suffix);
}

Status write_note(const std::string& folder, const std::string& cluster,
                  const std::string& database) {
  SLIPWAY_TRY(make_private_folder(folder));
  const std::string path = note_file(folder, cluster, database);
  std::error_code ignored;
  fs::remove(path, ignored);
  SLIPWAY_ASSIGN(const auto file, new_private_file(path));
  SLIPWAY_TRY(write_all(file.get(), cluster + "\n" + database, path));
  SLIPWAY_TRY(sync_file(file.get(), path));
  return sync_folder(folder);
}

Status allow_connections(pg::Session& server, const std::string& database, bool allowed,
                         const Wait& wait) {
  SLIPWAY_TRY(server.execute(SqlText(fmt::format("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}",
                                                 quote_identifier(database), allowed)),
                             wait));
  return {};
}

Status check_can_be_fenced(pg::Session& server, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      server.query(SqlText("SELECT d.datallowconn, (SELECT pg_catalog.count(*) "
                           "FROM pg_catalog.pg_prepared_xacts AS x WHERE x.database = d.datname) "
                           "FROM pg_catalog.pg_database AS d WHERE d.datname = $1"),
                   {database}, wait));
  if (rows.size() == 0)
    return fail(ErrorCode::check_failed, fmt::format("there is no database \"{}\"", database));
  if (!rows.boolean(0, 0))
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("database \"{}\" allows no connections already", database))
                    .with_next("slipway backup unfence"));
  if (rows.integer(0, 1) > 0)
    return fail(
        Error(ErrorCode::check_failed,
              fmt::format("database \"{}\" has {} prepared transactions, which keep it from "
                          "being copied",
                          database, rows.integer(0, 1)))
            .with_hint("end them by COMMIT PREPARED or ROLLBACK PREPARED"));
  return {};
}

/// Ends the sessions that are there until none is: one that was connecting when the door was closed
/// may come up late.
Status empty(pg::Session& server, const std::string& database, const Wait& wait) {
  for (;;) {
    SLIPWAY_ASSIGN(
        const auto rows,
        server.query(SqlText("SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid)) "
                             "FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = $1"),
                     {database}, wait));
    if (rows.integer(0, 0) == 0) return {};
    if (wait.deadline.passed() || wait.stop_requested())
      return fail(Error(ErrorCode::lock_timeout,
                        fmt::format("{} sessions did not leave database \"{}\" in time",
                                    rows.integer(0, 0), database))
                      .with_state("the database is open as before"));
    os::pause(k_between_looks, wait);
  }
}

} // namespace

struct Fence::State {
  pg::Session server;
  std::string database;
  std::string note;
  os::CrashPlan* crash;
  bool is_up = true;

  void reach(os::CrashPoint point) const {
    if (crash != nullptr) crash->reach(point);
  }
};

Fence::Fence(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Fence::Fence(Fence&&) noexcept = default;

Fence::~Fence() {
  // What cannot be taken down now stays written down, for the next command.
  if (state_) [[maybe_unused]]
    const Status lowered = lower(Wait{Deadline::after(k_lowering)});
}

pg::Session& Fence::server() {
  return state_->server;
}

Result<Fence> Fence::raise(const FenceRequest& request, const Wait& wait) {
  SLIPWAY_ASSIGN(auto server, open_working_session(request.server, wait));
  SLIPWAY_TRY(check_can_be_fenced(server, request.database, wait));
  SLIPWAY_ASSIGN(const auto cluster, cluster_of(server, wait));
  SLIPWAY_TRY(write_note(request.notes_folder, cluster, request.database));
  Fence fence(std::make_unique<State>(
      State{std::move(server), request.database,
            note_file(request.notes_folder, cluster, request.database), request.crash}));
  auto& state = *fence.state_;
  state.reach(os::CrashPoint::fence_noted);
  SLIPWAY_TRY(allow_connections(state.server, state.database, false, wait));
  state.reach(os::CrashPoint::fence_up);
  SLIPWAY_TRY(empty(state.server, state.database, wait));
  return fence;
}

Status Fence::lower(const Wait& wait) {
  auto& state = *state_;
  if (!state.is_up) return {};
  if (!state.server.usable()) {
    SLIPWAY_ASSIGN(state.server, open_working_session(state.server.options(), wait));
  }
  SLIPWAY_TRY(allow_connections(state.server, state.database, true, wait));
  state.is_up = false;
  state.reach(os::CrashPoint::fence_down);
  std::error_code ignored;
  fs::remove(state.note, ignored);
  return {};
}

Result<std::vector<std::string>> lower_forgotten_fences(const pg::ConnectOptions& server,
                                                        const std::string& notes_folder,
                                                        const Wait& wait) {
  std::vector<std::string> opened;
  std::error_code error;
  std::vector<fs::path> notes;
  for (fs::directory_iterator entry(notes_folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == k_suffix) notes.push_back(entry->path());
  if (notes.empty()) return opened;
  SLIPWAY_ASSIGN(auto session, open_working_session(server, wait));
  SLIPWAY_ASSIGN(const auto cluster, cluster_of(session, wait));
  for (const auto& note : notes) {
    std::ifstream file(note, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto line_end = text.find('\n');
    if (line_end == std::string::npos || text.substr(0, line_end) != cluster) continue;
    const std::string database = text.substr(line_end + 1);
    SLIPWAY_TRY(allow_connections(session, database, true, wait));
    fs::remove(note, error);
    opened.push_back(database);
  }
  return opened;
}

} // namespace slipway::backup
