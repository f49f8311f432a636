// Remembers what sides come to.
#include "side_cache.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/schema/snapshot.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>

namespace slipway::app {

namespace {

using rehearse::Side;
using rehearse::SideKind;

std::string cache_folder(const Context& context) {
  const auto variable = [&](std::string_view name) {
    const auto found = context.environment.find(name);
    return found == context.environment.end() ? std::string() : found->second;
  };
  // A relative one counts as not set: https://specifications.freedesktop.org/basedir-spec/
  if (const auto cache = variable("XDG_CACHE_HOME"); cache.starts_with('/'))
    return cache + "/slipway";
  if (const auto home = variable("HOME"); home.starts_with('/')) return home + "/.cache/slipway";
  return {};
}

// Each part behind its length, so that two lists never give one key.
std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += std::to_string(part.size()) + ":" + part;
  return all;
}

// What scripts find on a clock goes with the day.
std::string today() {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return std::to_string(day.time_since_epoch().count());
}

std::optional<pg::ServerPrograms> programs(const rehearse::ShadowOptions& options) {
  const auto folder = rehearse::programs_of_version(options.bin_folder, options.major_version);
  if (!folder) return std::nullopt;
  const auto found = pg::find_server_programs(*folder);
  if (found.empty()) return std::nullopt;
  return found.front();
}

// Which extensions can be installed, and in which versions.
std::string extensions_beside(const pg::ServerPrograms& server, const FileSystem& files) {
  const std::array<std::string, 4> places = {
      fmt::format("/usr/share/postgresql/{}/extension", server.major_version),
      server.bin_folder + "/../share/extension",
      server.bin_folder + "/../share/postgresql/extension",
      fmt::format("/usr/pgsql-{}/share/extension", server.major_version)};
  std::vector<std::string> all;
  for (const auto& place : places) {
    if (!files.is_folder(place)) continue;
    auto names = files.list_files(place);
    if (!names) continue;
    std::sort(names->begin(), names->end());
    for (const auto& name : *names) all.push_back(name + os::file_stamp(place + "/" + name));
  }
  return sha256_hex(joined(all));
}

bool has_secrets(const schema::Schema& schema) {
  for (schema::Object::Index at = 0; at < schema.size(); ++at)
    if (schema.at(at).has(schema::Property::secret_digest)) return true;
  return false;
}

} // namespace

SideCache::SideCache(const Context& context, const rehearse::ShadowOptions& options,
                     const inspect::Scope& scope)
    : context_(context), folder_(cache_folder(context)) {
  const auto server = programs(options);
  const auto program = os::program_stamp();
  if (!server || program.empty()) return;
  common_ = joined({"a side", program, server->bin_folder,
                    os::file_stamp(server->bin_folder + "/postgres"),
                    extensions_beside(*server, context.files), today(), options.owner,
                    options.author, joined(scope.leave_out),
                    scope.names_of_secrets_only ? "names" : "", scope.dependencies ? "all" : ""});
}

Result<std::optional<std::string>> SideCache::key_of(const Side& side) const {
  const std::optional<std::string> none;
  if (common_.empty() || side.is_live() || side.kind == SideKind::snapshot) return none;
  const auto inputs = inputs_of(context_, side);
  if (!inputs && inputs.error().code == ErrorCode::configuration) return fail(inputs.error());
  // Whoever makes the side will say it better.
  if (!inputs) return none;
  if (side.kind != SideKind::command) return key_of(*inputs);
  if (inputs->empty()) return none;
  return key_of_all({"command", side.command}, *inputs);
}

std::optional<std::string> SideCache::key_of(const std::vector<SideInput>& inputs,
                                             const std::vector<std::string>& more) const {
  const bool fixed = std::none_of(inputs.begin(), inputs.end(),
                                  [](const SideInput& one) { return depends_on_more(one.text); });
  if (common_.empty() || !fixed) return std::nullopt;
  return key_of_all(more, inputs);
}

std::string SideCache::key_of_all(std::vector<std::string> parts,
                                  const std::vector<SideInput>& inputs) const {
  for (const auto& one : inputs) {
    parts.push_back(one.name);
    parts.push_back(one.text);
  }
  return "side-" + sha256_hex(common_ + joined(parts));
}

std::optional<schema::Schema> SideCache::find(const std::string& key) const {
  const auto text = folder_.find(key);
  if (!text) return std::nullopt;
  auto schema = schema::from_json(*text, key);
  if (!schema) return std::nullopt;
  return std::move(*schema);
}

void SideCache::keep(const std::string& key, const schema::Schema& schema) const {
  if (!has_secrets(schema)) folder_.keep(key, schema::to_json(schema));
}

} // namespace slipway::app
