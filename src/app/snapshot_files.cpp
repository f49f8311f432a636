// schema.sql and schema.json: the schema of the target in the repository.
#include "slipway/app/schema.hpp"

#include "new_database_schema.hpp"
#include "schema_scope.hpp"

#include "slipway/app/target.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/report/schema_report.hpp"
#include "slipway/schema/redact.hpp"
#include "slipway/schema/snapshot.hpp"

namespace slipway::app {

namespace {

struct Written {
  SnapshotFiles files;
  std::string sql;
  std::string json;
};

Written written(const Context& context, const schema::Schema& schema) {
  diff::Options options;
  options.online = false;
  const auto plan = diff::make_plan(new_database_like(schema), schema, options);
  Written made;
  const auto folder = context.config.path("snapshot.folder");
  made.files.sql_path = folder + "/schema.sql";
  made.files.json_path = folder + "/schema.json";
  for (const auto& refusal : plan.refusals)
    made.files.not_written.push_back(refusal.object + ": " + refusal.message);
  made.sql = report::schema_script(schema.origin(), plan);
  made.json = schema::to_json(schema);
  return made;
}

} // namespace

Result<TargetSchema> read_target_schema(const Context& context) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "inspect", wait));
  SLIPWAY_ASSIGN(auto scope, schema_scope(context, session, wait));
  scope.dependencies = true;
  SLIPWAY_ASSIGN(auto schema, inspect::read_schema(session, scope, wait));
  return TargetSchema{schema::without_secrets(std::move(schema)), session.describe()};
}

Result<SnapshotFiles> write_snapshot(const Context& context) {
  SLIPWAY_ASSIGN(const auto target, read_target_schema(context));
  auto made = written(context, target.schema);
  SLIPWAY_TRY(context.files.write(made.files.sql_path, made.sql, Overwrite::yes));
  SLIPWAY_TRY(context.files.write(made.files.json_path, made.json, Overwrite::yes));
  return std::move(made.files);
}

Result<SnapshotCheck> check_snapshot(const Context& context) {
  SLIPWAY_ASSIGN(const auto target, read_target_schema(context));
  auto made = written(context, target.schema);
  SnapshotCheck check;
  check.files = std::move(made.files);
  if (context.files.exists(check.files.json_path)) {
    SLIPWAY_ASSIGN(const auto text, context.files.read(check.files.json_path));
    SLIPWAY_ASSIGN(const auto kept, schema::from_json(text, check.files.json_path));
    check.differences = schema::compare(kept, target.schema);
  } else {
    check.is_json_missing = true;
  }
  check.is_sql_stale = true;
  if (context.files.exists(check.files.sql_path)) {
    SLIPWAY_ASSIGN(const auto text, context.files.read(check.files.sql_path));
    check.is_sql_stale = text != made.sql;
  }
  return check;
}

} // namespace slipway::app
