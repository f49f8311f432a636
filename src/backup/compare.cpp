// A database against a manifest.
#include "compare.hpp"

#include "fetched_parts.hpp"
#include "parallel.hpp"
#include "part_reader.hpp"
#include "sessions.hpp"

#include "slipway/backup/content.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"
#include "slipway/schema/snapshot.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace slipway::backup {

namespace {

std::string what_differs(const schema::Difference& difference) {
  std::string text =
      fmt::format("{}: {}", difference.identity.path(), schema::change_name(difference.change));
  for (const auto& one : difference.properties)
    text += fmt::format(" ({})", schema::property_name(one.property));
  return text;
}

/// Read anew by the same server version a schema may only differ in what no backup holds.
Status compare_schema(const Manifest& manifest, const std::string& model, pg::Session& session,
                      Comparison& comparison, const Wait& wait) {
  inspect::Scope scope;
  scope.leave_out = manifest.left_out;
  SLIPWAY_ASSIGN(auto read, inspect::read_schema(session, scope, wait));
  const auto found = schema::without_secrets(std::move(read));
  const auto relation = schema::relate(manifest.fingerprint, schema::fingerprint(found).text());
  if (relation == schema::Relation::equal) return {};
  if (relation == schema::Relation::not_comparable)
    comparison.notes.push_back(
        fmt::format("the schema was read by server {} and now by {}: texts of expressions may "
                    "differ without meaning anything else, so it was not compared",
                    manifest.server_version, session.server_version()));
  if (relation == schema::Relation::not_comparable) return {};
  SLIPWAY_ASSIGN(const auto expected, schema::from_json(model, manifest.schema_model));
  for (const auto& difference : schema::compare(expected, found))
    if (difference.identity.kind != schema::Kind::subscription)
      comparison.schema.push_back(what_differs(difference));
  return {};
}

Status compare_rows(const Manifest& manifest, const pg::ConnectOptions& database, int jobs,
                    Comparison& comparison, const Wait& wait) {
  std::mutex mutex;
  std::vector<const TableRows*> tables;
  for (const auto& one : manifest.tables) tables.push_back(&one);
  std::stable_sort(tables.begin(), tables.end(),
                   [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
  const auto one_table = [&](pg::Session& session, std::size_t i) -> Status {
    const auto& table = *tables[i];
    SLIPWAY_ASSIGN(const auto content, read_content(session, table, std::nullopt, wait));
    if (content == table.content) return {};
    const std::lock_guard guard(mutex);
    comparison.content.push_back(fmt::format("table {}: {} in the backup, {} now",
                                             QualifiedName{table.schema, table.name}.quoted(),
                                             content_text(table.content), content_text(content)));
    return {};
  };
  SLIPWAY_TRY(in_parallel(
      jobs, tables.size(), [&] { return open_working_session(database, wait); }, one_table));
  std::sort(comparison.content.begin(), comparison.content.end());
  return {};
}

} // namespace

Result<Comparison> compare_database(const Manifest& manifest, const std::string& model,
                                    const pg::ConnectOptions& database, int jobs,
                                    const Wait& wait) {
  Comparison comparison;
  SLIPWAY_ASSIGN(auto session, open_working_session(database, wait));
  SLIPWAY_TRY(compare_schema(manifest, model, session, comparison, wait));
  SLIPWAY_TRY(compare_rows(manifest, database, jobs, comparison, wait));
  if (manifest.large_objects.count > 0) {
    SLIPWAY_ASSIGN(const auto content, read_large_object_content(session, wait));
    if (content != manifest.large_objects.content)
      comparison.content.emplace_back("large objects: their data differs");
  }
  return comparison;
}

Result<Comparison> compare_with_manifest(const Manifest& manifest, Store& store,
                                         const pg::ConnectOptions& database, const Cipher& cipher,
                                         int jobs, const Wait& wait) {
  std::string model;
  if (const auto* part = manifest.part(manifest.schema_model)) {
    SLIPWAY_ASSIGN(const auto folder, os::TemporaryFolder::make("", "slipway-compare-"));
    SLIPWAY_ASSIGN(const auto file, fetch_part(manifest, *part, store, folder.path(), wait));
    SLIPWAY_ASSIGN(model, read_whole_part(file, cipher, wait));
  }
  return compare_database(manifest, model, database, jobs, wait);
}

} // namespace slipway::backup
