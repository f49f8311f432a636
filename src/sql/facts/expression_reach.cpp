#include "facts/expression_reach.hpp"

#include <string>

namespace slipway::sql {

namespace {

// The server's own, which change no row of any table. nextval and setval move sequences, which a
// backup has in any case.
constexpr std::string_view k_harmless =
    " abs age array_agg array_append array_length array_position array_remove array_to_string "
    "avg bool_and bool_or btrim cardinality ceil ceiling char_length chr clock_timestamp concat "
    "concat_ws count date_part date_trunc decode dense_rank encode extract first_value "
    "floor format gen_random_uuid generate_series initcap json_agg "
    "json_build_array json_build_object jsonb_agg jsonb_array_elements jsonb_array_elements_text "
    "jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text "
    "jsonb_set jsonb_typeof lag lead left length lower lpad ltrim make_date make_interval max "
    "md5 min mod nextval now position random rank regexp_match regexp_replace replace right "
    "round row_number rtrim setval split_part string_agg string_to_array substr substring sum "
    "timezone to_char to_timestamp to_tsvector trim unnest upper ";

// Those that are spelled like it in another schema are somebody's own.
bool is_harmless(const PgQuery__FuncCall& call) {
  const QualifiedName name = name_of(nodes(call.n_funcname, call.funcname));
  if (!name.schema.empty() && name.schema != "pg_catalog") return false;
  return k_harmless.find(" " + name.name + " ") != std::string_view::npos;
}

class Walk {
public:
  void look(const ProtobufCMessage& message) {
    const ProtobufCMessageDescriptor* type = message.descriptor;
    if (type == &pg_query__func_call__descriptor)
      call(reinterpret_cast<const PgQuery__FuncCall&>(message));
    else if (type == &pg_query__insert_stmt__descriptor)
      write(reinterpret_cast<const PgQuery__InsertStmt&>(message).relation);
    else if (type == &pg_query__update_stmt__descriptor)
      write(reinterpret_cast<const PgQuery__UpdateStmt&>(message).relation);
    else if (type == &pg_query__delete_stmt__descriptor)
      write(reinterpret_cast<const PgQuery__DeleteStmt&>(message).relation);
    else if (type == &pg_query__merge_stmt__descriptor)
      write(reinterpret_cast<const PgQuery__MergeStmt&>(message).relation);
    for_each_child(message, [&](const ProtobufCMessage& child) { look(child); });
  }
  Reach found;

private:
  void call(const PgQuery__FuncCall& call) {
    if (found.unknown_function.empty() && !is_harmless(call))
      found.unknown_function = name_of(nodes(call.n_funcname, call.funcname)).name;
  }
  void write(const PgQuery__RangeVar* target) {
    if (target != nullptr) found.written.push_back(name_of(*target));
  }
};

} // namespace

Reach reach_of(const ProtobufCMessage& message) {
  Walk walk;
  walk.look(message);
  return std::move(walk.found);
}

} // namespace slipway::sql
