#include "readers.hpp"
#include "row_values.hpp"

#include "slipway/schema/trash.hpp"

#include <unordered_map>
#include <unordered_set>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;
using Column = FoundRelations::Column;

namespace {

// What is said of a column only when its type would not make it so anyway. Types are asked for
// once each, after all columns are known.
struct Typed {
  Handle column = 0;
  Oid type = 0;
  std::int32_t modifier = 0;
  Oid collation = 0;
  char storage = 'p';
};

struct Type {
  std::string sql;
  Oid collation = 0;
  char storage = 'p';
};

std::uint64_t key_of(Oid type, std::int32_t modifier) {
  return (static_cast<std::uint64_t>(type) << 32U) | static_cast<std::uint32_t>(modifier);
}

std::string_view storage_name(char storage) {
  switch (storage) {
  case 'p':
    return "plain";
  case 'e':
    return "external";
  case 'm':
    return "main";
  default:
    return "extended";
  }
}

std::string columns_sql(const Reading& reading) {
  return "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, "
         "a.attstorage, a.attgenerated, "
         "CASE WHEN a.attoptions[1] LIKE 'pg\\_%' AND a.attoptions[2] IS NULL THEN NULL "
         "ELSE a.attoptions END, a.attnotnull, "
         "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END, NOT a.attislocal, "
         "NULLIF(a.attstattarget, -1), a.attfdwoptions, NULLIF(a.attacl::pg_catalog.text, '{}'), " +
         reading.since(14, "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END",
                       "NULL") +
         " FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c "
         "ON c.oid OPERATOR(pg_catalog.=) a.attrelid "
         "WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped "
         "AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND " +
         reading.in_read_schemas("c.relnamespace");
}

// A soft drop has renamed it; nobody is to see that it is still there.
bool is_in_trash(const FoundRelations::Relation& relation, std::string_view column) {
  return (relation.kind == 'r' || relation.kind == 'p') && schema::is_trash_name(column);
}

class Columns {
public:
  explicit Columns(Reading& reading) : reading_(reading) {}

  Status read() {
    SLIPWAY_TRY(reading_.each(columns_sql(reading_), [&](const CopiedRow& row) { add(row); }));
    number();
    SLIPWAY_TRY(read_types());
    SLIPWAY_TRY(read_collations());
    for (const auto& typed : typed_) set_type(typed);
    return read_expressions();
  }

private:
  void add(const CopiedRow& row) {
    const auto relation_oid = row.oid(0);
    if (relation_ == nullptr || relation_oid != last_relation_) {
      relation_ = reading_.relations().relation(relation_oid);
      last_relation_ = relation_oid;
    }
    if (relation_ == nullptr || is_in_trash(*relation_, row.text(2))) return;
    auto& builder = reading_.builder();
    const auto handle = builder.add_part(relation_->handle, Kind::column, row.text(2));
    const auto number = static_cast<int>(row.number(1));
    reading_.remember(Catalog::relation, relation_oid, handle, number);
    const auto generated = row.text(7);
    reading_.relations().add_column({relation_oid, number, handle, row.oid(3), row.oid(5),
                                     generated.empty() ? '\0' : generated.front(),
                                     std::string(row.text(2))});
    // A view keeps nothing: what its columns were made with means nothing and never changes.
    const bool keeps_rows = relation_->kind != 'v' && relation_->kind != 'c';
    typed_.push_back({handle, row.oid(3), static_cast<std::int32_t>(row.number(4)), row.oid(5),
                      keeps_rows ? row.text(6).front() : '\0'});
    if (!row.is_null(8))
      builder.set_list(handle, Property::options, without_internal(row.array(8)));
    set_values(reading_, handle, row, 9,
               {Property::not_null, Property::identity, Property::inherited,
                Property::statistics_target, Property::foreign_options, Property::acl,
                Property::compression});
  }

