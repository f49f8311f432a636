// Which statements leave the rows alone that are there, and what the others do to them.
#include "slipway/sql/row_effects.hpp"

#include "facts/expression_reach.hpp"
#include "facts/object_word.hpp"
#include "facts/parse_limits.hpp"
#include "facts/parser_thread.hpp"
#include "facts/row_effects_of_alter.hpp"
#include "facts/statement_kind.hpp"
#include "facts/tree_parser.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace slipway::sql {

namespace {

// Of no effect on rows, whatever they say; what functions in them would do is looked for all the
// same where they run at once.
constexpr std::array k_harmless = {
    PG_QUERY__NODE__NODE_INDEX_STMT,
    PG_QUERY__NODE__NODE_VIEW_STMT,
    PG_QUERY__NODE__NODE_CREATE_SEQ_STMT,
    PG_QUERY__NODE__NODE_ALTER_SEQ_STMT,
    PG_QUERY__NODE__NODE_CREATE_ENUM_STMT,
    PG_QUERY__NODE__NODE_ALTER_ENUM_STMT,
    PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT,
    PG_QUERY__NODE__NODE_CREATE_RANGE_STMT,
    PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT,
    PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT,
    PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT,
    PG_QUERY__NODE__NODE_COMMENT_STMT,
    PG_QUERY__NODE__NODE_SEC_LABEL_STMT,
    PG_QUERY__NODE__NODE_GRANT_STMT,
    PG_QUERY__NODE__NODE_GRANT_ROLE_STMT,
    PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT,
    PG_QUERY__NODE__NODE_ALTER_OWNER_STMT,
    PG_QUERY__NODE__NODE_CREATE_POLICY_STMT,
    PG_QUERY__NODE__NODE_ALTER_POLICY_STMT,
    PG_QUERY__NODE__NODE_CREATE_STATS_STMT,
    PG_QUERY__NODE__NODE_ALTER_STATS_STMT,
    PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT,
    PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT,
    PG_QUERY__NODE__NODE_VACUUM_STMT,
    PG_QUERY__NODE__NODE_REINDEX_STMT,
    PG_QUERY__NODE__NODE_CLUSTER_STMT,
    PG_QUERY__NODE__NODE_LOCK_STMT,
    PG_QUERY__NODE__NODE_CHECK_POINT_STMT,
    PG_QUERY__NODE__NODE_TRANSACTION_STMT,
    PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT,
    PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT,
};

// Settings that move no name and no meaning.
constexpr std::string_view k_harmless_settings =
    " lock_timeout statement_timeout idle_in_transaction_session_timeout maintenance_work_mem "
    "work_mem client_min_messages max_parallel_maintenance_workers ";

// Their scripts make objects and touch no table of anybody's.
constexpr std::string_view k_known_extensions =
    " btree_gin btree_gist citext cube earthdistance fuzzystrmatch hstore intarray isn ltree "
    "pg_buffercache pg_stat_statements pg_trgm pgcrypto pgrowlocks pgstattuple tablefunc unaccent "
    "uuid-ossp vector ";

bool is_in(std::string_view list, const std::string& word) {
  return !word.empty() && list.find(" " + word + " ") != std::string_view::npos;
}

RowEffect anything(std::string what) {
  RowEffect effect;
  effect.what = std::move(what);
  return effect;
}

/// One statement.
class Effects {
public:
  explicit Effects(const Node& statement) : statement_(statement) {}

