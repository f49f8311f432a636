// Which service runs a server, told by the roles, databases, settings and functions that only that
// service has.
#include "slipway/pg/server_facts.hpp"

#include <algorithm>
#include <array>

namespace slipway::pg {

namespace {

struct Mark {
  std::string_view mark;
  std::string_view platform;
};

// The first that is found decides: Aurora has all that RDS has, and any of them may have Citus as
// an extension.
constexpr std::array<Mark, 15> k_marks{{
    {"function aurora_version", "aurora"},
    {"setting rds", "rds"},
    {"role rds_superuser", "rds"},
    {"role rdsadmin", "rds"},
    {"database rdsadmin", "rds"},
    {"role alloydbsuperuser", "alloydb"},
    {"role cloudsqlsuperuser", "cloudsql"},
    {"database cloudsqladmin", "cloudsql"},
    {"role azure_pg_admin", "azure"},
    {"setting azure", "azure"},
    {"database azure_maintenance", "azure"},
    {"role supabase_admin", "supabase"},
    {"role neon_superuser", "neon"},
    {"setting neon", "neon"},
    {"extension citus", "citus"},
}};

} // namespace

std::vector<std::string> platform_marks() {
  std::vector<std::string> marks;
  for (const auto& [mark, platform] : k_marks) marks.emplace_back(mark);
  return marks;
}

std::string platform_from(const std::vector<std::string>& found) {
  for (const auto& [mark, platform] : k_marks)
    if (std::find(found.begin(), found.end(), mark) != found.end()) return std::string(platform);
  return "self-managed";
}

} // namespace slipway::pg
