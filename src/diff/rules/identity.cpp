// Identity columns, and columns that become such or are so no longer: the next value is the same
// before and after.
#include "identity.hpp"

#include "naming.hpp"
#include "privileges.hpp"
#include "sequence_options.hpp"

#include "slipway/schema/usual_name.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::optional<std::string> option(const Object& column, std::string_view words) {
  for (const auto& one : column.list(Property::identity_options))
    if (one.starts_with(words)) return one.substr(words.size());
  return std::nullopt;
}

std::string upper_kind(const Object& column) {
  return column.text(Property::identity) == "always" ? "ALWAYS" : "BY DEFAULT";
}

std::string alter_column(const Object& column) {
  return "ALTER TABLE " + qualified(column) + " ALTER COLUMN " + ident(column.part()) + " ";
}

bool owns_more(const schema::Schema& schema, const Object& column, const Object* but) {
  for (const auto& sequence : schema.objects(Kind::sequence)) {
    if (!sequence.has(Property::owned_by)) continue;
    const auto owner = split_name(sequence.text(Property::owned_by));
    if (owner.schema == column.schema() && owner.name == column.name() &&
        owner.column == column.part() && !(but != nullptr && sequence == *but))
      return true;
  }
  return false;
}

// Of several sequences of one column pg_get_serial_sequence() gives any: `owns_more` is for that.
std::string sequence_of_column(const Object& column, const std::string& name, bool owns_more) {
  if (owns_more) return literal(name);
  return "pg_catalog.pg_get_serial_sequence(" + literal(qualified(column)) + ", " +
         literal(column.part()) + ")";
}

// The sequence as an object of its own, for what knows how to write privileges.
schema::Schema as_sequence(const Object& column) {
  schema::SchemaBuilder builder;
  const auto name = split_name(identity_sequence(column));
  const auto handle = builder.add(Kind::sequence, name.schema, name.name);
  if (column.has(Property::identity_acl))
    builder.set(handle, Property::acl, column.text(Property::identity_acl));
  if (const auto table = column.parent(); table && table->has(Property::owner))
    builder.set(handle, Property::owner, table->text(Property::owner));
  return builder.finish({});
}

void past_the_rows(const Object& column, const std::string& sequence,
                   const SequenceOptions& options, Draft& draft) {
  const auto name = ident(column.part());
  const std::string last =
      (options.increment > 0 ? "pg_catalog.max(" : "pg_catalog.min(") + name + ")";
  draft
      .add("set sequence", "SELECT pg_catalog.setval(" + sequence + ", " + last + ") FROM " +
                               qualified(column) + " HAVING " + last + " BETWEEN " +
                               std::to_string(options.minimum) + " AND " +
                               std::to_string(options.maximum))
      .with_previous();
}

// The sequence that the default takes its values from.
std::optional<Object> default_sequence(const schema::Schema& schema, const Object& column) {
  constexpr std::string_view k_begin = "nextval('";
  const auto text = column.text(Property::default_value);
  const auto begin = text.find(k_begin);
  const auto end = text.rfind("'::regclass)");
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  const auto name = split_name(text.substr(begin + k_begin.size(), end - begin - k_begin.size()));
  return schema.find({Kind::sequence, name.schema, name.name, {}});
}

void add_identity(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto old = serial_sequence(scene.from, alteration.from);
  auto old_name = old ? qualified(*old) : std::string();
  bool with_previous = false;
  if (old) {
    draft.add("own sequence", "ALTER SEQUENCE " + old_name + " OWNED BY NONE");
    if (const auto aside = stands_aside_for_identity(scene, *old); !aside.empty()) {
      draft.add("rename sequence", "ALTER SEQUENCE " + old_name + " RENAME TO " + ident(aside));
      old_name = qualified(old->schema(), aside);
      with_previous = true;
    }
  }
  draft.add("add identity", alter_column(to) + "ADD" + identity_clause(to));
  if (with_previous) draft.with_previous();
  const auto sequence = sequence_of_column(
      to, identity_sequence(to), owns_more(scene.from, alteration.from, old ? &*old : nullptr));
  if (old)
    draft
        .add("set sequence", "SELECT pg_catalog.setval(" + sequence + ", pg_catalog.nextval(" +
                                 literal(old_name) + "), false)")
        .with_previous();
  else
    past_the_rows(to, sequence, options_of_identity(to), draft);
  complete_identity(scene, to, draft);
}

