// Takes a snapshot apart. Nothing in it is believed: the file may have been merged by hand.
#include "json_reader.hpp"
#include "json_text.hpp"
#include "slipway/base/text.hpp"
#include "slipway/schema/snapshot.hpp"

#include <charconv>
#include <functional>
#include <set>
#include <unordered_map>

namespace slipway::schema {

namespace {

constexpr std::string_view k_format = "slipway schema";

// As it may stand in a message of one line.
std::string quoted(std::string_view text) {
  std::string json;
  add_json_string(json, text);
  return json;
}

// A name that is not known, with the nearest one that is.
Error unknown(Error error, std::string_view name, const std::vector<std::string>& known) {
  if (const auto meant = nearest(name, known))
    return std::move(error).with_hint("did you mean " + quoted(*meant) + "?");
  return std::move(error).with_hint("a newer slipway may have written this snapshot");
}

Result<Kind> kind_of(const JsonReader& reader, std::string_view name) {
  if (const auto kind = kind_named(name)) return *kind;
  std::vector<std::string> known;
  for (const auto kind : all_kinds()) known.emplace_back(kind_name(kind));
  return fail(
      unknown(reader.error("there is no kind of object called " + quoted(name)), name, known));
}

Result<Property> property_of(const JsonReader& reader, std::string_view name) {
  if (const auto property = property_named(name)) return *property;
  std::vector<std::string> known;
  for (const auto property : all_properties()) known.emplace_back(property_name(property));
  return fail(unknown(reader.error("there is no property called " + quoted(name)), name, known));
}

// The members of an object: `take` reads the value of each.
Status members(JsonReader& reader, const std::function<Status(const std::string&)>& take) {
  SLIPWAY_TRY(reader.take('{', "an object"));
  if (reader.take_if('}')) return {};
  std::set<std::string> seen;
  do {
    SLIPWAY_ASSIGN(const auto name, reader.string());
    if (!seen.insert(name).second) return fail(reader.error(quoted(name) + " is said twice"));
    SLIPWAY_TRY(reader.take(':', "\":\""));
    SLIPWAY_TRY(take(name));
  } while (reader.take_if(','));
  return reader.take('}', "\",\" or the end of the object");
}

struct Value {
  Property property;
  std::string text;
};

// An object as it stands in the text, before it is known what it belongs to.
struct Draft {
  std::optional<Kind> kind;
  std::string schema, name, part;
  std::vector<Value> values;
  struct Need {
    std::optional<std::string> path; ///< or, without it,
    std::uint64_t index = 0;         ///< the place among the objects
    std::size_t offset = 0;          ///< in the text, for errors
  };
  std::vector<Need> needs;
};

class Reader {
public:
  Reader(std::string_view text, std::string_view file) : json_(text, file) {}

  Result<Schema> read() {
    SLIPWAY_TRY(members(json_, [this](const std::string& name) { return member(name); }));
    SLIPWAY_TRY(json_.end());
    if (!objects_seen_) return fail(json_.error_here("the snapshot has no \"objects\""));
    SLIPWAY_TRY(resolve_needs());
    return builder_.finish(std::move(origin_));
  }

private:
  Status member(const std::string& name) {
    // Another format or version may mean anything by what follows.
    if (name == "format") return read_format();
    if (!format_seen_) return fail(json_.error("a snapshot begins with \"format\""));
    if (name == "version") return read_version();
    if (!version_seen_) return fail(json_.error("\"version\" comes after \"format\""));
    if (name == "server_version") return read_integer(origin_.server_version);
    if (name == "owner") return read_text(origin_.owner);
    if (name == "encoding") return read_text(origin_.encoding);
    if (name == "locale") return read_text(origin_.locale);
    if (name == "left_out") {
      SLIPWAY_ASSIGN(origin_.left_out, json_.strings());
      return {};
    }
    if (name == "dependencies") {
      dependencies_ = json_.take_word_if("true");
      if (dependencies_)
        builder_.dependencies_read();
      else if (!json_.take_word_if("false"))
        return fail(json_.error_here("expected true or false"));
      return {};
    }
    if (name == "objects") return read_objects();
    return fail(json_.error("a snapshot has no member " + quoted(name)));
  }

  Status read_format() {
    std::string format;
    SLIPWAY_TRY(read_text(format));
    if (format != k_format)
      return fail(json_.error("this is no snapshot of a schema: its format is " + quoted(format)));
    format_seen_ = true;
    return {};
  }

  Status read_version() {
    int version = 0;
    SLIPWAY_TRY(read_integer(version));
    if (version != 1)
      return fail(json_.error("version " + std::to_string(version) + " of the format is not known")
                      .with_hint("a newer slipway wrote this snapshot"));
    version_seen_ = true;
    return {};
  }

  Status read_text(std::string& into) {
    SLIPWAY_ASSIGN(into, json_.string());
    return {};
  }

  template<class Number>
  Status read_integer(Number& into) {
    SLIPWAY_ASSIGN(const auto text, json_.number());
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, into);
    if (read.ec != std::errc() || read.ptr != end)
      return fail(json_.error("expected a whole number"));
    return {};
  }

  Status read_objects() {
    objects_seen_ = true;
    SLIPWAY_TRY(json_.take('[', "a list of objects"));
    if (json_.take_if(']')) return {};
    do {
      SLIPWAY_TRY(read_object());
    } while (json_.take_if(','));
    return json_.take(']', "\",\" or the end of the objects");
  }

