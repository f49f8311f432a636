#pragma once

#include "slipway/schema/kind.hpp"
#include "slipway/schema/property.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// Which object is meant, by names and never by numbers, so that it means the same in two
/// databases. Names are not quoted here.
struct Identity {
  Kind kind = Kind::table;
  std::string schema; ///< empty for kinds outside of schemas
  std::string name;   ///< of a part: the name of the object that it is a part of
  /// Of a part: its own name. Of a routine: its argument types as "integer, text", of an operator
  /// its operand types, of an operator class or family its access method, of a user mapping its
  /// role. Empty otherwise.
  std::string part;
  auto operator<=>(const Identity&) const = default;
  /// For people: "column public.users.email", "function public.f(integer)".
  std::string path() const;
};

/// What a schema was read from. Of two schemas with different `server_version` the texts of
/// expressions need not be comparable.
struct Origin {
  int server_version = 0; ///< 150020 style
  /// Owner of the database. What it owns has no owner of its own here, and privileges are said
  /// relative to the owner, so that the same schema in two databases is the same.
  std::string owner;
  std::string encoding;
  std::string locale;                ///< of the database: provider, collate and ctype
  std::vector<std::string> left_out; ///< schemas that were not read
};

class Schema;

/// One object as a view into its Schema, which must outlive it. Cheap to copy.
class Object {
public:
  struct Store;
  using Index = std::uint32_t;
  Object(const Store& store, Index index) : store_(&store), index_(index) {}

  Kind kind() const;
  std::string_view schema() const;
  std::string_view name() const;
  std::string_view part() const;
  Identity identity() const;
  std::string path() const { return identity().path(); }
  Index index() const { return index_; }

  std::optional<std::string_view> get(Property property) const;
  /// The value, or empty text when it is absent.
  std::string_view text(Property property) const { return get(property).value_or(""); }
  bool has(Property property) const { return get(property).has_value(); }
  std::vector<std::string> list(Property property) const;
  struct Value {
    Property property;
    std::string_view text;
  };
  /// All that are present, by property.
  std::vector<Value> values() const;

  /// The object that this is a part of.
  std::optional<Object> parent() const;
  /// Its parts in canonical order; with a kind only those.
  std::vector<Object> parts() const;
  std::vector<Object> parts(Kind kind) const;
  std::optional<Object> part(Kind kind, std::string_view name) const;

  bool operator==(const Object& other) const {
    return store_ == other.store_ && index_ == other.index_;
  }

private:
  const Store* store_;
  Index index_;
};

/// `object` needs `needs`: it can only be made after it and must go before it.
struct Dependency {
  Object::Index object = 0;
  Object::Index needs = 0;
  auto operator<=>(const Dependency&) const = default;
};

/// A database schema as a value: all objects in canonical order, each followed by its parts. Made
/// by SchemaBuilder, never changed after that. Movable; objects stay valid when it is moved.
class Schema {
public:
  Schema();
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  const Origin& origin() const;
  std::size_t size() const;
  Object at(Object::Index index) const;
  /// Objects that are not parts, in canonical order: by schema, kind and name.
  std::vector<Object> objects() const;
  std::vector<Object> objects(Kind kind) const;
  std::optional<Object> find(const Identity& identity) const;
  /// The relation (table, foreign table, view, materialized view) of that name.
  std::optional<Object> relation(std::string_view schema, std::string_view name) const;
  /// Sorted. Empty when they were not read; see `has_dependencies`.
  const std::vector<Dependency>& dependencies() const;
  bool has_dependencies() const;

private:
  friend class SchemaBuilder;
  explicit Schema(std::unique_ptr<Object::Store> store);
  std::unique_ptr<Object::Store> store_;
};

/// Collects objects in any order and makes a Schema of them.
class SchemaBuilder {
public:
  using Handle = std::uint32_t; ///< of an object as long as the builder lives

  SchemaBuilder();
  ~SchemaBuilder();
  SchemaBuilder(const SchemaBuilder&) = delete;
  SchemaBuilder& operator=(const SchemaBuilder&) = delete;

  /// Adds an object that is no part.
  Handle add(Kind kind, std::string_view schema, std::string_view name, std::string_view part = {});
  /// Adds a part of `parent`.
  Handle add_part(Handle parent, Kind kind, std::string_view part);
  /// Sets a property; the last value counts.
  void set(Handle handle, Property property, std::string_view value);
  void set_flag(Handle handle, Property property, bool value = true);
  /// Sets a property of the shape list or set; nothing when `values` is empty.
  void set_list(Handle handle, Property property, const std::vector<std::string>& values);
  void depends(Handle object, Handle needs);
  /// Whether dependencies were read at all.
  void dependencies_read();

  /// Objects of the same identity are a broken invariant of the caller.
  Schema finish(Origin origin);

private:
  void settle_owners(std::string_view database_owner);
  struct Draft;
  std::unique_ptr<Draft> draft_;
};

} // namespace slipway::schema
