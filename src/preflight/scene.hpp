#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"
#include "slipway/preflight/preflight.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::preflight {

/// A statement that the plan is going to run.
struct Planned {
  const sql::StatementFacts* facts = nullptr;
  std::string text; ///< in lower case, to look for words in
};

/// What checks are told of the run: the server, what is going to be touched, the thresholds.
struct Scene {
  int server_version = 0;
  int named_backend = 0; ///< the process that the connection was told it has
  std::string host;
  std::string user; ///< as connected
  std::string database;
  std::string history_schema;
  Limits limits;
  std::vector<Planned> statements;
  std::vector<QualifiedName> relations; ///< what they name or lock, each once

  bool has_kind(std::string_view kind) const;
  bool builds_concurrently() const;
  /// A statement cannot be read by the parser.
  bool has_unread() const;
};

/// The plan must outlive the scene.
Scene make_scene(const pg::Session& session, const plan::Plan& plan, std::string history_schema,
                 Limits limits);

/// A question to the server. In `sql` operators stand bare between blanks, and are qualified with
/// pg_catalog here, for search_path is the user's. As all then bind equally, arithmetic stands in
/// parentheses.
pg::Query question(std::string_view sql, std::vector<pg::Param> params = {});

/// An array of texts as the server reads it.
std::string array_of(const std::vector<std::string>& texts);

/// Text to begin a question with, for parameters $1 and $2 from ours_params: the relation
/// `ours(oid)` of the tables that the plan touches, those of the indexes it touches, and their
/// partitions and children. Names are resolved as the session's search_path says, without taking a
/// lock and without an error where the role may not look into a schema.
std::string with_ours();
std::vector<pg::Param> ours_params(const Scene& scene);

/// "public.orders", quoted, of the row `c` of pg_class and `n` of pg_namespace.
inline constexpr std::string_view k_full_name =
    "(pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))";

/// "3 sessions", "1 session".
std::string counted(std::int64_t number, std::string_view noun);
/// The first few texts of a column, joined by ", "; then how many more there are.
std::string listed(const std::vector<std::string>& texts);
/// The texts of the rows of one column, each once, in the order given.
std::vector<std::string> column(const pg::Rows& rows, std::size_t index);
/// "3 min 10 s".
std::string age(double seconds);
/// "12 MB".
std::string megabytes(double bytes);

} // namespace slipway::preflight
