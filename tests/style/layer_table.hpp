#pragma once

#include <map>
#include <set>
#include <string>

namespace slipway::style {

struct Layer {
  bool pure = false;
  std::set<std::string> may_include;
};

/// The table "Layers" of docs/architecture.md by room. Throws when it is not there or has a
/// malformed row.
std::map<std::string, Layer> layer_table();

} // namespace slipway::style
