#include "scene.hpp"

#include "slipway/base/duration.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace slipway::preflight {

namespace {

constexpr std::array<std::string_view, 6> k_relation_kinds{
    "table", "index", "view", "materialized view", "foreign table", "sequence"};

bool is_relation_kind(std::string_view kind) {
  return std::find(k_relation_kinds.begin(), k_relation_kinds.end(), kind) !=
         k_relation_kinds.end();
}

std::vector<QualifiedName> relations_of(const std::vector<Planned>& statements) {
  std::set<QualifiedName> names;
  for (const auto& statement : statements) {
    for (const auto& lock : statement.facts->locks) names.insert(lock.relation);
    for (const auto& object : statement.facts->objects)
      if (is_relation_kind(object.kind)) names.insert(object.name);
  }
  return {names.begin(), names.end()};
}

constexpr std::array<std::string_view, 10> k_operators{
    "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "||"};

bool is_operator(std::string_view word) {
  return std::find(k_operators.begin(), k_operators.end(), word) != k_operators.end();
}

constexpr double k_bytes_in_mb = 1024.0 * 1024.0;
constexpr std::size_t k_shown = 4;

} // namespace

bool Scene::has_kind(std::string_view kind) const {
  return std::any_of(statements.begin(), statements.end(),
                     [&](const Planned& one) { return one.facts->kind == kind; });
}

bool Scene::builds_concurrently() const {
  return std::any_of(statements.begin(), statements.end(),
                     [](const Planned& one) { return one.facts->is_concurrent_index; });
}

bool Scene::has_unread() const {
  return std::any_of(statements.begin(), statements.end(),
                     [](const Planned& one) { return !one.facts->parsed; });
}

Scene make_scene(const pg::Session& session, const plan::Plan& plan, std::string history_schema,
                 Limits limits) {
  Scene scene{.server_version = session.server_version(),
              .named_backend = session.backend_pid(),
              .host = session.host(),
              .user = session.user(),
              .database = session.database(),
              .history_schema = std::move(history_schema),
              .limits = std::move(limits)};
  for (const auto& step : plan.steps)
    for (const auto& group : step.groups)
      for (const auto& one : group.statements)
        if (!one.done)
          scene.statements.push_back({&one.facts, to_lower_ascii(step.section.sql(one.statement))});
  scene.relations = relations_of(scene.statements);
  return scene;
}

pg::Query question(std::string_view sql, std::vector<pg::Param> params) {
  std::string text;
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = std::min(sql.find_first_of(" \n", at), sql.size());
    const auto word = sql.substr(at, end - at);
    text += is_operator(word) ? fmt::format("OPERATOR(pg_catalog.{})", word) : std::string(word);
    if (end < sql.size()) text += sql[end];
    at = end + 1;
  }
  return {SqlText(std::move(text)), std::move(params)};
}

std::string array_of(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& text : texts) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

std::string with_ours() {
  return R"sql(WITH RECURSIVE found AS (
  SELECT f.oid
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS w(schema, name)
  CROSS JOIN LATERAL (
    SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = w.name::pg_catalog.name
      AND CASE WHEN w.schema = '' THEN n.nspname = ANY (pg_catalog.current_schemas(true))
               ELSE n.nspname = w.schema::pg_catalog.name END
    ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(true), n.nspname) LIMIT 1) AS f),
ours(oid) AS (
  SELECT COALESCE(i.indrelid, f.oid) FROM found AS f
  LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = f.oid
  UNION
  SELECT h.inhrelid FROM ours AS o JOIN pg_catalog.pg_inherits AS h ON h.inhparent = o.oid)
)sql";
}

std::vector<pg::Param> ours_params(const Scene& scene) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  for (const auto& relation : scene.relations) {
    schemas.push_back(relation.schema);
    names.push_back(relation.name);
  }
  return {array_of(schemas), array_of(names)};
}

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& texts) {
  const auto shown = std::min(texts.size(), k_shown);
  std::string text = fmt::format(
      "{}", fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (texts.size() > shown) text += fmt::format(" and {} more", texts.size() - shown);
  return text;
}

std::vector<std::string> column(const pg::Rows& rows, std::size_t index) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string text(rows.text(row, index));
    if (std::find(texts.begin(), texts.end(), text) == texts.end())
      texts.push_back(std::move(text));
  }
  return texts;
}

std::string age(double seconds) {
  constexpr double k_millis = 1000;
  return format_duration(Millis(static_cast<std::int64_t>(std::max(0.0, seconds) * k_millis)));
}

std::string megabytes(double bytes) {
  return fmt::format("{:.0f} MB", bytes / k_bytes_in_mb);
}

} // namespace slipway::preflight
