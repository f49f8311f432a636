#include "privileges.hpp"

#include "naming.hpp"
#include "rules/default_privileges.hpp"

#include "slipway/schema/acl.hpp"

#include <array>
#include <map>

namespace slipway::diff {

namespace {

using schema::AclItem;
using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

struct Letter {
  char letter;
  std::string_view word;
};

// https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE
constexpr auto k_letters = std::to_array<Letter>({
    {'r', "SELECT"},
    {'a', "INSERT"},
    {'w', "UPDATE"},
    {'d', "DELETE"},
    {'D', "TRUNCATE"},
    {'x', "REFERENCES"},
    {'t', "TRIGGER"},
    {'m', "MAINTAIN"},
    {'X', "EXECUTE"},
    {'U', "USAGE"},
    {'C', "CREATE"},
});

std::string_view word_of(char letter) {
  for (const auto& one : k_letters)
    if (one.letter == letter) return one.word;
  return "ALL";
}

constexpr int k_has_maintain = 170000;

// What ALTER DEFAULT PRIVILEGES calls objects of the kind; of other kinds their own word.
std::string_view objects_of(Kind kind) {
  switch (kind) {
  case Kind::table:
  case Kind::foreign_table:
  case Kind::view:
  case Kind::materialized_view:
    return "TABLES";
  case Kind::sequence:
    return "SEQUENCES";
  case Kind::function:
  case Kind::procedure:
  case Kind::aggregate:
    return "FUNCTIONS";
  case Kind::enum_type:
  case Kind::domain:
  case Kind::composite_type:
  case Kind::range_type:
  case Kind::base_type:
    return "TYPES";
  case Kind::schema:
    return "SCHEMAS";
  default:
    return schema::kind_name(kind);
  }
}

struct Holder {
  AclItem::Grantee grantee;
  std::string role;
  auto operator<=>(const Holder&) const = default;
};
enum class Hold { without_option, with_option };
using Privileges = std::map<Holder, std::map<char, Hold>>;

void note(Privileges& privileges, const Holder& holder, std::string_view letters) {
  for (std::size_t at = 0; at < letters.size(); ++at) {
    if (letters[at] == '*') continue;
    const bool option = at + 1 < letters.size() && letters[at + 1] == '*';
    auto& hold = privileges[holder][letters[at]];
    if (option) hold = Hold::with_option;
  }
}

Privileges built_in(const Scene& scene, const Object& object) {
  Privileges privileges;
  const auto objects = objects_of(object.kind());
  note(privileges, {AclItem::Grantee::owner, {}},
       built_in_of_owner(objects, scene.from.origin().server_version));
  note(privileges, {AclItem::Grantee::everybody, {}}, built_in_of_everybody(objects));
  return privileges;
}

void note_all(Privileges& privileges, const Object& object, Property property = Property::acl) {
  for (const auto& text : object.list(property)) {
    if (text.empty()) continue;
    const auto item = schema::parse_acl_item(text);
    note(privileges, {item.grantee, item.role}, item.privileges);
  }
}

Privileges of(const Scene& scene, const Object& object) {
  if (!object.has(Property::acl)) return built_in(scene, object);
  Privileges privileges;
  note_all(privileges, object);
  return privileges;
}

// What it has when it is made: default privileges as they are before the plan, which changes them
// last. A plan is run by the owner of the database.
Privileges of_new(const Scene& scene, const Object& object) {
  auto privileges = built_in(scene, object);
  const auto in_force = [&](std::string_view schema) {
    const Identity entry{Kind::default_privileges,
                         {},
                         ident(scene.from.origin().owner) +
                             (schema.empty() ? "" : " in " + ident(schema)) + " on " +
                             std::string(objects_of(object.kind())),
                         {}};
    return scene.from.find(entry);
  };
  // One for all schemas says everything, one for the object's adds to that.
  if (const auto everywhere = in_force({})) {
    privileges.clear();
    note_all(privileges, *everywhere);
  }
  if (object.schema().empty()) return privileges;
  if (const auto here = in_force(object.schema())) note_all(privileges, *here);
  return privileges;
}

// What has a column's name for its part.
bool is_of_column(Kind kind) {
  return kind == Kind::column || kind == Kind::member_grants;
}

std::string target_of(const Object& object) {
  switch (object.kind()) {
  case Kind::member_grants:
    return std::string(object.name());
  case Kind::column:
  case Kind::table:
  case Kind::view:
  case Kind::materialized_view:
  case Kind::foreign_table:
    return "TABLE " + qualified(object);
  case Kind::aggregate:
    return "FUNCTION " + qualified(object) + "(" + std::string(object.part()) + ")";
  case Kind::domain:
    return "TYPE " + qualified(object);
  case Kind::server:
    return "FOREIGN SERVER " + qualified(object);
  default:
    return sql_name(object.identity());
  }
}

class Writer {
public:
  Writer(const Object& object, std::string owner, Draft& draft)
      : object_(object), owner_(std::move(owner)), draft_(draft) {}

