#pragma once

#include "slipway/schema/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace slipway::inspect {

/// What the readers of parts must know of relations and columns that were read before, by their
/// numbers in the catalogs.
class FoundRelations {
public:
  using Oid = std::uint32_t;
  using Handle = schema::SchemaBuilder::Handle;

  struct Relation {
    Handle handle = 0;
    char kind = 'r';        ///< as pg_class.relkind
    char persistence = 'p'; ///< as pg_class.relpersistence
    bool typed = false;     ///< of a composite type
    std::string schema;     ///< unquoted, as is the name
    std::string name;
    std::string sql; ///< qualified and quoted as need be
  };
  struct Column {
    Oid relation = 0;
    int number = 0;
    Handle handle = 0;
    Oid type = 0;
    Oid collation = 0;
    char generated = '\0'; ///< as pg_attribute.attgenerated
    std::string name;      ///< unquoted
  };
  struct SequenceOwner {
    Oid relation = 0;
    int column = 0;
    bool identity = false;
  };
  /// What a constraint has because of the index behind it.
  struct ConstraintIndex {
    std::vector<std::string> options;
    std::vector<std::string> include;
    std::vector<std::string> column_statistics;
    std::string tablespace;
    bool nulls_not_distinct = false;
    bool invalid = false;
  };

  void add(Oid oid, Relation relation) { relations_[oid] = std::move(relation); }
  const Relation* relation(Oid oid) const;

  /// Columns may come in any order; `settle` must follow before they are asked for.
  void add_column(Column column) { columns_.push_back(std::move(column)); }
  void settle();
  /// By relation and number.
  std::vector<Column>& columns() { return columns_; }
  const Column* column(Oid relation, int number) const;

  void own_sequence(Oid sequence, SequenceOwner owner) { sequence_owners_[sequence] = owner; }
  const SequenceOwner* sequence_owner(Oid sequence) const;

  ConstraintIndex& add_index(Oid index) { return indexes_[index]; }
  const ConstraintIndex* constraint_index(Oid index) const;

private:
  std::unordered_map<Oid, Relation> relations_;
  std::vector<Column> columns_;
  std::unordered_map<Oid, SequenceOwner> sequence_owners_;
  std::unordered_map<Oid, ConstraintIndex> indexes_;
};

/// Quotes names as the server's quote_ident() does: only where they must be.
class NameQuoting {
public:
  void add_keyword(std::string word) { keywords_.insert(std::move(word)); }
  std::string operator()(std::string_view name) const;

private:
  std::unordered_set<std::string> keywords_;
};

} // namespace slipway::inspect
