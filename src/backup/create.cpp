// The hot engine: one snapshot, many sessions that read under it.
#include "slipway/backup/create.hpp"

#include "held_snapshot.hpp"
#include "large_objects.hpp"
#include "parallel.hpp"
#include "part_writer.hpp"
#include "row_reading.hpp"
#include "schema_dump.hpp"
#include "sessions.hpp"

#include "slipway/backup/name.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"
#include "slipway/schema/snapshot.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <mutex>

namespace slipway::backup {

namespace {

constexpr Millis k_cleaning{60'000};

/// One backup on its way into the store.
class Making {
public:
  Making(const CreateRequest& request, Store& store, EventSink& events, const Wait& wait)
      : request_(request), store_(store), events_(events), wait_(wait) {}

  Result<Manifest> carry_out() {
    const auto begun = std::chrono::steady_clock::now();
    SLIPWAY_ASSIGN(manifest_.name, backup_name(request_.now, request_.label, request_.git_sha));
    SLIPWAY_TRY(check_free());
    SLIPWAY_ASSIGN(scratch_, store_.make_scratch(manifest_.name));
    auto filled = fill();
    reach(os::CrashPoint::backup_parts_stored);
    store_.remove_scratch(scratch_);
    if (filled) {
      manifest_.duration_ms =
          std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun).count();
      filled = store_manifest();
    }
    if (!filled) {
      take_back();
      return fail(std::move(filled).error());
    }
    reach(os::CrashPoint::backup_stored);
    return std::move(manifest_);
  }

private:
  void reach(os::CrashPoint point) {
    if (request_.crash != nullptr) request_.crash->reach(point);
  }

  Status check_free() {
    SLIPWAY_ASSIGN(const auto there, store_.list(manifest_.name, wait_));
    if (there.empty()) return {};
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("{} has a {} already", store_.describe(), manifest_.name))
                    .with_hint("another backup began in the same second"));
  }

  Status fill() {
    describe_request();
    SLIPWAY_TRY(store_.write("{}\n", manifest_.name + "/" + std::string(k_begun_file), wait_));
    reach(os::CrashPoint::backup_begun);
    SLIPWAY_ASSIGN(auto hold, hold_database(request_, wait_));
    SLIPWAY_TRY(describe_database(hold));
    SLIPWAY_TRY(store_schema(hold));
    reach(os::CrashPoint::backup_schema_stored);
    SLIPWAY_TRY(store_rows(hold));
    if (request_.extent == Extent::all) SLIPWAY_TRY(store_large_objects(hold));
    std::sort(manifest_.parts.begin(), manifest_.parts.end(),
              [](const Part& a, const Part& b) { return a.path < b.path; });
    // The snapshot must have lived to the end, or what was read last is of another moment.
    SLIPWAY_TRY(hold.session.execute(SqlText("COMMIT"), wait_));
    return {};
  }

  void describe_request() {
    manifest_.label = request_.label;
    manifest_.git_sha = request_.git_sha;
    manifest_.tool_version = request_.tool_version;
    manifest_.engine = Engine::hot;
    manifest_.extent = request_.extent;
    manifest_.reasons = request_.reasons;
    manifest_.created = utc_text(request_.now);
    manifest_.encryption = request_.cipher.name();
    manifest_.left_out = request_.scope.leave_out;
  }

  Status describe_database(Hold& hold) {
    auto& session = hold.session;
    manifest_.database = session.database();
    manifest_.server = session.describe();
    manifest_.server_version = session.server_version();
    manifest_.moment = hold.moment;
    if (request_.newest_run) {
      SLIPWAY_ASSIGN(manifest_.moment.newest_run, request_.newest_run(session, wait_));
    }
    SLIPWAY_ASSIGN(manifest_.settings, read_database_settings(session, session.database(), wait_));
    SLIPWAY_ASSIGN(manifest_.roles, read_roles(session, wait_));
    SLIPWAY_ASSIGN(manifest_.not_included, read_what_is_left_out(session, wait_));
    SLIPWAY_ASSIGN(manifest_.sequences, read_sequence_values(session, wait_));
    return choose_tables(hold.tables.with_rows);
  }