void drop_identity(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto successor = serial_sequence(scene.to, alteration.to);
  if (successor && !scene.from.find(successor->identity())) {
    const auto& before = alteration.from;
    const auto name = identity_in_the_way(scene, *successor)
                          ? qualified(successor->schema(), temporary_name(successor->name()))
                          : identity_sequence(before);
    draft.add(
        "set sequence",
        "SELECT pg_catalog.setval(" + literal(qualified(*successor)) + ", pg_catalog.nextval(" +
            sequence_of_column(before, name, owns_more(scene.from, before, nullptr)) + "), false)");
  }
  draft.add("drop identity", alter_column(alteration.to) + "DROP IDENTITY");
}

void set_identity_comment(const Object& column, Draft& draft) {
  const auto text = column.get(Property::identity_comment);
  draft.add("comment", "COMMENT ON SEQUENCE " + identity_sequence(column) + " IS " +
                           (text ? literal(*text) : "NULL"));
}

// Before 15 sequences are logged, whatever their table is.
constexpr int k_unlogged_sequences = 150000;

bool is_unlogged(const Object& column) {
  if (option(column, "UNLOGGED")) return true;
  const auto table = column.parent();
  return !option(column, "LOGGED") && table && table->text(Property::persistence) == "unlogged";
}

void change_options(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto to = options_of_identity(alteration.to);
  auto from = options_of_identity(alteration.from);
  // The sequence follows the column's type by itself.
  if (!option(alteration.from, "AS ") && !option(alteration.to, "AS "))
    from = with_type(from, to.type);
  const auto name = identity_sequence(alteration.to);
  change_sequence(name, from, to, draft);
  const auto said = [](const Object& column) {
    return option(column, "LOGGED") || option(column, "UNLOGGED");
  };
  if (scene.to.origin().server_version >= k_unlogged_sequences &&
      (said(alteration.from) || said(alteration.to)) &&
      (is_unlogged(alteration.from) != is_unlogged(alteration.to) || said(alteration.to)))
    draft.add("alter sequence", "ALTER SEQUENCE " + name +
                                    (is_unlogged(alteration.to) ? " SET UNLOGGED" : " SET LOGGED"));
}

} // namespace

bool has_own_identity(const Scene& scene, const Object& column) {
  if (!column.has(Property::identity)) return false;
  const auto table = column.parent();
  return scene.to.origin().server_version < 170000 || !table || !table->has(Property::partition_of);
}

std::string identity_clause(const Object& column) {
  std::string options;
  for (const auto& one : column.list(Property::identity_options))
    if (!one.starts_with("AS ") && one != "LOGGED" && one != "UNLOGGED")
      options += (options.empty() ? "" : " ") + one;
  const auto wanted = options_of_identity(column);
  if (!option(column, "START WITH ") && start_of_new(wanted) != wanted.start)
    options += " START WITH " + std::to_string(wanted.start);
  return " GENERATED " + upper_kind(column) + " AS IDENTITY" +
         (options.empty() ? "" : " (" + options + ")");
}

std::string identity_sequence(const Object& column) {
  if (const auto name = option(column, "SEQUENCE NAME ")) return *name;
  return qualified(column.schema(), schema::usual_name(column.name(), column.part(), "seq"));
}