  // Numbers of columns have holes where columns were dropped.
  void number() {
    reading_.relations().settle();
    Oid last = 0;
    int rank = 0;
    Property property = Property::position;
    for (const auto& column : reading_.relations().columns()) {
      if (column.relation != last) {
        last = column.relation;
        rank = 0;
        const auto* const relation = reading_.relations().relation(last);
        const bool table = relation->kind == 'r' || relation->kind == 'p' || relation->kind == 'f';
        property = table && !relation->typed ? Property::position : Property::ordinal;
      }
      reading_.builder().set(column.handle, property, std::to_string(++rank));
    }
  }

  Status read_types() {
    std::vector<Oid> types;
    std::string modifiers;
    for (const auto& typed : typed_) {
      if (!types_.try_emplace(key_of(typed.type, typed.modifier)).second) continue;
      types.push_back(typed.type);
      modifiers += (modifiers.empty() ? "" : ",") + std::to_string(typed.modifier);
    }
    return reading_.each(
        "SELECT t.oid, m.modifier, pg_catalog.format_type(t.oid, m.modifier), t.typcollation, "
        "t.typstorage FROM ROWS FROM (pg_catalog.unnest('" +
            oid_array(types) + "'::pg_catalog.oid[]), pg_catalog.unnest('{" + modifiers +
            "}'::pg_catalog.int4[])) AS m(type, modifier) JOIN pg_catalog.pg_type AS t "
            "ON t.oid OPERATOR(pg_catalog.=) m.type",
        [&](const CopiedRow& row) {
          types_[key_of(row.oid(0), static_cast<std::int32_t>(row.number(1)))] = {
              std::string(row.text(2)), row.oid(3), row.text(4).front()};
        });
  }

  Status read_collations() {
    std::unordered_set<Oid> wanted;
    for (const auto& typed : typed_)
      if (typed.collation != 0 &&
          typed.collation != types_[key_of(typed.type, typed.modifier)].collation)
        wanted.insert(typed.collation);
    if (wanted.empty()) return {};
    return reading_.each(
        "SELECT c, c::pg_catalog.regcollation FROM pg_catalog.unnest('" +
            oid_array({wanted.begin(), wanted.end()}) + "'::pg_catalog.oid[]) AS c",
        [&](const CopiedRow& row) { collations_[row.oid(0)] = std::string(row.text(1)); });
  }

  void set_type(const Typed& typed) {
    auto& builder = reading_.builder();
    const auto& type = types_[key_of(typed.type, typed.modifier)];
    builder.set(typed.column, Property::type, type.sql);
    if (typed.collation != 0 && typed.collation != type.collation)
      builder.set(typed.column, Property::collation, collations_[typed.collation]);
    if (typed.storage != '\0' && typed.storage != type.storage)
      builder.set(typed.column, Property::storage, storage_name(typed.storage));
  }

  Status read_expressions() {
    return reading_.each(
        "SELECT d.oid, d.adrelid, d.adnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid) "
        "FROM pg_catalog.pg_attrdef AS d JOIN pg_catalog.pg_class AS c "
        "ON c.oid OPERATOR(pg_catalog.=) d.adrelid WHERE " +
            reading_.in_read_schemas("c.relnamespace"),
        [&](const CopiedRow& row) {
          const auto* const column =
              reading_.relations().column(row.oid(1), static_cast<int>(row.number(2)));
          if (column == nullptr) return;
          reading_.note_piece(Catalog::attribute_default, row.oid(0), column->handle);
          auto& builder = reading_.builder();
          if (column->generated == '\0')
            builder.set(column->handle, Property::default_value, row.text(3));
          else
            builder.set(column->handle, Property::generated,
                        (column->generated == 'v' ? "virtual " : "stored ") +
                            std::string(row.text(3)));
        });
  }

  Reading& reading_;
  Oid last_relation_ = 0;
  const FoundRelations::Relation* relation_ = nullptr;
  std::vector<Typed> typed_;
  std::unordered_map<std::uint64_t, Type> types_;
  std::unordered_map<Oid, std::string> collations_;
};

} // namespace

Status read_columns(Reading& reading) {
  return Columns(reading).read();
}

} // namespace slipway::inspect
