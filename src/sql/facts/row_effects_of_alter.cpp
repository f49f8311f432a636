#include "facts/row_effects_of_alter.hpp"

#include "facts/expression_reach.hpp"
#include "facts/object_word.hpp"

#include <algorithm>
#include <array>

namespace slipway::sql {

namespace {

// What they change is not a row. Names as AlterTableType of the grammar.
constexpr std::array k_harmless = {
    PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DropExpression,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetStorage,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetCompression,
    PG_QUERY__ALTER_TABLE_TYPE__AT_AlterConstraint,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetLogged,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetUnLogged,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetTableSpace,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigAll,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigUser,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRule,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRowSecurity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRowSecurity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_ForceRowSecurity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_NoForceRowSecurity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity,
    PG_QUERY__ALTER_TABLE_TYPE__AT_DropIdentity,
};

class Altering {
public:
  Altering(const PgQuery__AlterTableStmt& statement, std::vector<RowEffect>& effects)
      : table_(name_of(*statement.relation)), effects_(effects) {}

  void command(const PgQuery__AlterTableCmd& command) {
    switch (command.subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
      // Its default is worked out for each row that is there.
      if (!add_unknown_function(command)) add(RowEffectKind::adds_column, "adds column");
      effects_.back().column =
          command.def != nullptr && command.def->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF
              ? text_of(command.def->column_def->colname)
              : std::string();
      effects_.back().conditional = command.missing_ok;
      return;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
      add(RowEffectKind::drops_column, "drops column " + text_of(command.name));
      effects_.back().column = text_of(command.name);
      effects_.back().conditional = command.missing_ok;
      effects_.back().cascades = command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
      return;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
      if (add_unknown_function(command)) return;
      add(RowEffectKind::retypes, "changes the type of column " + text_of(command.name));
      effects_.back().column = text_of(command.name);
      return;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
      add_unknown_function(command);
      return;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
      if (!reach_of(command.base).unknown_function.empty())
        add(RowEffectKind::arms, "changes a default");
      return;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigAll:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigUser:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRule:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysRule:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaRule:
      add(RowEffectKind::arms, "enables a trigger");
      return;
    default:
      if (std::find(k_harmless.begin(), k_harmless.end(), command.subtype) == k_harmless.end())
        add(RowEffectKind::anything, "alters the table in a way that moves rows, or may");
    }
  }

private:
  void add(RowEffectKind kind, const std::string& what) {
    RowEffect effect;
    effect.kind = kind;
    effect.table = table_;
    effect.what = what + " of " + table_.name;
    effects_.push_back(std::move(effect));
  }

  bool add_unknown_function(const PgQuery__AlterTableCmd& command) {
    const Reach reach = reach_of(command.base);
    if (reach.unknown_function.empty()) return false;
    add(RowEffectKind::anything, "calls " + reach.unknown_function + "() for the rows");
    return true;
  }

  QualifiedName table_;
  std::vector<RowEffect>& effects_;
};

} // namespace

void effects_of_alter_table(const PgQuery__AlterTableStmt& statement,
                            std::vector<RowEffect>& effects) {
  switch (statement.objtype) {
  case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
  case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
  case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
  case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
    return;
  case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    break;
  default:
    effects.push_back({.what = "alter " + object_word(statement.objtype)});
    return;
  }
  Altering altering(statement, effects);
  for (const Node* node : nodes(statement.n_cmds, statement.cmds))
    if (node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_CMD)
      altering.command(*node->alter_table_cmd);
}

} // namespace slipway::sql
