#include "schema_scope.hpp"

#include "slipway/inspect/platform_schemas.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

namespace slipway::app {

Result<inspect::Scope> schema_scope(const Context& context, pg::Session& session,
                                    const Wait& wait) {
  inspect::Scope scope;
  scope.leave_out = {context.config.text("history.schema")};
  const auto add = [&](const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (std::find(scope.leave_out.begin(), scope.leave_out.end(), name) == scope.leave_out.end())
        scope.leave_out.push_back(name);
  };
  add(context.config.text_list("schema.leave_out"));
  if (context.config.boolean("schema.leave_out_platform")) {
    SLIPWAY_ASSIGN(const auto platform, inspect::platform_schemas(session, wait));
    add(platform);
  }
  return scope;
}

std::string fresh_salt() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

} // namespace slipway::app
