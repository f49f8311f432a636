#include "privileges.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

std::string acl_sql(const std::string& kind, const std::string& acl, const std::string& owner) {
  return fmt::format("CASE WHEN {1} IS NULL THEN NULL "
                     "WHEN {1} OPERATOR(pg_catalog.@>) pg_catalog.acldefault('{0}', {2}) "
                     "AND {1} OPERATOR(pg_catalog.<@) pg_catalog.acldefault('{0}', {2}) THEN NULL "
                     "ELSE {1}::pg_catalog.text[] END",
                     kind, acl, owner);
}

} // namespace slipway::inspect
