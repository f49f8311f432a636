// The backup into schemas that only this transaction sees under their names.
#include "in_place_restore.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/replay/reconcile.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

void reach(const InPlaceRequest& request, os::CrashPoint point) {
  if (request.path.crash != nullptr) request.path.crash->reach(point);
}

Error not_equal(const InPlaceRequest& request, const std::vector<std::string>& differing) {
  Error error(ErrorCode::check_failed,
              fmt::format("what was restored is not what {} says", request.backup));
  error.notes = differing;
  return std::move(error).with_state("nothing was changed");
}

// What acts on rows is put back behind the fence; here it only shows that the schema is the wanted
// one.
Result<std::string> try_the_rest(const InPlaceRequest& request, const InPlaceNames& names,
                                 const backup::SchemaRestore& restore, pg::Session& session,
                                 const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText("SAVEPOINT slipway_rest"), wait));
  SLIPWAY_TRY(restore.add_rest(session, wait));
  SLIPWAY_TRY(check_fingerprint(request, names, session, wait));
  SLIPWAY_ASSIGN(auto foreign_keys, replay::foreign_keys_of(session, wait));
  SLIPWAY_TRY(session.execute(
      SqlText("ROLLBACK TO SAVEPOINT slipway_rest; RELEASE SAVEPOINT slipway_rest"), wait));
  return foreign_keys;
}

std::vector<history::SideSchema> sides_of(const InPlaceRequest& request, const InPlaceNames& names,
                                          const std::string& foreign_keys) {
  std::vector<history::SideSchema> sides;
  for (const auto& one : names.schemas())
    sides.push_back({.run = request.path.run,
                     .name = one.name,
                     .beside = one.before ? names.beside(one.name) : std::string(),
                     .kept_as = one.now ? names.kept(one.name) : std::string(),
                     .swapped = false,
                     .backup = request.backup,
                     .foreign_keys = foreign_keys});
  return sides;
}

} // namespace

Status check_fingerprint(const InPlaceRequest& request, const InPlaceNames& names,
                         pg::Session& session, const Wait& wait) {
  auto scope = request.path.scope;
  for (const auto& one : names.kept_names()) scope.leave_out.push_back(one);
  SLIPWAY_ASSIGN(auto schema, inspect::read_schema(session, scope, wait));
  const auto found = schema::without_secrets(std::move(schema));
  if (schema::fingerprint(found).text() == request.path.wanted_fingerprint) return {};
  Error error(
      ErrorCode::check_failed,
      fmt::format("what was restored is not the schema from before run {}", request.path.run));
  constexpr std::size_t k_shown = 5;
  for (const auto& one : schema::compare(*request.before, found)) {
    if (error.notes.size() == k_shown) break;
    error.notes.push_back(
        fmt::format("{}: {}", one.identity.path(), schema::change_name(one.change)));
  }
  return fail(std::move(error)
                  .with_hint("the backup is of another moment, or holds what this role may not "
                             "make again")
                  .with_state(fmt::format("{} is as it was", request.path.database)));
}

Status restore_beside(const InPlaceRequest& request, const InPlaceNames& names,
                      const backup::SchemaRestore& restore, const Wait& wait) {
  // Of its own, since the settings that a dump needs stay with it.
  SLIPWAY_ASSIGN(auto session, request.path.open(request.path.database, wait));
  SLIPWAY_TRY(restore.pin(session, wait));
  SLIPWAY_TRY(names.begin_empty(session, wait));
  SLIPWAY_TRY(restore.make_tables(session, wait));
  reach(request, os::CrashPoint::restore_created);
  SLIPWAY_TRY(restore.load_rows(session, wait));
  reach(request, os::CrashPoint::restore_loaded);
  SLIPWAY_TRY(restore.add_keys(session, wait));
  SLIPWAY_ASSIGN(const auto differing, restore.compare_rows(session, wait));
  if (!differing.empty()) return fail(not_equal(request, differing));
  SLIPWAY_ASSIGN(const auto foreign_keys, try_the_rest(request, names, restore, session, wait));
  SLIPWAY_TRY(history::SideSchemas(request.path.history_schema)
                  .add(session, sides_of(request, names, foreign_keys), wait));
  SLIPWAY_TRY(names.give_back(session, wait));
  reach(request, os::CrashPoint::restore_finished);
  SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait));
  return {};
}

Status drop_beside(const InPlaceRequest& request, pg::Session& session,
                   const std::vector<history::SideSchema>& sides, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait));
  for (const auto& one : sides)
    if (!one.beside.empty())
      SLIPWAY_TRY(session.execute(
          SqlText(fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", quote_identifier(one.beside))),
          wait));
  SLIPWAY_TRY(
      history::SideSchemas(request.path.history_schema).forget(session, request.path.run, wait));
  SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait));
  return {};
}

} // namespace slipway::rollback
