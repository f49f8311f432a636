#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"

#include "slipway/schema/usual_name.hpp"

#include <array>
#include <limits>

namespace slipway::inspect {

using schema::Property;

namespace {

struct Sequence {
  Oid type = 0;
  std::int64_t start = 0, increment = 0, maximum = 0, minimum = 0, cache = 0;
  bool cycle = false;
};

struct IntegerType {
  Oid oid;
  std::string_view name;
  std::int64_t minimum, maximum;
};

constexpr auto k_types = std::to_array<IntegerType>({
    {20, "bigint", std::numeric_limits<std::int64_t>::min(),
     std::numeric_limits<std::int64_t>::max()},
    {21, "smallint", std::numeric_limits<std::int16_t>::min(),
     std::numeric_limits<std::int16_t>::max()},
    {23, "integer", std::numeric_limits<std::int32_t>::min(),
     std::numeric_limits<std::int32_t>::max()},
});
constexpr Oid k_bigint = 20;

const IntegerType& type_of(Oid oid) {
  for (const auto& type : k_types)
    if (type.oid == oid) return type;
  return k_types.front();
}

struct Option {
  Property property;
  std::string_view words;
  std::int64_t value;
};

// Only those that a sequence of this type and direction does not have anyway.
std::vector<Option> unusual(const Sequence& sequence) {
  const auto& type = type_of(sequence.type);
  const bool up = sequence.increment > 0;
  std::vector<Option> options;
  const auto note = [&](Property property, std::string_view words, std::int64_t value,
                        std::int64_t usual) {
    if (value != usual) options.push_back({property, words, value});
  };
  note(Property::start, "START WITH", sequence.start, up ? 1 : -1);
  note(Property::increment, "INCREMENT BY", sequence.increment, 1);
  note(Property::minimum, "MINVALUE", sequence.minimum, up ? 1 : type.minimum);
  note(Property::maximum, "MAXVALUE", sequence.maximum, up ? type.maximum : -1);
  note(Property::cache, "CACHE", sequence.cache, 1);
  return options;
}

void set_sequence(Reading& reading, Handle handle, const Sequence& sequence) {
  auto& builder = reading.builder();
  if (sequence.type != k_bigint) builder.set(handle, Property::type, type_of(sequence.type).name);
  for (const auto& option : unusual(sequence))
    builder.set(handle, option.property, std::to_string(option.value));
  builder.set_flag(handle, Property::cycle, sequence.cycle);
}

void set_owner(Reading& reading, Handle handle, const FoundRelations::SequenceOwner& owner) {
  const auto* const relation = reading.relations().relation(owner.relation);
  const auto* const column = reading.relations().column(owner.relation, owner.column);
  if (relation == nullptr || column == nullptr) return;
  reading.builder().set(handle, Property::owned_by,
                        relation->sql + "." + reading.quoted()(column->name));
}

void set_identity(Reading& reading, const CopiedRow& row, const Sequence& sequence,
                  const FoundRelations::SequenceOwner& owner) {
  const auto* const table = reading.relations().relation(owner.relation);
  const auto* const column = reading.relations().column(owner.relation, owner.column);
  if (table == nullptr || column == nullptr) return;
  reading.note_piece(Catalog::relation, row.oid(0), column->handle);
  std::vector<std::string> options;
  const auto name = row.text(8);
  if (const auto& schema = reading.schema_name(row.oid(9));
      name != schema::usual_name(table->name, column->name, "seq") || schema != table->schema)
    options.push_back("SEQUENCE NAME " + reading.quoted()(schema) + "." + reading.quoted()(name));
  if (sequence.type != column->type)
    options.push_back("AS " + std::string(type_of(sequence.type).name));
  for (const auto& option : unusual(sequence))
    options.push_back(std::string(option.words) + " " + std::to_string(option.value));
  if (sequence.cycle) options.emplace_back("CYCLE");
  const auto persistence = row.text(10);
  // Before 15 a sequence is logged whatever its table is.
  if (reading.is_since(15) && persistence.front() != table->persistence)
    options.emplace_back(persistence == "u" ? "UNLOGGED" : "LOGGED");
  reading.builder().set_list(column->handle, Property::identity_options, options);
  set_values(reading, column->handle, row, 11, {Property::identity_acl});
}

} // namespace

Status read_sequences(Reading& reading) {
  return reading.each(
      "SELECT s.seqrelid, s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, "
      "s.seqcycle, c.relname, c.relnamespace, c.relpersistence, " +
          acl_sql("s", "c.relacl", "c.relowner") +
          " FROM pg_catalog.pg_sequence AS s "
          "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid WHERE " +
          reading.in_read_schemas("c.relnamespace"),
      [&](const CopiedRow& row) {
        const auto oid = row.oid(0);
        const Sequence sequence{row.oid(1),    row.number(2), row.number(3), row.number(4),
                                row.number(5), row.number(6), row.yes(7)};
        const auto* const owner = reading.relations().sequence_owner(oid);
        if (owner != nullptr && owner->identity) {
          set_identity(reading, row, sequence, *owner);
          return;
        }
        const auto handle = reading.known(Catalog::relation, oid);
        if (!handle) return;
        set_sequence(reading, *handle, sequence);
        if (owner != nullptr) set_owner(reading, *handle, *owner);
      });
}

} // namespace slipway::inspect
