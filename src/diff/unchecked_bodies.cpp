#include "unchecked_bodies.hpp"

#include "words.hpp"

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

bool writes_body(const Node& node) {
  if (node.draft.empty() || !is_routine(node.object.kind)) return false;
  const auto& kind = node.draft.statements().front().kind;
  return kind.starts_with("create ") || kind.starts_with("replace ");
}

} // namespace

std::vector<bool> names_what_comes_later(const Scene& scene, const std::vector<Node>& nodes,
                                         const std::vector<std::size_t>& order) {
  std::vector<bool> found(nodes.size());
  Later later;
  const auto named = named_in(scene);
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const auto& node = nodes[*at];
    if (writes_body(node)) {
      const auto routine = scene.to.find(node.object);
      found[*at] =
          routine && (later.is_named_in(*routine) || names_what_is_nowhere(named, *routine));
    }
    later.note(node);
  }
  return found;
}

} // namespace slipway::diff
