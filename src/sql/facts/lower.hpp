#pragma once

#include "facts/builder.hpp"
#include "facts/tree.hpp"

/// From the parser's tree to facts, a family of statements a file. Each takes what it knows from
/// the statement and leaves the rest; kind, transaction safety and session changes are not their
/// business.
namespace slipway::sql {

/// Picks the family. A statement of none names no relation and no object that is known here.
void lower_statement(const Node& statement, FactsBuilder& facts);

void lower_create_table(const PgQuery__CreateStmt& statement, const char* word,
                        FactsBuilder& facts);
void lower_create_schema(const PgQuery__CreateSchemaStmt& statement, FactsBuilder& facts);
void lower_alter_table(const PgQuery__AlterTableStmt& statement, FactsBuilder& facts);
void lower_sequence(const PgQuery__RangeVar* sequence, Nodes options, bool creates,
                    FactsBuilder& facts);

void lower_create_index(const PgQuery__IndexStmt& statement, FactsBuilder& facts);
void lower_reindex(const PgQuery__ReindexStmt& statement, FactsBuilder& facts);
void lower_cluster(const PgQuery__ClusterStmt& statement, FactsBuilder& facts);
void lower_vacuum(const PgQuery__VacuumStmt& statement, FactsBuilder& facts);

void lower_drop(const PgQuery__DropStmt& statement, FactsBuilder& facts);
void lower_truncate(const PgQuery__TruncateStmt& statement, FactsBuilder& facts);

void lower_rename(const PgQuery__RenameStmt& statement, FactsBuilder& facts);
void lower_set_schema(const PgQuery__AlterObjectSchemaStmt& statement, FactsBuilder& facts);
void lower_depends(const PgQuery__AlterObjectDependsStmt& statement, FactsBuilder& facts);
void lower_owner(const PgQuery__AlterOwnerStmt& statement, FactsBuilder& facts);
void lower_remark(PgQuery__ObjectType type, const Node* object,
                  FactsBuilder& facts); ///< COMMENT, SECURITY LABEL
void lower_grant(const PgQuery__GrantStmt& statement, FactsBuilder& facts);

void lower_view(const PgQuery__ViewStmt& statement, FactsBuilder& facts);
void lower_create_table_as(const PgQuery__CreateTableAsStmt& statement, FactsBuilder& facts);
void lower_refresh(const PgQuery__RefreshMatViewStmt& statement, FactsBuilder& facts);

void lower_trigger(const PgQuery__CreateTrigStmt& statement, FactsBuilder& facts);
void lower_rule(const PgQuery__RuleStmt& statement, FactsBuilder& facts);
void lower_create_policy(const PgQuery__CreatePolicyStmt& statement, FactsBuilder& facts);
void lower_alter_policy(const PgQuery__AlterPolicyStmt& statement, FactsBuilder& facts);
void lower_create_statistics(const PgQuery__CreateStatsStmt& statement, FactsBuilder& facts);
void lower_publication(Nodes objects, const char* name, Action action, FactsBuilder& facts);

void lower_copy(const PgQuery__CopyStmt& statement, FactsBuilder& facts);
void lower_lock_table(const PgQuery__LockStmt& statement, FactsBuilder& facts);
void lower_explain(const PgQuery__ExplainStmt& statement, FactsBuilder& facts);

/// Statements that make, alter or drop something without a relation: types, routines, roles,
/// extensions ...
void lower_other_object(const Node& statement, FactsBuilder& facts);

} // namespace slipway::sql
