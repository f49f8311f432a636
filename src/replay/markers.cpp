// Markers in the stream of changes.
#include "slipway/replay/markers.hpp"

#include <nlohmann/json.hpp>

namespace slipway::replay {

using Json = nlohmann::json;

std::string to_json(const Marker& marker) {
  return Json({{"run", marker.run},
               {"step", marker.step},
               {"map", Json::parse(to_json(marker.map))}})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Marker> marker_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("map"))
    return fail(ErrorCode::source, "a marker in the stream of changes is not as it should be");
  try {
    SLIPWAY_ASSIGN(RelationMap map, relation_map_from_json(json.at("map").dump()));
    return Marker{json.at("run").get<std::string>(), json.at("step").get<std::string>(),
                  std::move(map)};
  } catch (const Json::exception& error) {
    return fail(ErrorCode::source,
                std::string("a marker in the stream of changes is not as it should be: ") +
                    error.what());
  }
}

Status emit_marker(pg::Session& session, const std::string& run, const std::string& step,
                   const Wait& wait) {
  if (session.transaction_status() != pg::TransactionStatus::in_transaction)
    return fail(ErrorCode::usage, "a marker belongs into the transaction that it marks");
  SLIPWAY_ASSIGN(RelationMap map, read_relation_map(session, wait));
  SLIPWAY_TRY(session.query(
      SqlText("SELECT pg_catalog.pg_logical_emit_message(true, $1::text, $2::text)"),
      {std::string(k_marker_prefix), to_json(Marker{run, step, std::move(map)})}, wait));
  return {};
}

} // namespace slipway::replay
