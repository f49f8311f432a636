#include "unchecked_bodies.hpp"

#include "words.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

bool is_routine(Kind kind) {
  return kind == Kind::function || kind == Kind::procedure || kind == Kind::aggregate;
}

bool is_read_by_server(const Object& routine) {
  const auto language = routine.text(Property::language);
  return language == "sql" || language == "plpgsql";
}

// What the nodes after the present one make.
class Later {
public:
  void note(const Node& node) {
    const auto& object = node.object;
    if (node.verb != Verb::create) return;
    if (object.kind == Kind::column)
      columns_.insert({object.name, object.part});
    else if (is_routine(object.kind))
      routines_.insert(object.name);
    else if (!schema::is_part(object.kind))
      others_.insert(object.name);
  }

  // Of a body in plpgsql the server reads the types of variables only.
  bool is_named_in(const Object& routine) const {
    const auto language = routine.text(Property::language);
    if (!is_read_by_server(routine)) return false;
    const auto words = words_of(routine.text(Property::body));
    const auto names = [&](const std::set<std::string>& made) {
      for (const auto& word : words)
        if (made.contains(word)) return true;
      return false;
    };
    if (names(others_) || (language == "sql" && names(routines_))) return true;
    for (const auto& [table, column] : columns_)
      if (words.contains(table) && words.contains(column)) return true;
    return false;
  }

private:
  std::set<std::string> routines_;
  std::set<std::string> others_;
  std::set<std::pair<std::string, std::string>> columns_;
};

// A body that stays as it was may not fit what its routine is made of now, and the server has it
// all the same, since nobody looked at the body when the types it names got other names.
class Kept {
public:
  explicit Kept(const std::vector<Node>& nodes) {
    for (const auto& node : nodes)
      if (!schema::is_part(node.object.kind) && !is_routine(node.object.kind) &&
          (node.verb != Verb::alter || !node.draft.disturbances().empty()))
        made_or_gone_.insert(node.object.name);
  }

  bool is_named_in(const Scene& scene, const Object& routine) const {
    const auto before = scene.from.find(routine.identity());
    if (!is_read_by_server(routine) || !before ||
        before->get(Property::body) != routine.get(Property::body))
      return false;
    const auto words = words_of(routine.text(Property::body));
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return made_or_gone_.contains(word); });
  }

private:
  std::set<std::string> made_or_gone_;
};

// What can be named with its schema in the end. A schema that goes is a name to be found nowhere.
struct Named {
  std::set<std::string> schemas;
  std::set<std::pair<std::string, std::string>> objects;
};

Named named_in(const Scene& scene) {
  Named all;
  for (const auto* side : {&scene.from, &scene.to})
    for (const auto& schema : side->objects(Kind::schema))
      all.schemas.insert(std::string(schema.name()));
  for (const auto& object : scene.to.objects()) all.objects.emplace(object.schema(), object.name());
  return all;
}

// Whether a body names with its schema what is not there in the end, either: the server has it all
// the same, since nobody looked at the body when that went.
bool names_what_is_nowhere(const Named& all, const Object& routine) {
  if (!is_read_by_server(routine)) return false;
  for (const auto& [in, name] : qualified_names_of(routine.text(Property::body)))
    if (all.schemas.contains(in) && !all.objects.contains({in, name})) return true;
  return false;
}

// What a body that names it without its schema finds only where search_path leads there. A plan
// runs with whatever search_path there is, which of ours need not have anything but public in it.
class Elsewhere {
public:
  explicit Elsewhere(const schema::Schema& schema) {
    for (const auto& object : schema.objects()) {
      if (object.schema().empty() || object.schema() == "public") continue;
      const std::string name(object.name());
      if (object.kind() == Kind::operator_)
        operators_.insert(name);
      else if (is_routine(object.kind()))
        routines_.insert(name);
      else
        others_.insert(name);
    }
  }

  bool is_named_in(const Object& routine) const {
    const auto language = routine.text(Property::language);
    if (language != "sql" && language != "plpgsql") return false;
    const auto body = routine.text(Property::body);
    const auto has_one_of = [](const std::set<std::string>& made, const auto& named) {
      return std::any_of(named.begin(), named.end(),
                         [&](const std::string& one) { return made.contains(one); });
    };
    const auto words = words_without_schema(body);
    if (has_one_of(others_, words)) return true;
    if (language != "sql") return false;
    return has_one_of(routines_, words) ||
           (!operators_.empty() && has_one_of(operators_, operators_in(body)));
  }

private:
  std::set<std::string> routines_;
  std::set<std::string> operators_;
  std::set<std::string> others_;
};

bool writes_body(const Node& node) {
  if (node.draft.empty() || !is_routine(node.object.kind)) return false;
  const auto& kind = node.draft.statements().front().kind;
  return kind.starts_with("create ") || kind.starts_with("replace ");
}

bool creates(const Node& node) {
  return node.verb == Verb::create;
}

} // namespace

std::vector<bool> names_what_is_not_found(const Scene& scene, const std::vector<Node>& nodes,
                                          const std::vector<std::size_t>& order) {
  std::vector<bool> found(nodes.size());
  const Elsewhere elsewhere(scene.to);
  Later later;
  const auto named = named_in(scene);
  const Kept kept(nodes);
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const auto& node = nodes[*at];
    if (writes_body(node)) {
      const auto routine = scene.to.find(node.object);
      found[*at] = routine && (later.is_named_in(*routine) || elsewhere.is_named_in(*routine) ||
                               names_what_is_nowhere(named, *routine) ||
                               (creates(node) && kept.is_named_in(scene, *routine)));
    }
    later.note(node);
  }
  return found;
}

} // namespace slipway::diff
