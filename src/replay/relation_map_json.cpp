// A relation map as JSON. It travels in backups and in the write-ahead log, so its names are short
// and what is usual is left out.
#include "slipway/replay/relation_map.hpp"

#include <nlohmann/json.hpp>

namespace slipway::replay {

namespace {

using Json = nlohmann::json;

constexpr int k_version = 1;

Json json_of(const Column& column) {
  Json json = {{"n", column.number}, {"name", column.name}, {"type", column.type}};
  if (column.plain) json["plain"] = true;
  if (column.computed) json["computed"] = true;
  if (!column.identity.empty()) json["identity"] = column.identity;
  if (!column.fallback.empty()) json["default"] = column.fallback;
  return json;
}

Json json_of(const Relation& relation) {
  Json columns = Json::array();
  for (const Column& column : relation.columns) columns.push_back(json_of(column));
  Json json = {{"id", relation.id},
               {"schema", relation.name.schema},
               {"name", relation.name.name},
               {"columns", std::move(columns)}};
  if (!relation.keys.empty()) json["keys"] = relation.keys;
  if (relation.partitioned) json["partitioned"] = true;
  if (relation.partition) json["partition"] = true;
  if (relation.unlogged) json["unlogged"] = true;
  if (relation.replica_identity != "d") json["identity"] = relation.replica_identity;
  return json;
}

Column column_of(const Json& json) {
  Column column;
  column.number = json.at("n").get<int>();
  column.name = json.at("name").get<std::string>();
  column.type = json.at("type").get<std::string>();
  column.plain = json.value("plain", false);
  column.computed = json.value("computed", false);
  column.identity = json.value("identity", "");
  column.fallback = json.value("default", "");
  return column;
}

Relation relation_of(const Json& json) {
  Relation relation;
  relation.id = json.at("id").get<std::uint32_t>();
  relation.name = {json.at("schema").get<std::string>(), json.at("name").get<std::string>()};
  relation.partitioned = json.value("partitioned", false);
  relation.partition = json.value("partition", false);
  relation.unlogged = json.value("unlogged", false);
  relation.replica_identity = json.value("identity", "d");
  for (const Json& column : json.at("columns")) relation.columns.push_back(column_of(column));
  if (json.contains("keys")) relation.keys = json.at("keys").get<std::vector<std::vector<int>>>();
  return relation;
}

} // namespace

std::string to_json(const RelationMap& map) {
  Json relations = Json::array();
  for (const Relation& relation : map.relations) relations.push_back(json_of(relation));
  return Json({{"version", k_version}, {"relations", std::move(relations)}})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<RelationMap> relation_map_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(ErrorCode::source, "a relation map is no JSON");
  try {
    if (json.at("version").get<int>() != k_version)
      return fail(ErrorCode::source, "a relation map is of another version of slipway");
    RelationMap map;
    for (const Json& relation : json.at("relations"))
      map.relations.push_back(relation_of(relation));
    return map;
  } catch (const Json::exception& error) {
    return fail(ErrorCode::source,
                std::string("a relation map is not as it should be: ") + error.what());
  }
}

} // namespace slipway::replay