  Status choose_tables(std::vector<TableRows> tables) {
    if (request_.extent == Extent::all) {
      manifest_.tables = std::move(tables);
      return {};
    }
    std::size_t found = 0;
    for (auto& one : tables) {
      const bool asked_for =
          request_.extent == Extent::tables &&
          std::find(request_.tables.begin(), request_.tables.end(),
                    QualifiedName{one.schema, one.name}) != request_.tables.end();
      const bool always = std::find(request_.always.begin(), request_.always.end(), one.schema) !=
                          request_.always.end();
      found += asked_for ? 1 : 0;
      if (asked_for || always)
        manifest_.tables.push_back(std::move(one));
      else
        manifest_.tables_without_rows.push_back(QualifiedName{one.schema, one.name}.quoted());
    }
    if (request_.extent == Extent::tables && found != request_.tables.size())
      return fail(ErrorCode::check_failed,
                  "not all of the tables that were named are tables of the database");
    manifest_.not_included.emplace_back(request_.extent == Extent::schema
                                            ? "rows: only the schema was asked for"
                                            : "rows of all but the tables that were asked for");
    return {};
  }

  /// Puts a file that was written by `fill` into the store under `path`, and notes it.
  Result<std::string> store_part(const std::string& path,
                                 const std::function<Status(PartWriter&)>& fill) {
    const std::string stored =
        path + ".zst" + (manifest_.encryption.empty() ? "" : "." + manifest_.encryption);
    const std::string local = local_file(stored);
    SLIPWAY_ASSIGN(auto writer,
                   PartWriter::open(local, request_.cipher, request_.compression_level, wait_));
    SLIPWAY_TRY(fill(writer));
    SLIPWAY_ASSIGN(auto part, writer.finish(stored));
    SLIPWAY_TRY(store_.put(local, manifest_.name + "/" + stored, wait_));
    const std::lock_guard guard(mutex_);
    manifest_.parts.push_back(std::move(part));
    return stored;
  }

  std::string local_file(const std::string& stored) const {
    std::string name = stored;
    std::replace(name.begin(), name.end(), '/', '-');
    return scratch_ + "/" + name;
  }

  Status store_schema(Hold& hold) {
    SLIPWAY_ASSIGN(auto session, open_working_session(request_.source, wait_));
    SLIPWAY_TRY(session.execute(
        SqlText(fmt::format("SET lock_timeout = {}", request_.lock_timeout.count())), wait_));
    inspect::Scope scope = request_.scope;
    scope.snapshot = hold.snapshot;
    scope.salt.clear();
    SLIPWAY_ASSIGN(auto read, inspect::read_schema(session, scope, wait_));
    const auto schema = schema::without_secrets(std::move(read));
    manifest_.fingerprint = schema::fingerprint(schema).text();
    SLIPWAY_ASSIGN(manifest_.schema_model,
                   store_part("schema/model.json", [&](PartWriter& writer) -> Status {
                     writer.add(schema::to_json(schema));
                     return {};
                   }));
    SLIPWAY_ASSIGN(const auto file,
                   dump_schema(request_, session, hold.snapshot, scratch_, events_, wait_));
    manifest_.schema_form = file.form;
    SLIPWAY_ASSIGN(manifest_.schema_archive,
                   store_part(file.form == SchemaForm::pg_dump ? "schema/schema.dump"
                                                               : "schema/statements.json",
                              [&](PartWriter& writer) { return add_file(writer, file.file); }));
    return {};
  }

  static Status add_file(PartWriter& writer, const std::string& file) {
    std::ifstream input(file, std::ios::binary);
    if (!input) return fail(ErrorCode::io, "cannot read " + file);
    std::vector<char> buffer(std::size_t{256} << 10U);
    while (input.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
           input.gcount() > 0)
      writer.add({buffer.data(), static_cast<std::size_t>(input.gcount())});
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return {};
  }

