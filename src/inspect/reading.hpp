#pragma once

#include "slipway/inspect/read.hpp"

#include "copied_row.hpp"
#include "found_relations.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace slipway::inspect {

using Oid = std::uint32_t;
using Handle = schema::SchemaBuilder::Handle;

/// The catalogs whose rows become objects, by their fixed OIDs.
enum class Catalog : Oid {
  cast = 2605,
  collation = 3456,
  constraint = 2606,
  conversion = 2607,
  default_acl = 826,
  attribute_default = 2604,
  event_trigger = 3466,
  extension = 3079,
  foreign_data_wrapper = 2328,
  foreign_server = 1417,
  access_method = 2601,
  language = 2612,
  operator_ = 2617,
  operator_class = 2616,
  operator_family = 2753,
  policy = 3256,
  procedure = 1255,
  publication = 6104,
  publication_relation = 6106,
  relation = 1259,
  rewrite = 2618,
  schema = 2615,
  statistics = 3381,
  subscription = 6100,
  text_search_configuration = 3602,
  text_search_dictionary = 3600,
  text_search_parser = 3601,
  text_search_template = 3764,
  transform = 3576,
  trigger = 2620,
  type = 1247,
  user_mapping = 1418,
};

/// One reading of one database: the open transaction, the server's version, what was found so far
/// by its number in the catalogs. Readers are functions over it, each for some kinds of objects,
/// in the order in which read_schema calls them: what others refer to comes first.
class Reading {
public:
  Reading(pg::Session& session, const Scope& scope, const Wait& wait)
      : session_(session), scope_(scope), wait_(wait), version_(session.server_version()) {}

  /// Runs COPY (`select`) TO STDOUT and hands each row on. What `select` says is fixed text; only
  /// literals made by quote_literal are put into it.
  Status each(const std::string& select, const std::function<void(const CopiedRow&)>& on_row);

  int version() const { return version_; }
  bool is_since(int major) const { return version_ / 10000 >= major; }
  /// `text` from that major version on, else `otherwise`: for columns that came later.
  std::string since(int major, std::string text, std::string otherwise) const {
    return is_since(major) ? std::move(text) : std::move(otherwise);
  }
  const Scope& scope() const { return scope_; }
  schema::SchemaBuilder& builder() { return builder_; }
  pg::Session& session() { return session_; }
  const Wait& wait() const { return wait_; }

  /// Remembers the object that a row of a catalog became; `column` is an attribute number, else 0.
  void remember(Catalog catalog, Oid oid, Handle handle, int column = 0);
  std::optional<Handle> known(Catalog catalog, Oid oid, int column = 0) const;
  /// The same for a catalog by its number, as pg_depend and pg_description have it.
  std::optional<Handle> known(Oid catalog, Oid oid, int column = 0) const;

  /// A condition over a column of schema OIDs, true for those that are read. The namespaces are
  /// those that read_schemas found.
  std::string in_read_schemas(const std::string& column) const;
  void note_schema(Oid oid, std::string name);
  /// The name of a schema that is read. Precondition: it is one.
  const std::string& schema_name(Oid oid) const;
  bool is_read(Oid schema) const { return schemas_.contains(schema); }

  /// Notes that a row of a catalog is no object of its own but a piece of one (the index of a
  /// constraint, the sequence of an identity, a rule that is a view's query).
  void note_piece(Catalog catalog, Oid oid, Handle of);
  /// The object that the row became or is a piece of.
  std::optional<Handle> meant_by(Oid catalog, Oid oid, int column = 0) const;

  /// Members of extensions are left out; what needs one of them needs the extension.
  void note_member(Oid catalog, Oid oid, Oid extension);
  bool is_member(Catalog catalog, Oid oid) const;
  std::optional<Oid> extension_of(Oid catalog, Oid oid) const;

  FoundRelations& relations() { return relations_; }
  NameQuoting& quoted() { return quoted_; }

private:
  pg::Session& session_;
  const Scope& scope_;
  const Wait& wait_;
  int version_;
  schema::SchemaBuilder builder_;
  std::unordered_map<std::uint64_t, Handle> objects_;
  std::unordered_map<std::uint64_t, Handle> columns_;
  std::unordered_map<Oid, std::string> schemas_;
  std::unordered_map<std::uint64_t, Handle> pieces_;
  std::unordered_map<std::uint64_t, Oid> members_;
  FoundRelations relations_;
  NameQuoting quoted_;
};

} // namespace slipway::inspect
