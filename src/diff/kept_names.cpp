// A view that can be written through stands for a table under names that it has no longer.
// https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS
#include "slipway/diff/kept_names.hpp"

#include "naming.hpp"
#include "privileges.hpp"

#include "slipway/schema/acl.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_has_security_invoker = 150000;

// A table that gets another name, or whose columns do.
struct Renamed {
  Object table;
  std::string schema; ///< of the new name
  std::string name;
  std::map<std::string, std::string> columns; ///< new names by old ones
  bool keeps_its_name() const { return schema == table.schema() && name == table.name(); }
};

int place_of(const Object& column) {
  const auto text = column.has(Property::position) ? column.text(Property::position)
                                                   : column.text(Property::ordinal);
  int place = 0;
  std::from_chars(text.data(), text.data() + text.size(), place);
  return place;
}

std::vector<Object> columns_in_order(const Object& table) {
  auto columns = table.parts(Kind::column);
  std::stable_sort(columns.begin(), columns.end(), [](const Object& one, const Object& other) {
    return place_of(one) < place_of(other);
  });
  return columns;
}

class Renames {
public:
  Renames(const schema::Schema& from, const std::vector<std::vector<Rename>>& steps) : from_(from) {
    for (const auto& step : steps)
      for (const auto& one : step) note(one);
  }

  std::vector<Renamed> all() const {
    std::vector<Renamed> renamed;
    for (const auto& [identity, one] : by_table_) renamed.push_back(one);
    return renamed;
  }

  // Whether it is of a column whose table keeps its name.
  bool waits(const Rename& rename) const {
    if (rename.from.kind != Kind::column) return false;
    const auto found = by_table_.find(table_of(rename.from));
    return found != by_table_.end() && found->second.keeps_its_name();
  }

private:
  // A part may be named under the new name of its table.
  Identity table_of(const Identity& column) const {
    for (const auto& [identity, one] : by_table_)
      if (one.schema == column.schema && one.name == column.name) return identity;
    return {Kind::table, column.schema, column.name, {}};
  }

  void note(const Rename& rename) {
    if (rename.from.kind != Kind::column && rename.from.kind != Kind::table) return;
    const auto of = rename.from.kind == Kind::table ? known_as(rename.from) : table_of(rename.from);
    const auto table = from_.find(of);
    if (!table) return;
    auto& one =
        by_table_
            .try_emplace(
                of, Renamed{*table, std::string(table->schema()), std::string(table->name()), {}})
            .first->second;
    if (rename.from.kind == Kind::column) {
      one.columns[rename.from.part] = rename.to.part;
    } else {
      one.schema = rename.to.schema;
      one.name = rename.to.name;
    }
  }

  Identity known_as(const Identity& table) const {
    for (const auto& [identity, one] : by_table_)
      if (one.schema == table.schema && one.name == table.name) return identity;
    return table;
  }

  const schema::Schema& from_;
  std::map<Identity, Renamed> by_table_;
};

class Keeper {
public:
  Keeper(const schema::Schema& from, KeptNames& kept) : from_(from), kept_(kept) {}

  void keep(const Renamed& renamed) {
    if (refused(renamed)) return;
    renamed.keeps_its_name() ? under_another_name(renamed) : under_the_old_name(renamed);
  }

private:
  using Statements = std::vector<Statement>;

  // The table has its new names, and the view the old ones.
  void under_the_old_name(const Renamed& renamed) {
    const auto view = qualified(renamed.table);
    const auto base = qualified(renamed.schema, renamed.name);
    std::string list;
    for (const auto& column : columns_in_order(renamed.table)) {
      const auto next = renamed.columns.find(std::string(column.part()));
      list += list.empty() ? "" : ", ";
      list += next == renamed.columns.end() ? ident(column.part())
                                            : ident(next->second) + " AS " + ident(column.part());
    }
    auto make = view_over(renamed, base, list);
    const Statements drop{step("drop view", "DROP VIEW " + view, view)};
    append(kept_.expand, make);
    append(kept_.undo_expand, drop);
    append(kept_.contract, drop);
    append(kept_.undo_contract, std::move(make));
  }

  // The table steps aside, and the view has both names of each renamed column.
  void under_another_name(const Renamed& renamed) {
    const auto view = qualified(renamed.table);
    const auto aside = temporary_name(renamed.name);
    kept_.aside.push_back(view);
    const auto base = qualified(renamed.schema, aside);
    std::string list;
    for (const auto& column : columns_in_order(renamed.table))
      list += (list.empty() ? "" : ", ") + ident(column.part());
    for (const auto& [before, after] : renamed.columns)
      list += ", " + ident(before) + " AS " + ident(after);
    Statements make{
        step("rename table", "ALTER TABLE " + view + " RENAME TO " + ident(aside), view)};
    append(make, view_over(renamed, base, list));
    Statements undo{
        step("drop view", "DROP VIEW " + view, view),
        step("rename table", "ALTER TABLE " + base + " RENAME TO " + ident(renamed.name), view)};
    auto contract = undo;
    Statements undo_contract;
    for (const auto& [before, after] : renamed.columns) {
      contract.push_back(rename_column(view, before, after));
      undo_contract.push_back(rename_column(view, after, before));
    }
    append(undo_contract, make);
    append(kept_.expand, std::move(make));
    append(kept_.undo_expand, std::move(undo));
    append(kept_.contract, std::move(contract));
    append(kept_.undo_contract, std::move(undo_contract));
  }