  void change(const Privileges& before, const Privileges& after) {
    // What is taken away comes first: a REVOKE on a table takes its columns' privileges, too.
    for (const auto& [holder, letters] : before) {
      revoke(holder, letters, after);
      revoke_option(holder, letters, after);
    }
    grant_all(before, after);
  }
  void grant_all(const Privileges& before, const Privileges& after) {
    for (const auto& [holder, letters] : after) {
      grant(holder, letters, before, Hold::without_option);
      grant(holder, letters, before, Hold::with_option);
    }
  }

private:
  static const std::map<char, Hold>& find(const Privileges& all, const Holder& holder) {
    static const std::map<char, Hold> none;
    const auto found = all.find(holder);
    return found == all.end() ? none : found->second;
  }

  void revoke(const Holder& holder, const std::map<char, Hold>& letters, const Privileges& after) {
    std::string gone;
    for (const auto& [letter, hold] : letters)
      if (!find(after, holder).contains(letter)) gone += letter;
    if (!gone.empty())
      draft_.add("revoke",
                 "REVOKE " + list(gone) + " ON " + target_of(object_) + " FROM " + name(holder));
  }

  void revoke_option(const Holder& holder, const std::map<char, Hold>& letters,
                     const Privileges& after) {
    std::string gone;
    for (const auto& [letter, hold] : letters) {
      const auto& kept = find(after, holder);
      const auto found = kept.find(letter);
      if (hold == Hold::with_option && found != kept.end() && found->second == Hold::without_option)
        gone += letter;
    }
    if (!gone.empty())
      draft_.add("revoke", "REVOKE GRANT OPTION FOR " + list(gone) + " ON " + target_of(object_) +
                               " FROM " + name(holder));
  }

  void grant(const Holder& holder, const std::map<char, Hold>& letters, const Privileges& before,
             Hold wanted) {
    std::string gained;
    for (const auto& [letter, hold] : letters) {
      if (hold != wanted) continue;
      const auto& had = find(before, holder);
      const auto found = had.find(letter);
      if (found == had.end() || (hold == Hold::with_option && found->second != hold))
        gained += letter;
    }
    if (!gained.empty())
      draft_.add("grant", "GRANT " + list(gained) + " ON " + target_of(object_) + " TO " +
                              name(holder) +
                              (wanted == Hold::with_option ? " WITH GRANT OPTION" : ""));
  }

  std::string list(std::string_view letters) const {
    std::string text;
    for (const auto& word : privilege_words(letters)) {
      text += (text.empty() ? "" : ", ") + word;
      if (!object_.part().empty() && is_of_column(object_.kind()))
        text += " (" + ident(object_.part()) + ")";
    }
    return text;
  }

  std::string name(const Holder& holder) const {
    if (holder.grantee == AclItem::Grantee::everybody) return "PUBLIC";
    return ident(holder.grantee == AclItem::Grantee::owner ? owner_ : holder.role);
  }

