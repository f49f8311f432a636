// Copies states that only a failure makes: a copy without them would not show what mends them.
#include "unsound_states.hpp"

#include <algorithm>
#include <vector>

namespace slipway::rehearse {

namespace {

using schema::Kind;
using schema::Property;

bool is_unsound(Property property) {
  return property == Property::invalid || property == Property::detach_pending;
}

bool has_unsound_state(const schema::Object& object) {
  if (object.has(Property::invalid) || object.has(Property::detach_pending)) return true;
  const auto parts = object.parts();
  return std::any_of(parts.begin(), parts.end(), has_unsound_state);
}

class Copying {
public:
  explicit Copying(const schema::Schema& schema) : schema_(schema), handles_(schema.size()) {}

  schema::Schema run() {
    for (const auto& object : schema_.objects()) {
      const auto handle =
          builder_.add(object.kind(), object.schema(), object.name(), object.part());
      copy(object, handle);
    }
    for (const auto& one : schema_.dependencies())
      builder_.depends(handles_[one.object], handles_[one.needs]);
    if (schema_.has_dependencies()) builder_.dependencies_read();
    return builder_.finish(schema_.origin());
  }

private:
  void copy(const schema::Object& object, schema::SchemaBuilder::Handle handle) {
    handles_[object.index()] = handle;
    for (const auto& value : object.values())
      if (!is_unsound(value.property)) builder_.set(handle, value.property, value.text);
    for (const auto& part : object.parts())
      copy(part, builder_.add_part(handle, part.kind(), part.part()));
  }

  const schema::Schema& schema_;
  std::vector<schema::SchemaBuilder::Handle> handles_;
  schema::SchemaBuilder builder_;
};

Status mark(pg::Session& session, const std::string& sql, std::string_view in_schema,
            std::string_view name, const Wait& wait) {
  SLIPWAY_TRY(session.query(SqlText(sql), {std::string(in_schema), std::string(name)}, wait));
  return {};
}

constexpr const char* k_the_relation =
    "(SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n "
    "ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE n.nspname OPERATOR(pg_catalog.=) $1::name "
    "AND c.relname OPERATOR(pg_catalog.=) $2::name)";

} // namespace

std::optional<schema::Schema> without_unsound_states(const schema::Schema& schema) {
  const auto objects = schema.objects();
  if (std::none_of(objects.begin(), objects.end(), has_unsound_state)) return std::nullopt;
  return Copying(schema).run();
}

Status mark_unsound_states(pg::Session& session, const schema::Schema& schema, const Wait& wait) {
  const std::string relation = k_the_relation;
  for (const auto& object : schema.objects()) {
    if (object.has(Property::detach_pending))
      SLIPWAY_TRY(mark(session,
                       "UPDATE pg_catalog.pg_inherits SET inhdetachpending = true "
                       "WHERE inhrelid OPERATOR(pg_catalog.=) " +
                           relation,
                       object.schema(), object.name(), wait));
    for (const auto& index : object.parts(Kind::index))
      if (index.has(Property::invalid))
        SLIPWAY_TRY(mark(session,
                         "UPDATE pg_catalog.pg_index SET indisvalid = false "
                         "WHERE indexrelid OPERATOR(pg_catalog.=) " +
                             relation,
                         object.schema(), index.part(), wait));
  }
  return {};
}

} // namespace slipway::rehearse