  std::vector<RowEffect> find() {
    if (std::find(k_harmless.begin(), k_harmless.end(), statement_.node_case) == k_harmless.end())
      pick();
    return std::move(found_);
  }

private:
  void pick() {
    switch (statement_.node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return effects_of_alter_table(*statement_.alter_table_stmt, found_);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return drop(*statement_.drop_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return rename(*statement_.rename_stmt);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return move(*statement_.alter_object_schema_stmt);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      return truncate(*statement_.truncate_stmt);
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return copy(*statement_.copy_stmt);
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return create(*statement_.create_stmt);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return create_as(*statement_.create_table_as_stmt);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return add(RowEffectKind::arms, {}, kind_of(statement_).tag);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return query(statement_.base);
    default:
      return other();
    }
  }

  void add(RowEffectKind kind, const QualifiedName& table, std::string what) {
    RowEffect effect;
    effect.kind = kind;
    effect.table = table;
    effect.what = std::move(what);
    found_.push_back(std::move(effect));
  }

  void other() {
    if (statement_.node_case == PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT &&
        statement_.create_schema_stmt->n_schema_elts == 0)
      return;
    if (statement_.node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT &&
        is_in(k_harmless_settings, text_of(statement_.variable_set_stmt->name)))
      return;
    if (statement_.node_case == PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT &&
        is_in(k_known_extensions, text_of(statement_.create_extension_stmt->extname)))
      return;
    found_.push_back(anything(kind_of(statement_).tag + " may do anything"));
  }

  void query(const ProtobufCMessage& message) {
    const Reach reach = reach_of(message);
    if (!reach.unknown_function.empty())
      return found_.push_back(anything("calls " + reach.unknown_function + "()"));
    for (const QualifiedName& table : reach.written)
      add(RowEffectKind::writes, table, "writes rows of " + table.name);
    if (statement_.node_case != PG_QUERY__NODE__NODE_SELECT_STMT) return;
    const PgQuery__IntoClause* into = statement_.select_stmt->into_clause;
    if (into != nullptr && into->rel != nullptr)
      add(RowEffectKind::creates_table, name_of(*into->rel),
          "makes " + text_of(into->rel->relname));
  }

  void drop(const PgQuery__DropStmt& drop) {
    const bool cascades = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    switch (drop.remove_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
      for (const Node* object : nodes(drop.n_objects, drop.objects)) {
        const QualifiedName table = object_name(object);
        add(RowEffectKind::drops_table, table, "drops table " + table.name);
        found_.back().conditional = drop.missing_ok;
        found_.back().cascades = cascades;
      }
      return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION:
      return;
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
      // Without CASCADE nothing depends on it.
      if (!cascades) return;
      [[fallthrough]];
    default:
      found_.push_back(anything(kind_of(statement_).tag + (cascades ? " cascade" : "")));
    }
  }

  void rename(const PgQuery__RenameStmt& rename) {
    const bool column = rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;
    if (rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA ||
        rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE)
      return found_.push_back(anything("renames a " + object_word(rename.rename_type)));
    if (rename.relation == nullptr || (!column && !is_relation(rename.rename_type))) return;
    const QualifiedName table = name_of(*rename.relation);
    add(RowEffectKind::renames, table, "renames in or of " + table.name);
    if (column) found_.back().column = text_of(rename.subname);
    found_.back().other_name = text_of(rename.newname);
  }

  void move(const PgQuery__AlterObjectSchemaStmt& move) {
    if (move.relation == nullptr) return;
    add(RowEffectKind::renames, name_of(*move.relation), "moves a relation");
    found_.back().other_name = text_of(move.relation->relname);
  }

  void truncate(const PgQuery__TruncateStmt& truncate) {
    if (truncate.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
      return found_.push_back(anything("truncate cascade"));
    for (const Node* node : nodes(truncate.n_relations, truncate.relations))
      if (const auto* relation = relation_of(node))
        add(RowEffectKind::writes, name_of(*relation), "empties " + text_of(relation->relname));
  }

  void copy(const PgQuery__CopyStmt& copy) {
    if (copy.is_program) return found_.push_back(anything("copy runs a program"));
    if (copy.is_from && copy.relation != nullptr)
      return add(RowEffectKind::writes, name_of(*copy.relation),
                 "writes rows of " + text_of(copy.relation->relname));
    query(copy.base);
  }

  void create(const PgQuery__CreateStmt& create) {
    const QualifiedName table = name_of(*create.relation);
    add(RowEffectKind::creates_table, table, "makes " + table.name);
    // What its rows set off when they are written: functions in defaults, triggers of the parent.
    if (create.n_inh_relations > 0 || !reach_of(create.base).unknown_function.empty())
      add(RowEffectKind::arms, table, "makes " + table.name);
  }

  void create_as(const PgQuery__CreateTableAsStmt& create) {
    query(create.base);
    if (create.into != nullptr && create.into->rel != nullptr)
      add(RowEffectKind::creates_table, name_of(*create.into->rel),
          "makes " + text_of(create.into->rel->relname));
    if (create.query != nullptr && create.query->node_case == PG_QUERY__NODE__NODE_EXECUTE_STMT)
      found_.push_back(anything("executes what was prepared"));
  }

  const Node& statement_;
  std::vector<RowEffect> found_;
};

std::vector<RowEffect> effects_of(std::string_view sql, TreeParser& parser) {
  if (auto why = why_not_parse(sql)) return {anything("a statement that was not read: " + *why)};
  const TreeParser::Outcome parsed = parser.parse(std::string(sql));
  if (parsed.statement == nullptr)
    return {anything("a statement that the parser does not know: " + parsed.why_not)};
  return Effects(*parsed.statement).find();
}

} // namespace

std::vector<std::vector<RowEffect>> row_effects(const std::vector<std::string_view>& statements) {
  std::vector<std::vector<RowEffect>> all;
  all.reserve(statements.size());
  const bool ran = run_on_parser_thread([&] {
    const auto parser = std::make_unique<TreeParser>();
    for (const std::string_view sql : statements) all.push_back(effects_of(sql, *parser));
  });
  if (!ran) all.assign(statements.size(), {anything("the parser could not be run")});
  return all;
}

} // namespace slipway::sql
