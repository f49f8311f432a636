#pragma once

#include "reading.hpp"

namespace slipway::inspect {

// The readers, in the order in which they must run. Each has a file of its own, read_NAME.cpp, with
// its SQL in it.

/// Schemas that are not the system's, temporary or left out; notes which are read.
Status read_schemas(Reading& reading);
Status read_extensions(Reading& reading);
/// Languages, access methods, casts, transforms.
Status read_languages(Reading& reading);
/// Enums, domains with their constraints, composite and range types, base types.
Status read_types(Reading& reading);
/// Collations and conversions.
Status read_collations(Reading& reading);
/// Tables, foreign tables, views, materialized views and sequences, without their parts.
Status read_relations(Reading& reading);
/// Columns of relations and of composite types, with defaults, identity and generation.
Status read_columns(Reading& reading);
Status read_sequences(Reading& reading);
Status read_indexes(Reading& reading);
Status read_constraints(Reading& reading);
/// Queries of views and materialized views, and rules.
Status read_rules(Reading& reading);
Status read_triggers(Reading& reading);
Status read_policies(Reading& reading);
Status read_statistics(Reading& reading);
/// Functions, procedures, aggregates.
Status read_routines(Reading& reading);
/// Operators, families, classes.
Status read_operators(Reading& reading);
Status read_text_search(Reading& reading);
/// Wrappers, servers, user mappings.
Status read_foreign(Reading& reading);
/// Publications and subscriptions.
Status read_replication(Reading& reading);
Status read_event_triggers(Reading& reading);
Status read_default_privileges(Reading& reading);
/// What was granted on members of extensions, or revoked, since these were made.
Status read_member_grants(Reading& reading);
/// Comments and security labels of everything read so far.
Status read_comments(Reading& reading);
/// Which extensions any of it is dropped with.
Status read_extension_bonds(Reading& reading);
/// What needs what, of everything read so far.
Status read_dependencies(Reading& reading);

} // namespace slipway::inspect
