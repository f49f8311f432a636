#include "backup_output.hpp"

#include "result_output.hpp"
#include "text_table.hpp"

#include "slipway/base/duration.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string size_text(std::uint64_t bytes) {
  constexpr double k_step = 1024;
  double size = static_cast<double>(bytes);
  for (const auto* unit : {"B", "kB", "MB", "GB"}) {
    if (size < k_step)
      return fmt::format("{:.{}f} {}", size, size < 10 && *unit != 'B' ? 1 : 0, unit);
    size /= k_step;
  }
  return fmt::format("{:.1f} TB", size);
}

Json summary(const backup::Manifest& manifest) {
  return {{"name", manifest.name},
          {"label", manifest.label},
          {"git_sha", manifest.git_sha},
          {"database", manifest.database},
          {"server_version", manifest.server_version},
          {"engine", backup::engine_name(manifest.engine)},
          {"extent", backup::extent_name(manifest.extent)},
          {"encryption", manifest.encryption},
          {"created", manifest.created},
          {"duration_ms", manifest.duration_ms},
          {"bytes", manifest.stored_bytes()},
          {"tables", manifest.tables.size()},
          {"rows", manifest.row_count()},
          {"fingerprint", manifest.fingerprint},
          {"why", manifest.reasons.why},
          {"not_included", manifest.not_included}};
}

Json with_marks(const backup::Listed& one) {
  Json json = summary(one.manifest);
  json["pinned"] = one.pinned ? Json(*one.pinned) : Json();
  json["verified"] =
      one.verified ? Json{{"at", one.verified->at}, {"restored", one.verified->restored}} : Json();
  return json;
}

std::string marks_text(const backup::Listed& one) {
  std::string text;
  if (one.verified) text = one.verified->restored ? "restored" : "digests";
  if (one.pinned) text.append(text.empty() ? "" : ", ").append("pinned");
  return text;
}

void print_comparison(observe::Output& out, const backup::Comparison& comparison) {
  for (const auto& note : comparison.notes) out.line("  " + observe::printable(note));
}

} // namespace

void print_backup_made(Invocation& invocation, const backup::Manifest& manifest) {
  if (invocation.format == Format::json) return print_json(invocation.out, summary(manifest));
  invocation.out.line(
      fmt::format("{}: {} rows of {} tables, {} in {}", manifest.name, manifest.row_count(),
                  manifest.tables.size(), size_text(manifest.stored_bytes()),
                  format_duration(std::chrono::milliseconds(manifest.duration_ms))));
  for (const auto& one : manifest.not_included)
    invocation.out.line("  not in it: " + observe::printable(one));
}

void print_backup_list(Invocation& invocation, const app::BackupList& list) {
  auto& out = invocation.out;
  if (invocation.format == Format::json) {
    Json json{{"store", list.store}};
    auto& backups = json["backups"] = Json::array();
    for (const auto& one : list.listing.backups) backups.push_back(with_marks(one));
    auto& broken = json["broken"] = Json::array();
    for (const auto& one : list.listing.broken)
      broken.push_back({{"name", one.name}, {"why", one.error.message}});
    auto& leftovers = json["leftovers"] = Json::array();
    for (const auto& one : list.listing.leftovers)
      leftovers.push_back({{"name", one.name}, {"bytes", one.bytes}});
    return print_json(out, json);
  }
  if (list.listing.backups.empty()) out.line("no backups in " + observe::printable(list.store));
  if (!list.listing.backups.empty()) {
    TextTable table({"backup", "database", "what", "rows", "size", "verified"});
    for (const auto& one : list.listing.backups) {
      const auto& manifest = one.manifest;
      table.add_row({manifest.name, manifest.database,
                     fmt::format("{}, {}", backup::engine_name(manifest.engine),
                                 backup::extent_name(manifest.extent)),
                     std::to_string(manifest.row_count()), size_text(manifest.stored_bytes()),
                     marks_text(one)});
    }
    out.write(table.text(out));
  }
  for (const auto& one : list.listing.broken)
    out.line(observe::printable(fmt::format("broken: {}: {}", one.name, one.error.message)));
  for (const auto& one : list.listing.leftovers)
    out.line(fmt::format("never finished: {} ({}); slipway backup prune removes it", one.name,
                         size_text(one.bytes)));
}

void print_backup(Invocation& invocation, const backup::Listed& backup) {
  if (invocation.format == Format::json) return print_json(invocation.out, with_marks(backup));
  invocation.out.line(backup.manifest.name);
}

void print_backup_verified(Invocation& invocation, const app::BackupVerified& verified,
                           bool restored) {
  const auto& manifest = verified.manifest;
  if (invocation.format == Format::json)
    return print_json(
        invocation.out,
        {{"name", manifest.name}, {"restored", restored}, {"notes", verified.comparison.notes}});
  invocation.out.line(restored
                          ? fmt::format("{}: restored, and equal: schema, {} rows of {} tables",
                                        manifest.name, manifest.row_count(), manifest.tables.size())
                          : fmt::format("{}: all {} parts have the digests they were stored with",
                                        manifest.name, manifest.parts.size()));
  print_comparison(invocation.out, verified.comparison);
}

void print_pruned(Invocation& invocation, const backup::Pruned& pruned) {
  if (invocation.format == Format::json)
    return print_json(
        invocation.out,
        {{"removed", pruned.backups}, {"leftovers", pruned.leftovers}, {"kept", pruned.kept}});
  for (const auto& one : pruned.backups) invocation.out.line("removed " + one);
  for (const auto& one : pruned.leftovers) invocation.out.line("removed what was left of " + one);
  for (const auto& one : pruned.kept) invocation.out.line("kept " + observe::printable(one));
  if (pruned.backups.empty() && pruned.leftovers.empty()) invocation.out.line("nothing to remove");
}

void print_restored(Invocation& invocation, const app::BackupRestored& restored,
                    const std::string& database) {
  const auto& manifest = restored.manifest;
  if (invocation.format == Format::json)
    return print_json(invocation.out, {{"name", manifest.name},
                                       {"database", database},
                                       {"rows", manifest.row_count()},
                                       {"notes", restored.comparison.notes}});
  invocation.out.line(observe::printable(
      fmt::format("database {} is {}, and equal: schema, {} rows of {} tables", database,
                  manifest.name, manifest.row_count(), manifest.tables.size())));
  print_comparison(invocation.out, restored.comparison);
}

} // namespace slipway::cli
