// One question to the server about itself. Every name is qualified, for search_path is the user's
// and may hold anything.
#include "slipway/pg/server_facts.hpp"

#include <string_view>

namespace slipway::pg {

namespace {

// The extended protocol without a name: it works behind every pooler, where a prepared statement
// would not.
constexpr std::string_view k_question = R"sql(
SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
       pg_catalog.current_setting('server_version'),
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool,
       COALESCE((SELECT r.rolsuper FROM pg_catalog.pg_roles r
                 WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER), false),
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       pg_catalog.current_database(),
       CURRENT_USER,
       pg_catalog.pg_backend_pid(),
       ARRAY(SELECT DISTINCT m.mark FROM (
               SELECT pg_catalog.concat('role ', rolname) FROM pg_catalog.pg_roles
               UNION ALL SELECT pg_catalog.concat('database ', datname) FROM pg_catalog.pg_database
               UNION ALL SELECT pg_catalog.concat('extension ', extname) FROM pg_catalog.pg_extension
               UNION ALL SELECT pg_catalog.concat('setting ', pg_catalog.split_part(name, '.', 1))
                         FROM pg_catalog.pg_settings WHERE pg_catalog.strpos(name, '.') OPERATOR(pg_catalog.>) 0
               UNION ALL SELECT pg_catalog.concat('function ', proname) FROM pg_catalog.pg_proc
                         WHERE proname OPERATOR(pg_catalog.=) 'aurora_version'
             ) AS m(mark)
             WHERE m.mark OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array($1, ','))),
       (SELECT s.setting::pg_catalog.int8 FROM pg_catalog.pg_settings AS s
        WHERE s.name OPERATOR(pg_catalog.=) 'lock_timeout')
)sql";

/// Marks hold no comma, no brace and no quote.
std::string joined(const std::vector<std::string>& marks) {
  std::string list;
  for (const std::string& mark : marks) list.append(list.empty() ? "" : ",").append(mark);
  return list;
}

/// An array of marks as the server writes it: {"role rdsadmin","setting rds"}
std::vector<std::string> marks_in(std::string_view array) {
  std::vector<std::string> marks;
  for (std::size_t open = array.find('"'); open != std::string_view::npos;) {
    const std::size_t close = array.find('"', open + 1);
    if (close == std::string_view::npos) break;
    marks.emplace_back(array.substr(open + 1, close - open - 1));
    open = array.find('"', close + 1);
  }
  return marks;
}

} // namespace

Result<ServerFacts> read_server_facts(Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const Rows rows,
                 session.query(SqlText(std::string(k_question)), {joined(platform_marks())}, wait));
  ServerFacts facts;
  facts.version = static_cast<int>(rows.integer(0, 0));
  facts.version_text = rows.text(0, 1);
  facts.in_recovery = rows.boolean(0, 2);
  facts.read_only = rows.boolean(0, 3);
  facts.superuser = rows.boolean(0, 4);
  facts.can_create_schema = rows.boolean(0, 5);
  facts.database = rows.text(0, 6);
  facts.user = rows.text(0, 7);
  facts.pooler = rows.integer(0, 8) == session.backend_pid() ? Pooler::none : Pooler::suspected;
  facts.lock_timeout_ms = rows.integer(0, 10);
  facts.platform = platform_from(marks_in(rows.text(0, 9)));
  return facts;
}

} // namespace slipway::pg
