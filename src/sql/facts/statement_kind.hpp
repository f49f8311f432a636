#pragma once

#include "facts/tree.hpp"

#include <string>

namespace slipway::sql {

/// A statement's command tag in lower case, and whether it is DDL.
struct StatementKind {
  std::string tag;
  bool ddl = false;
};

StatementKind kind_of(const Node& statement);

} // namespace slipway::sql