  static Statement rename_column(const std::string& table, const std::string& from,
                                 const std::string& to) {
    return step("rename column",
                "ALTER TABLE " + table + " RENAME COLUMN " + ident(from) + " TO " + ident(to),
                table);
  }

  Statements view_over(const Renamed& renamed, const std::string& base, const std::string& list) {
    const auto& table = renamed.table;
    const auto view = qualified(table);
    const bool asks_as_caller = from_.origin().server_version >= k_has_security_invoker;
    Statements made{step("create view",
                         "CREATE VIEW " + view +
                             (asks_as_caller ? " WITH (security_invoker = true)" : "") +
                             " AS SELECT " + list + " FROM " + base,
                         view)};
    if (table.has(Property::owner))
      made.push_back(step(
          "owner", "ALTER VIEW " + view + " OWNER TO " + ident(table.text(Property::owner)), view));
    made.push_back(step("comment",
                        "COMMENT ON VIEW " + view + " IS " +
                            literal("stands for " + base + " until nobody uses the old names"),
                        view));
    grant(table, {}, made);
    for (const auto& column : columns_in_order(table)) {
      grant(column, ident(column.part()), made);
      const auto next = renamed.columns.find(std::string(column.part()));
      if (renamed.keeps_its_name() && next != renamed.columns.end())
        grant(column, ident(next->second), made);
    }
    return made;
  }

  // What rows may be read and written by; the rest of a table's privileges is no use on a view.
  static void grant(const Object& object, const std::string& column, Statements& made) {
    const auto view = qualified(object);
    for (const auto& text : object.list(Property::acl)) {
      if (text.empty()) continue;
      const auto item = schema::parse_acl_item(text);
      std::string letters;
      for (const char letter : item.privileges)
        if (std::string_view("rawd").find(letter) != std::string_view::npos) letters += letter;
      if (item.grantee == schema::AclItem::Grantee::owner || letters.empty()) continue;
      std::string words;
      for (const auto& word : privilege_words(letters))
        words += (words.empty() ? "" : ", ") + word +
                 (column.empty() ? std::string() : " (" + column + ")");
      const auto role = item.grantee == schema::AclItem::Grantee::everybody ? std::string("PUBLIC")
                                                                            : ident(item.role);
      made.push_back(step("grant", "GRANT " + words + " ON TABLE " + view + " TO " + role, view));
    }
  }

  bool refused(const Renamed& renamed) {
    const auto& table = renamed.table;
    std::string why;
    if (table.has(Property::row_security) && from_.origin().server_version < k_has_security_invoker)
      why = "row level security would be that of the view's owner before PostgreSQL 15";
    else if (renamed.keeps_its_name() && is_published(table))
      why = "it is published, and subscribers know it by its name, which changes for a while";
    if (why.empty()) return false;
    kept_.refusals.push_back({table.path(), "a view cannot stand for it: " + why +
                                                "; rename it without --keep-old-names, or add the "
                                                "new one beside it"});
    return true;
  }

  bool is_published(const Object& table) const {
    const auto publications = from_.objects(Kind::publication);
    return std::any_of(publications.begin(), publications.end(), [&](const Object& one) {
      const auto& all = from_.dependencies();
      const Identity holder{Kind::schema, {}, std::string(table.schema()), {}};
      const auto schema = from_.find(holder);
      const auto needs = [&](const Object& what) {
        return std::binary_search(all.begin(), all.end(),
                                  schema::Dependency{one.index(), what.index()});
      };
      return one.has(Property::all_tables) || needs(table) || (schema && needs(*schema));
    });
  }

  static Statement step(std::string kind, std::string sql, const std::string& object) {
    Statement statement;
    statement.sql = std::move(sql);
    statement.kind = std::move(kind);
    statement.object = "table " + object;
    return statement;
  }

  static void append(Statements& all, Statements more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  }

  const schema::Schema& from_;
  KeptNames& kept_;
};

} // namespace

KeptNames keep_names(const schema::Schema& from, const std::vector<std::vector<Rename>>& renames) {
  KeptNames kept;
  const Renames noted(from, renames);
  for (const auto& step : renames) {
    std::vector<Rename> now;
    std::copy_if(step.begin(), step.end(), std::back_inserter(now),
                 [&](const Rename& one) { return !noted.waits(one); });
    kept.renames_now.push_back(std::move(now));
  }
  Keeper keeper(from, kept);
  for (const auto& one : noted.all()) keeper.keep(one);
  return kept;
}

} // namespace slipway::diff
