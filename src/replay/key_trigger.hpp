#pragma once

#include "slipway/replay/capture_keys.hpp"

#include <string>
#include <vector>

namespace slipway::replay {

/// A column of a key as it is now.
struct KeyColumn {
  int number = 0;
  std::string name;
  std::string type; ///< its number
};

/// Names of what is made for a table, by its number: a partition may get a trigger of another
/// table's, and two of one name would be refused.
std::string key_function(const std::string& schema, std::uint32_t table);
std::string key_trigger(std::uint32_t table);
std::string truncate_trigger(std::uint32_t table);

/// What the function does. `columns` are those of the key that are there; a key that has lost one
/// is noted as not known.
std::string key_function_body(const std::string& schema, std::uint32_t table,
                              const std::vector<KeyColumn>& columns, std::size_t wanted);

/// The statement that makes it, or makes it anew. It runs with the rights of its owner, for those
/// who write to the table may not write to ours, and finds nothing by itself but what is the
/// system's. Those who may write to the table need no right to it; that everybody may execute it
/// lets an application make partitions, to which the server adds the trigger.
std::string make_key_function(const std::string& schema, std::uint32_t table,
                              const std::string& body, const std::string& settings);

} // namespace slipway::replay