  Status read_object() {
    Draft draft;
    json_.peek();
    const auto start = json_.offset();
    SLIPWAY_TRY(
        members(json_, [&](const std::string& name) { return object_member(draft, name); }));
    if (!draft.kind) return fail(json_.error_at(start, "the object has no \"kind\""));
    return place(std::move(draft), start);
  }

  Status object_member(Draft& draft, const std::string& name) {
    if (name == "kind") {
      SLIPWAY_ASSIGN(const auto kind, json_.string());
      SLIPWAY_ASSIGN(draft.kind, kind_of(json_, kind));
      return {};
    }
    if (name == "schema") return read_text(draft.schema);
    if (name == "name") return read_text(draft.name);
    if (name == "part") return read_text(draft.part);
    if (name == "needs") return read_needs(draft);
    if (name == "properties")
      return members(json_,
                     [&](const std::string& property) { return read_property(draft, property); });
    return fail(json_.error("an object has no member " + quoted(name)));
  }

  Status read_property(Draft& draft, const std::string& name) {
    SLIPWAY_ASSIGN(const auto property, property_of(json_, name));
    const auto shape = property_shape(property);
    const char next = json_.peek();
    if (next == '"') {
      SLIPWAY_ASSIGN(auto text, json_.string());
      draft.values.push_back({property, std::move(text)});
    } else if (next == '[' && (shape == Shape::list || shape == Shape::set)) {
      SLIPWAY_ASSIGN(auto values, json_.strings());
      if (values.empty()) return fail(json_.error("an empty list is left out"));
      draft.values.push_back(
          {property, shape == Shape::set ? join_set(std::move(values)) : join_list(values)});
    } else if (shape == Shape::flag && json_.take_word_if("true")) {
      draft.values.push_back({property, "yes"});
    } else if (shape == Shape::number && next != '[' && next != '{') {
      SLIPWAY_ASSIGN(auto text, json_.number());
      draft.values.push_back({property, std::move(text)});
    } else {
      return fail(json_.error_here("that is no value for " + quoted(name)));
    }
    return {};
  }

  Status read_needs(Draft& draft) {
    if (!dependencies_)
      return fail(json_.error("\"needs\" stands in a snapshot with dependencies only"));
    SLIPWAY_TRY(json_.take('[', "a list of objects"));
    if (json_.take_if(']')) return {};
    do {
      Draft::Need need;
      const bool path = json_.peek() == '"';
      need.offset = json_.offset();
      SLIPWAY_TRY(path ? read_text(need.path.emplace()) : read_integer(need.index));
      draft.needs.push_back(std::move(need));
    } while (json_.take_if(','));
    return json_.take(']', "\",\" or the end of the list");
  }

  // Gives the object its place in the schema: a part belongs to the object before it that is none.
  Status place(Draft draft, std::size_t start) {
    const auto kind = draft.kind.value_or(Kind::table);
    SchemaBuilder::Handle handle = 0;
    if (!is_part(kind)) {
      if (!tops_.insert({kind, draft.schema, draft.name, draft.part}).second)
        return fail(json_.error_at(start, "this object is listed twice"));
      handle = builder_.add(kind, draft.schema, draft.name, draft.part);
      holder_ = handle;
      holder_schema_ = draft.schema;
      holder_name_ = draft.name;
      parts_.clear();
    } else {
      if (!holder_ || draft.schema != holder_schema_ || draft.name != holder_name_)
        return fail(json_.error_at(start, "a part stands behind the object that it is a part of"));
      if (!parts_.insert({kind, draft.part}).second)
        return fail(json_.error_at(start, "this object is listed twice"));
      handle = builder_.add_part(*holder_, kind, draft.part);
    }
    for (const auto& value : draft.values) builder_.set(handle, value.property, value.text);
    if (dependencies_)
      by_path_[Identity{kind, draft.schema, draft.name, draft.part}.path()].push_back(handle);
    for (auto& need : draft.needs) needs_.push_back({handle, std::move(need)});
    ++count_;
    return {};
  }

  Status resolve_needs() {
    for (const auto& [object, need] : needs_) {
      // Objects get their handles in the order in which they stand.
      if (!need.path) {
        if (need.index >= count_)
          return fail(json_.error_at(need.offset, "there is no such object in the snapshot"));
        builder_.depends(object, static_cast<SchemaBuilder::Handle>(need.index));
        continue;
      }
      const auto found = by_path_.find(*need.path);
      if (found == by_path_.end())
        return fail(json_.error_at(need.offset, "there is no such object in the snapshot"));
      if (found->second.size() > 1)
        return fail(json_.error_at(need.offset, "that means more than one object"));
      builder_.depends(object, found->second.front());
    }
    return {};
  }

  struct PendingNeed {
    SchemaBuilder::Handle object;
    Draft::Need need;
  };

  JsonReader json_;
  SchemaBuilder builder_;
  Origin origin_;
  bool format_seen_ = false;
  bool version_seen_ = false;
  bool objects_seen_ = false;
  bool dependencies_ = false;
  std::set<Identity> tops_;
  std::optional<SchemaBuilder::Handle> holder_;
  std::string holder_schema_, holder_name_;
  std::set<std::pair<Kind, std::string>> parts_;
  std::unordered_map<std::string, std::vector<SchemaBuilder::Handle>> by_path_;
  std::vector<PendingNeed> needs_;
  std::uint64_t count_ = 0;
};

} // namespace

Result<Schema> from_json(std::string_view text, std::string_view file) {
  return Reader(text, file).read();
}

} // namespace slipway::schema