void complete_identity(const Scene& scene, const Object& column, Draft& draft) {
  const auto alter = "ALTER SEQUENCE " + identity_sequence(column) + " ";
  if (const auto type = option(column, "AS ")) {
    // Limits that are those of the column's type would go with that.
    std::string sql = alter + "AS " + *type;
    for (const std::string limit : {"MINVALUE ", "MAXVALUE "})
      if (const auto value = option(column, limit)) sql += " " + limit + *value;
    draft.add("alter sequence", sql);
  }
  if (scene.to.origin().server_version >= k_unlogged_sequences) {
    if (option(column, "LOGGED")) draft.add("alter sequence", alter + "SET LOGGED");
    if (option(column, "UNLOGGED")) draft.add("alter sequence", alter + "SET UNLOGGED");
  }
  const auto sequence = as_sequence(column);
  grant_to_new(scene, sequence.at(0), draft);
  if (column.has(Property::identity_comment)) set_identity_comment(column, draft);
}

void change_identity(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const bool was = has_own_identity(scene, alteration.from);
  const bool is = has_own_identity(scene, alteration.to);
  if (!was && !is) return;
  if (!was) return add_identity(scene, alteration, draft);
  if (!is) return drop_identity(scene, alteration, draft);
  const auto name_before = identity_sequence(alteration.from);
  const auto name_after = identity_sequence(alteration.to);
  if (name_before != name_after)
    draft.add("rename sequence",
              "ALTER SEQUENCE " + name_before + " RENAME TO " + ident(split_name(name_after).name));
  if (alteration.has(Property::identity))
    draft.add("alter identity",
              alter_column(alteration.to) + "SET GENERATED " + upper_kind(alteration.to));
  if (alteration.has(Property::identity_options)) change_options(scene, alteration, draft);
  if (alteration.has(Property::identity_comment)) set_identity_comment(alteration.to, draft);
  if (!alteration.has(Property::identity_acl)) return;
  const auto before = as_sequence(alteration.from);
  const auto after = as_sequence(alteration.to);
  change_privileges(scene, before.at(0), after.at(0), draft);
}

std::optional<Object> serial_sequence(const schema::Schema& schema, const Object& column) {
  const auto sequence = default_sequence(schema, column);
  if (!sequence || !sequence->has(Property::owned_by)) return std::nullopt;
  const auto owner = split_name(sequence->text(Property::owned_by));
  const bool own = owner.schema == column.schema() && owner.name == column.name() &&
                   owner.column == column.part();
  return own ? sequence : std::nullopt;
}

void count_past_rows(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto sequence = default_sequence(scene.to, alteration.to);
  if (!sequence || scene.from.find(sequence->identity()) || alteration.from.has(Property::identity))
    return;
  past_the_rows(alteration.to, literal(qualified(*sequence)), options_of_sequence(*sequence),
                draft);
}

std::string stands_aside_for_identity(const Scene& scene, const Object& sequence) {
  if (!sequence.has(Property::owned_by)) return {};
  const auto owner = split_name(sequence.text(Property::owned_by));
  const auto column = scene.to.find({Kind::column, owner.schema, owner.name, owner.column});
  const auto before = scene.from.find({Kind::column, owner.schema, owner.name, owner.column});
  if (!column || !before || before->has(Property::identity) || !has_own_identity(scene, *column) ||
      identity_sequence(*column) != qualified(sequence))
    return {};
  return temporary_name(sequence.name());
}

std::optional<Object> identity_in_the_way(const Scene& scene, const Object& sequence) {
  if (!sequence.has(Property::owned_by)) return std::nullopt;
  const auto owner = split_name(sequence.text(Property::owned_by));
  const auto column = scene.from.find({Kind::column, owner.schema, owner.name, owner.column});
  const auto after = scene.to.find({Kind::column, owner.schema, owner.name, owner.column});
  if (!column || !after || after->has(Property::identity) || !has_own_identity(scene, *column) ||
      identity_sequence(*column) != qualified(sequence))
    return std::nullopt;
  return column;
}

} // namespace slipway::diff