  const Object& object_;
  std::string owner_;
  Draft& draft_;
};

// What a REVOKE on a table takes from a column that keeps it.
Privileges taken_along(const Privileges& before, const Privileges& after,
                       const Privileges& of_column) {
  Privileges taken;
  for (const auto& [holder, letters] : before)
    for (const auto& [letter, hold] : letters) {
      const auto kept_by = after.find(holder);
      const bool kept = kept_by != after.end() && kept_by->second.contains(letter) &&
                        (hold == Hold::without_option || kept_by->second.at(letter) == hold);
      const auto held_by = of_column.find(holder);
      if (!kept && held_by != of_column.end() && held_by->second.contains(letter))
        taken[holder][letter] = held_by->second.at(letter);
    }
  return taken;
}

// What a new owner had been granted is part of the owner's privileges from then on.
void hand_over(Privileges& privileges, const std::string& new_owner) {
  const auto granted = privileges.find({AclItem::Grantee::role, new_owner});
  if (granted == privileges.end()) return;
  auto& owned = privileges[{AclItem::Grantee::owner, {}}];
  for (const auto& [letter, hold] : granted->second) owned.emplace(letter, hold);
  privileges.erase(granted);
}

// A part has the owner of what it is a part of, a sequence of a column that of its table.
std::string owner_of(const schema::Schema& schema, const Object& object,
                     const std::string& database_owner) {
  auto holder = object.parent().value_or(object);
  if (object.has(Property::owned_by)) {
    const auto column = split_name(object.text(Property::owned_by));
    if (const auto table = schema.relation(column.schema, column.name)) holder = *table;
  }
  return holder.has(Property::owner) ? std::string(holder.text(Property::owner)) : database_owner;
}

} // namespace

std::vector<std::string> privilege_words(std::string_view letters) {
  std::vector<std::string> words;
  // In the order of the table above, which is the one of the documentation.
  for (const auto& one : k_letters)
    if (letters.find(one.letter) != std::string_view::npos) words.emplace_back(one.word);
  for (const char letter : letters)
    if (letter != '*' && word_of(letter) == "ALL") return {"ALL"};
  return words;
}

std::string built_in_of_owner(std::string_view objects, int server_version) {
  if (objects == "TABLES") return server_version >= k_has_maintain ? "arwdDxtm" : "arwdDxt";
  if (objects == "SEQUENCES") return "rwU";
  if (objects == "FUNCTIONS") return "X";
  if (objects == "SCHEMAS") return "UC";
  if (objects == "LARGE OBJECTS") return "rw";
  return objects == "column" ? "" : "U";
}

std::string built_in_of_everybody(std::string_view objects) {
  if (objects == "FUNCTIONS") return "X";
  return objects == "TYPES" || objects == "language" ? "U" : "";
}

void change_member_grants(const Scene& scene, const std::optional<Object>& from,
                          const std::optional<Object>& to, Draft& draft) {
  // What both have and what both lack stays, whatever it is that the extension began with.
  Privileges before;
  Privileges after;
  if (from) {
    note_all(before, *from);
    note_all(after, *from, Property::revoked_acl);
  }
  if (to) {
    note_all(before, *to, Property::revoked_acl);
    note_all(after, *to);
  }
  Writer(to ? *to : *from, scene.from.origin().owner, draft).change(before, after);
}

void grant_to_new(const Scene& scene, const Object& object, Draft& draft) {
  if (object.kind() == Kind::member_grants) return change_member_grants(scene, {}, object, draft);
  if (object.kind() == Kind::default_privileges) return;
  // A type that is only declared has no privileges yet.
  if (object.kind() == Kind::base_type && !object.has(Property::clauses)) return;
  const auto owner = owner_of(scene.to, object, scene.from.origin().owner);
  auto before = of_new(scene, object);
  hand_over(before, owner);
  Writer(object, owner, draft).change(before, of(scene, object));
}

void change_privileges(const Scene& scene, const Object& from, const Object& to, Draft& draft) {
  if (to.kind() == Kind::default_privileges) return change_default_privileges(from, to, draft);
  if (to.kind() == Kind::member_grants) return change_member_grants(scene, from, to, draft);
  const auto owner = owner_of(scene.to, to, scene.from.origin().owner);
  auto before = of(scene, from);
  if (owner != owner_of(scene.from, from, scene.from.origin().owner)) hand_over(before, owner);
  const auto after = of(scene, to);
  Writer(to, owner, draft).change(before, after);
  if (!is_relation(to.kind())) return;
  for (const auto& column : from.parts(Kind::column)) {
    const auto stays = to.part(Kind::column, column.part());
    if (!stays || !column.has(Property::acl)) continue;
    const auto taken = taken_along(before, after, of(scene, column));
    Writer(*stays, owner, draft).grant_all({}, taken);
  }
}

} // namespace slipway::diff
