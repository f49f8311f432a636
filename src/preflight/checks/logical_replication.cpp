// Logical replication carries rows and no schema: a subscriber without a new column stops.
#include "check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::preflight {

Check logical_replication_check();

namespace {

constexpr int k_publishes_schemas = 150000;

// Straight from the catalog: the view pg_publication_tables takes locks on the tables. What a
// deploy publishes for its own rollback has no subscriber.
constexpr const char* k_published = R"sql(,
above(oid) AS (
  SELECT o.oid FROM ours AS o
  UNION
  SELECT h.inhparent FROM above AS a JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = a.oid)
SELECT p.pubname, (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))
FROM above AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_publication AS p
  ON p.puballtables OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r
                               WHERE r.prpubid = p.oid AND r.prrelid = c.oid))sql";
constexpr const char* k_by_schema = R"sql(
  OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS s
             WHERE s.pnpubid = p.oid AND s.pnnspid = n.oid))sql";
constexpr const char* k_end = R"sql(
WHERE c.relkind = ANY ('{r,p}'::pg_catalog."char"[]) AND c.relpersistence = 'p'
  AND NOT pg_catalog.starts_with(p.pubname::pg_catalog.text, 'slipway_') ORDER BY 1, 2
)sql";

constexpr const char* k_subscribed = R"sql(
SELECT (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))
FROM ours AS o JOIN pg_catalog.pg_subscription_rel AS r ON r.srrelid = o.oid
JOIN pg_catalog.pg_class AS c ON c.oid = o.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace ORDER BY 1
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  const std::string by_schema = scene.server_version >= k_publishes_schemas ? k_by_schema : "";
  return {question(with_ours() + k_published + by_schema + k_end, ours_params(scene)),
          question(with_ours() + k_subscribed, ours_params(scene))};
}

bool changes_a_table(const Scene& scene) {
  return std::any_of(scene.statements.begin(), scene.statements.end(), [](const Planned& one) {
    return one.facts->kind == "alter table" || one.facts->kind == "drop table";
  });
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto& published = answers[0];
  const auto& subscribed = answers[1];
  if (published.size() == 0 && subscribed.size() == 0)
    return {Verdict::pass, "no table of the plan is published or subscribed to"};
  const auto tables = column(published, 1);
  std::string found;
  if (!tables.empty())
    found = fmt::format("{} of the plan is published by {}: {}",
                        counted(static_cast<std::int64_t>(tables.size()), "table"),
                        listed(column(published, 0)), listed(tables));
  if (subscribed.size() > 0)
    found +=
        fmt::format("{}{} of the plan comes from a subscription: {}", found.empty() ? "" : "; ",
                    counted(static_cast<std::int64_t>(subscribed.size()), "table"),
                    listed(column(subscribed, 0)));
  if (!changes_a_table(scene))
    return {Verdict::pass, found + "; the plan does not alter any table"};
  return {Verdict::warn, found + "; schema changes are not replicated",
          tables.empty() ? "slipway up here, before the publisher gets its new columns"
                         : "slipway up on every subscriber, before it runs here"};
}

} // namespace

Check logical_replication_check() {
  return {.name = "logical-replication",
          .looks_at =
              "publications that cover tables of the plan, and subscriptions that fill them",
          .warns = "there is one, and the plan alters or drops a table: the change is not "
                   "replicated, and a subscriber without a new column stops",
          .stops = "",
          .mend = "what adds goes to the subscribers first, what drops to the publisher first",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