  Status store_rows(Hold& hold) {
    auto pieces = pieces_of(manifest_.tables, request_.piece_bytes, hold.session.server_version());
    for (auto& piece : pieces) manifest_.tables[piece.table].parts.resize(piece.number + 1);
    const auto open = [&]() -> Result<pg::Session> {
      SLIPWAY_ASSIGN(auto session, open_working_session(request_.source, wait_));
      SLIPWAY_TRY(begin_under(session, hold.snapshot, wait_));
      return session;
    };
    return in_parallel(
        request_.jobs, pieces.size(), open,
        [&](pg::Session& session, std::size_t i) { return store_piece(session, pieces[i]); });
  }

  Status store_piece(pg::Session& session, const Piece& piece) {
    TableRows& table = manifest_.tables[piece.table];
    SLIPWAY_ASSIGN(auto path,
                   store_part(fmt::format("rows/{:06}-{:04}", piece.table, piece.number),
                              [&](PartWriter& writer) -> Status {
                                SLIPWAY_TRY(session.copy_out(
                                    copy_out_statement(table, piece.range),
                                    [&](std::string_view row) { writer.add_line(row); }, wait_));
                                return {};
                              }));
    SLIPWAY_ASSIGN(const auto content, read_content(session, table, piece.range, wait_));
    reach_guarded(os::CrashPoint::backup_rows_stored);
    const std::lock_guard guard(mutex_);
    table.parts[piece.number] = std::move(path);
    table.content = combined(table.content, content);
    return {};
  }

  void reach_guarded(os::CrashPoint point) {
    const std::lock_guard guard(mutex_);
    reach(point);
  }

  Status store_large_objects(Hold& hold) {
    auto& session = hold.session;
    SLIPWAY_ASSIGN(const auto statements, large_object_statements(session, wait_));
    if (statements.empty()) return {};
    SLIPWAY_TRY(session.execute(SqlText("SAVEPOINT objects"), wait_));
    auto& objects = manifest_.large_objects;
    auto content = read_large_object_content(session, wait_);
    if (!content && has_sqlstate(content.error(), "42501")) {
      SLIPWAY_TRY(session.execute(SqlText("ROLLBACK TO objects"), wait_));
      manifest_.not_included.emplace_back("large objects: not all of them may be read");
      return {};
    }
    if (!content) return fail(std::move(content).error());
    objects.content = *content;
    objects.count = static_cast<std::int64_t>(
        std::count_if(statements.begin(), statements.end(),
                      [](const std::string& one) { return one.starts_with("SELECT "); }));
    SLIPWAY_ASSIGN(objects.owners_part,
                   store_part("objects/statements.json", [&](PartWriter& writer) -> Status {
                     writer.add(list_text(statements));
                     return {};
                   }));
    SLIPWAY_ASSIGN(auto path, store_part("objects/data", [&](PartWriter& writer) -> Status {
                     SLIPWAY_TRY(session.copy_out(
                         SqlText("COPY (" + large_object_pieces() + ") TO STDOUT"),
                         [&](std::string_view row) { writer.add_line(row); }, wait_));
                     return {};
                   }));
    objects.parts = {std::move(path)};
    return {};
  }

  Status store_manifest() {
    SLIPWAY_ASSIGN(const auto text, to_json(manifest_));
    const std::string folder = manifest_.name + "/";
    return store_.write(text, folder + std::string(k_manifest_file), wait_);
  }

  /// The caller's time may be over; what has no manifest is a leftover all the same.
  void take_back() {
    const Wait cleaning{Deadline::after(k_cleaning)};
    if (const auto removed = store_.remove_folder(manifest_.name, cleaning); !removed)
      events_.on_event(
          event::Warning{.message = fmt::format("what was stored of {} could not be removed: {}",
                                                manifest_.name, removed.error().message),
                         .hint = "run: slipway backup prune"});
  }

  const CreateRequest& request_;
  Store& store_;
  EventSink& events_;
  Wait wait_;
  Manifest manifest_;
  std::string scratch_;
  std::mutex mutex_; ///< of the manifest while several threads fill it
};

} // namespace

Result<Manifest> create(const CreateRequest& request, Store& store, EventSink& events,
                        const Wait& wait) {
  return Making(request, store, events, wait).carry_out();
}

} // namespace slipway::backup
