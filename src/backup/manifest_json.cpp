// A manifest as JSON. The digest stands last and covers everything before it, so that a manifest
// that was cut off or changed is known for it.
#include "slipway/backup/manifest.hpp"

#include "slipway/base/sha256.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace slipway::backup {

namespace {

using Json = nlohmann::ordered_json;

/// A value that is not one of the allowed ones; becomes an Error in manifest_from_json.
class Unreadable : public std::exception {};

template<class Value>
Value named(const std::string& name, std::initializer_list<Value> values,
            std::string_view (*name_of)(Value)) {
  for (const Value value : values)
    if (name_of(value) == name) return value;
  throw Unreadable();
}

Json json_of(const Content& content) {
  return {{"rows", content.rows}, {"sum", content.sum}, {"sum_of_hashes", content.sum_of_hashes}};
}

Content content_from(const Json& json) {
  return {.rows = json.at("rows").get<std::int64_t>(),
          .sum = json.at("sum").get<std::uint64_t>(),
          .sum_of_hashes = json.at("sum_of_hashes").get<std::uint64_t>()};
}

Json json_of(const DatabaseSettings& settings) {
  Json json{{"owner", settings.owner},
            {"encoding", settings.encoding},
            {"provider", settings.provider},
            {"collate", settings.collate},
            {"ctype", settings.ctype},
            {"locale", settings.locale},
            {"collation_version", settings.collation_version},
            {"tablespace", settings.tablespace},
            {"connection_limit", settings.connection_limit},
            {"allows_connections", settings.allows_connections},
            {"comment", settings.comment}};
  json["acl"] = nullptr;
  if (settings.acl) {
    json["acl"] = Json::array();
    for (const auto& one : *settings.acl)
      json["acl"].push_back(
          {{"grantee", one.grantee}, {"privilege", one.privilege}, {"grantable", one.grantable}});
  }
  auto& values = json["settings"] = Json::array();
  for (const auto& one : settings.settings)
    values.push_back({{"role", one.role}, {"name", one.name}, {"value", one.value}});
  auto& labels = json["labels"] = Json::array();
  for (const auto& one : settings.labels)
    labels.push_back({{"provider", one.provider}, {"label", one.label}});
  return json;
}

DatabaseSettings settings_from(const Json& json) {
  DatabaseSettings settings;
  json.at("owner").get_to(settings.owner);
  json.at("encoding").get_to(settings.encoding);
  json.at("provider").get_to(settings.provider);
  json.at("collate").get_to(settings.collate);
  json.at("ctype").get_to(settings.ctype);
  json.at("locale").get_to(settings.locale);
  json.at("collation_version").get_to(settings.collation_version);
  json.at("tablespace").get_to(settings.tablespace);
  json.at("connection_limit").get_to(settings.connection_limit);
  json.at("allows_connections").get_to(settings.allows_connections);
  json.at("comment").get_to(settings.comment);
  if (!json.at("acl").is_null()) {
    settings.acl.emplace();
    for (const auto& one : json.at("acl"))
      settings.acl->push_back({one.at("grantee"), one.at("privilege"), one.at("grantable")});
  }
  for (const auto& one : json.at("settings"))
    settings.settings.push_back({one.at("role"), one.at("name"), one.at("value")});
  for (const auto& one : json.at("labels"))
    settings.labels.push_back({one.at("provider"), one.at("label")});
  return settings;
}

Json json_of(const TableRows& table) {
  return {{"schema", table.schema},
          {"name", table.name},
          {"columns", table.columns},
          {"condition", table.condition},
          {"hash", row_hash_name(table.hash)},
          {"content", json_of(table.content)},
          {"bytes", table.bytes},
          {"parts", table.parts}};
}

TableRows table_from(const Json& json) {
  TableRows table;
  json.at("schema").get_to(table.schema);
  json.at("name").get_to(table.name);
  json.at("columns").get_to(table.columns);
  json.at("condition").get_to(table.condition);
  table.hash =
      named(json.at("hash").get<std::string>(), {RowHash::record, RowHash::text}, row_hash_name);
  table.content = content_from(json.at("content"));
  json.at("bytes").get_to(table.bytes);
  json.at("parts").get_to(table.parts);
  return table;
}

void add_contents(Json& json, const Manifest& manifest) {
  json["schema"] = {{"form", schema_form_name(manifest.schema_form)},
                    {"archive", manifest.schema_archive},
                    {"model", manifest.schema_model}};
  auto& tables = json["tables"] = Json::array();
  for (const auto& one : manifest.tables) tables.push_back(json_of(one));
  json["tables_without_rows"] = manifest.tables_without_rows;
  auto& sequences = json["sequences"] = Json::array();
  for (const auto& one : manifest.sequences)
    sequences.push_back({{"schema", one.schema},
                         {"name", one.name},
                         {"last_value", one.last_value},
                         {"is_called", one.is_called}});
  json["large_objects"] = {{"count", manifest.large_objects.count},
                           {"content", json_of(manifest.large_objects.content)},
                           {"parts", manifest.large_objects.parts},
                           {"owners", manifest.large_objects.owners_part}};
  auto& parts = json["parts"] = Json::array();
  for (const auto& one : manifest.parts)
    parts.push_back({{"path", one.path}, {"bytes", one.bytes}, {"sha256", one.sha256}});
  json["not_included"] = manifest.not_included;
}

void read_contents(const Json& json, Manifest& manifest) {
  const auto& schema = json.at("schema");
  manifest.schema_form = named(schema.at("form").get<std::string>(),
                               {SchemaForm::pg_dump, SchemaForm::statements}, schema_form_name);
  schema.at("archive").get_to(manifest.schema_archive);
  schema.at("model").get_to(manifest.schema_model);
  for (const auto& one : json.at("tables")) manifest.tables.push_back(table_from(one));
  json.at("tables_without_rows").get_to(manifest.tables_without_rows);
  for (const auto& one : json.at("sequences"))
    manifest.sequences.push_back(
        {one.at("schema"), one.at("name"), one.at("last_value"), one.at("is_called")});
  const auto& objects = json.at("large_objects");
  objects.at("count").get_to(manifest.large_objects.count);
  manifest.large_objects.content = content_from(objects.at("content"));
  objects.at("parts").get_to(manifest.large_objects.parts);
  objects.at("owners").get_to(manifest.large_objects.owners_part);
  for (const auto& one : json.at("parts"))
    manifest.parts.push_back({one.at("path"), one.at("bytes"), one.at("sha256")});
  json.at("not_included").get_to(manifest.not_included);
}

Json json_of(const Reasons& reasons) {
  Json json{{"why", reasons.why}, {"covers", Json::array()}};
  for (const auto& one : reasons.covers)
    json["covers"].push_back({{"version", one.version}, {"checksum", one.checksum}});
  return json;
}

Reasons reasons_from(const Json& json) {
  Reasons reasons;
  json.at("why").get_to(reasons.why);
  for (const auto& one : json.at("covers"))
    reasons.covers.push_back({one.at("version"), one.at("checksum")});
  return reasons;
}

Json json_of(const Manifest& manifest) {
  Json json{
      {"format", k_manifest_format},
      {"name", manifest.name},
      {"label", manifest.label},
      {"git_sha", manifest.git_sha},
      {"database", manifest.database},
      {"server", manifest.server},
      {"server_version", manifest.server_version},
      {"tool_version", manifest.tool_version},
      {"engine", engine_name(manifest.engine)},
      {"extent", extent_name(manifest.extent)},
      {"reasons", json_of(manifest.reasons)},
      {"created", manifest.created},
      {"duration_ms", manifest.duration_ms},
      {"encryption", manifest.encryption},
      {"fingerprint", manifest.fingerprint},
      {"left_out", manifest.left_out},
      {"moment",
       {{"lsn", manifest.moment.lsn},
        {"snapshot", manifest.moment.snapshot},
        {"timeline", manifest.moment.timeline},
        {"system", manifest.moment.system},
        {"newest_run", manifest.moment.newest_run ? Json(*manifest.moment.newest_run) : Json()}}},
      {"settings", json_of(manifest.settings)},
      {"roles", manifest.roles},
      {"copy_database", manifest.copy_database}};
  add_contents(json, manifest);
  return json;
}

Manifest manifest_from(const Json& json) {
  Manifest manifest;
  json.at("name").get_to(manifest.name);
  json.at("label").get_to(manifest.label);
  json.at("git_sha").get_to(manifest.git_sha);
  json.at("database").get_to(manifest.database);
  json.at("server").get_to(manifest.server);
  json.at("server_version").get_to(manifest.server_version);
  json.at("tool_version").get_to(manifest.tool_version);
  manifest.engine = named(json.at("engine").get<std::string>(),
                          {Engine::hot, Engine::template_copy}, engine_name);
  manifest.extent = named(json.at("extent").get<std::string>(),
                          {Extent::all, Extent::schema, Extent::tables}, extent_name);
  json.at("created").get_to(manifest.created);
  json.at("duration_ms").get_to(manifest.duration_ms);
  json.at("encryption").get_to(manifest.encryption);
  json.at("fingerprint").get_to(manifest.fingerprint);
  json.at("left_out").get_to(manifest.left_out);
  const auto& moment = json.at("moment");
  moment.at("lsn").get_to(manifest.moment.lsn);
  moment.at("snapshot").get_to(manifest.moment.snapshot);
  moment.at("timeline").get_to(manifest.moment.timeline);
  moment.at("system").get_to(manifest.moment.system);
  // Not in a manifest of the first versions.
  if (moment.contains("newest_run") && !moment["newest_run"].is_null())
    manifest.moment.newest_run = moment["newest_run"].get<std::int64_t>();
  if (json.contains("reasons")) manifest.reasons = reasons_from(json["reasons"]);
  manifest.settings = settings_from(json.at("settings"));
  json.at("roles").get_to(manifest.roles);
  json.at("copy_database").get_to(manifest.copy_database);
  read_contents(json, manifest);
  return manifest;
}

Error damaged(const std::string& file, std::string_view why) {
  return Error(ErrorCode::source, fmt::format("{} is not a whole manifest: {}", file, why))
      .with_hint("take another backup: slipway backup list");
}

bool leads_elsewhere(const std::string& path) {
  return path.empty() || path.front() == '/' || path.find("..") != std::string::npos ||
         path.find('\0') != std::string::npos;
}

/// Every path that is named must be a part, and each part one that leads nowhere else.
std::string wrong_paths(const Manifest& manifest) {
  std::set<std::string> paths;
  for (const auto& part : manifest.parts) {
    if (leads_elsewhere(part.path)) return "a part's path leads elsewhere";
    if (!paths.insert(part.path).second) return part.path + " is listed twice";
  }
  const auto missing = [&](const std::string& path) { return !paths.contains(path); };
  std::vector<std::string> named = manifest.large_objects.parts;
  for (const auto& table : manifest.tables)
    named.insert(named.end(), table.parts.begin(), table.parts.end());
  for (const auto& path :
       {manifest.large_objects.owners_part, manifest.schema_archive, manifest.schema_model})
    if (!path.empty()) named.push_back(path);
  for (const auto& path : named)
    if (missing(path)) return path + " is used and not listed";
  return {};
}

Result<Manifest> checked_manifest(Json json, const std::string& file) {
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer())
    return fail(damaged(file, "it has no format"));
  if (const auto format = json["format"].get<std::int64_t>(); format > k_manifest_format)
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("{} has format {}, and this slipway reads formats up to {}", file,
                                  format, k_manifest_format))
                    .with_hint("use the slipway that made it, or a newer one"));
  if (!json.contains("sha256") || !json["sha256"].is_string())
    return fail(damaged(file, "its digest is missing"));
  const std::string digest = json["sha256"];
  json.erase("sha256");
  if (sha256_hex(json.dump()) != digest) return fail(damaged(file, "it is not what was written"));
  Manifest manifest = manifest_from(json);
  if (const auto why = wrong_paths(manifest); !why.empty()) return fail(damaged(file, why));
  return manifest;
}

} // namespace

Result<std::string> to_json(const Manifest& manifest) {
  try {
    Json json = json_of(manifest);
    json["sha256"] = sha256_hex(json.dump());
    return json.dump(1) + "\n";
  } catch (const Json::exception&) {
    return fail(ErrorCode::unsupported,
                "the database has names that are no UTF-8, which a manifest cannot hold");
  }
}

Result<Manifest> manifest_from_json(std::string_view text, const std::string& file) {
  try {
    return checked_manifest(Json::parse(text), file);
  } catch (const Json::exception&) {
    return fail(damaged(file, "it cannot be read as JSON of its format"));
  } catch (const Unreadable&) {
    return fail(damaged(file, "it holds a value that this slipway does not know"));
  }
}

} // namespace slipway::backup
