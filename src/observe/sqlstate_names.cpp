// The condition names a migration meets, from "PostgreSQL Error Codes" in the manual (appendix A).
// In order, for the search. A state that ends in 000 names its class.
#include "sqlstate_names.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace slipway::observe {

namespace {

struct Name {
  std::string_view sqlstate;
  std::string_view name;
};

constexpr std::array<Name, 98> k_names{{
    {"01000", "warning"},
    {"08000", "connection_exception"},
    {"08001", "sqlclient_unable_to_establish_sqlconnection"},
    {"08003", "connection_does_not_exist"},
    {"08004", "sqlserver_rejected_establishment_of_sqlconnection"},
    {"08006", "connection_failure"},
    {"08P01", "protocol_violation"},
    {"0A000", "feature_not_supported"},
    {"21000", "cardinality_violation"},
    {"22000", "data_exception"},
    {"22001", "string_data_right_truncation"},
    {"22003", "numeric_value_out_of_range"},
    {"22004", "null_value_not_allowed"},
    {"22007", "invalid_datetime_format"},
    {"22008", "datetime_field_overflow"},
    {"22012", "division_by_zero"},
    {"22021", "character_not_in_repertoire"},
    {"22023", "invalid_parameter_value"},
    {"22P02", "invalid_text_representation"},
    {"22P03", "invalid_binary_representation"},
    {"23000", "integrity_constraint_violation"},
    {"23502", "not_null_violation"},
    {"23503", "foreign_key_violation"},
    {"23505", "unique_violation"},
    {"23514", "check_violation"},
    {"23P01", "exclusion_violation"},
    {"25000", "invalid_transaction_state"},
    {"25001", "active_sql_transaction"},
    {"25006", "read_only_sql_transaction"},
    {"25P01", "no_active_sql_transaction"},
    {"25P02", "in_failed_sql_transaction"},
    {"25P03", "idle_in_transaction_session_timeout"},
    {"26000", "invalid_sql_statement_name"},
    {"28000", "invalid_authorization_specification"},
    {"28P01", "invalid_password"},
    {"2BP01", "dependent_objects_still_exist"},
    {"2D000", "invalid_transaction_termination"},
    {"34000", "invalid_cursor_name"},
    {"3D000", "invalid_catalog_name"},
    {"3F000", "invalid_schema_name"},
    {"40000", "transaction_rollback"},
    {"40001", "serialization_failure"},
    {"40P01", "deadlock_detected"},
    {"42000", "syntax_error_or_access_rule_violation"},
    {"42501", "insufficient_privilege"},
    {"42601", "syntax_error"},
    {"42602", "invalid_name"},
    {"42611", "invalid_column_definition"},
    {"42622", "name_too_long"},
    {"42701", "duplicate_column"},
    {"42702", "ambiguous_column"},
    {"42703", "undefined_column"},
    {"42704", "undefined_object"},
    {"42710", "duplicate_object"},
    {"42712", "duplicate_alias"},
    {"42723", "duplicate_function"},
    {"42725", "ambiguous_function"},
    {"42803", "grouping_error"},
    {"42804", "datatype_mismatch"},
    {"42809", "wrong_object_type"},
    {"42830", "invalid_foreign_key"},
    {"42846", "cannot_coerce"},
    {"42883", "undefined_function"},
    {"42939", "reserved_name"},
    {"42P01", "undefined_table"},
    {"42P04", "duplicate_database"},
    {"42P06", "duplicate_schema"},
    {"42P07", "duplicate_table"},
    {"42P10", "invalid_column_reference"},
    {"42P13", "invalid_function_definition"},
    {"42P16", "invalid_table_definition"},
    {"42P17", "invalid_object_definition"},
    {"44000", "with_check_option_violation"},
    {"53000", "insufficient_resources"},
    {"53100", "disk_full"},
    {"53200", "out_of_memory"},
    {"53300", "too_many_connections"},
    {"54000", "program_limit_exceeded"},
    {"54001", "statement_too_complex"},
    {"54011", "too_many_columns"},
    {"55000", "object_not_in_prerequisite_state"},
    {"55006", "object_in_use"},
    {"55P03", "lock_not_available"},
    {"55P04", "unsafe_new_enum_value_usage"},
    {"57000", "operator_intervention"},
    {"57014", "query_canceled"},
    {"57P01", "admin_shutdown"},
    {"57P02", "crash_shutdown"},
    {"57P03", "cannot_connect_now"},
    {"57P04", "database_dropped"},
    {"57P05", "idle_session_timeout"},
    {"58000", "system_error"},
    {"58030", "io_error"},
    {"P0000", "plpgsql_error"},
    {"P0001", "raise_exception"},
    {"P0004", "assert_failure"},
    {"XX000", "internal_error"},
    {"XX001", "data_corrupted"},
}};

std::string_view find(std::string_view sqlstate) {
  const auto* const found =
      std::lower_bound(k_names.begin(), k_names.end(), sqlstate,
                       [](const Name& a, std::string_view b) { return a.sqlstate < b; });
  return found != k_names.end() && found->sqlstate == sqlstate ? found->name : std::string_view();
}

} // namespace

std::string_view sqlstate_name(std::string_view sqlstate) {
  const std::string_view exact = find(sqlstate);
  return exact.empty() && sqlstate.size() == 5 ? find(std::string(sqlstate.substr(0, 2)) + "000")
                                               : exact;
}

} // namespace slipway::observe
