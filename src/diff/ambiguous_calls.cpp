#include "ambiguous_calls.hpp"

#include "naming.hpp"

#include <algorithm>
#include <optional>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

// "integer, text" has two. A comma within a type, as in numeric(8,2), does not occur here.
std::size_t arity(const Object& function) {
  return function.part().empty() ? 0 : count_of(function.part(), ", ") + 1;
}

bool begins_with(const Object& longer, const Object& shorter) {
  const std::string more(longer.part());
  const std::string less(shorter.part());
  return less.empty() || more.starts_with(less + ", ");
}

bool may_be_confused(const Object& one, const Object& other) {
  const auto& longer = arity(one) > arity(other) ? one : other;
  const auto& shorter = arity(one) > arity(other) ? other : one;
  return arity(longer) > arity(shorter) && begins_with(longer, shorter) &&
         count_of(longer.text(Property::arguments), " DEFAULT ") >= arity(longer) - arity(shorter);
}

std::vector<Object> rivals_of(const schema::Schema& schema, const Object& function) {
  std::vector<Object> rivals;
  for (const auto& other : schema.objects(Kind::function))
    if (other.schema() == function.schema() && other.name() == function.name() &&
        may_be_confused(function, other))
      rivals.push_back(other);
  return rivals;
}

/// Who calls which function, by the number of the caller's node.
struct Call {
  std::size_t node;
  Object function;
};

std::vector<Call> calls_of(const Scene& scene, const Asking& asking) {
  std::vector<Call> calls;
  for (const auto& one : scene.to.dependencies()) {
    const auto function = scene.to.at(one.needs);
    if (function.kind() != Kind::function) continue;
    const auto caller = scene.to.at(one.object);
    if (caller.kind() == Kind::function && caller.name() == function.name()) continue;
    for (const auto verb : {Verb::create, Verb::alter, Verb::late})
      if (const auto node =
              verb == Verb::create ? asking.at(caller, verb) : asking.at(caller.identity(), verb))
        calls.push_back({*node, function});
  }
  return calls;
}

// How many arguments stand between the parentheses that open before `at`; nothing when they are
// given by name, which tells the functions apart.
std::optional<std::size_t> arguments_at(std::string_view sql, std::size_t at) {
  std::size_t count = 0;
  bool quoted = false;
  bool empty = true;
  for (int depth = 1; at < sql.size(); ++at) {
    const char c = sql[at];
    if (c == '\'') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && c == ')' && --depth == 0) return empty ? 0 : count + 1;
    if (!quoted && depth == 1 && c == ',') ++count;
    if (!quoted && depth == 1 && sql.substr(at).starts_with("=>")) return std::nullopt;
    if (c != ' ') empty = false;
  }
  return std::nullopt;
}

bool takes(const Object& function, std::size_t arguments) {
  const auto all = arity(function);
  return arguments <= all &&
         arguments + count_of(function.text(Property::arguments), " DEFAULT ") >= all;
}

bool is_ambiguous(const std::string& sql, const Object& function, const Object& rival) {
  const auto call = ident(function.name()) + "(";
  for (auto at = sql.find(call); at != std::string::npos; at = sql.find(call, at + 1))
    if (const auto count = arguments_at(sql, at + call.size());
        count && takes(function, *count) && takes(rival, *count))
      return true;
  return false;
}

bool is_ambiguous(const Node& node, const Object& function, const Object& rival) {
  const auto& statements = node.draft.statements();
  return std::any_of(statements.begin(), statements.end(),
                     [&](const auto& one) { return is_ambiguous(one.sql, function, rival); });
}

} // namespace

void keep_calls_clear(const Scene& scene, const std::vector<Node>& nodes, Asking& asking) {
  for (const auto& call : calls_of(scene, asking)) {
    const auto& node = nodes[call.node];
    for (const auto& rival : rivals_of(scene.to, call.function))
      if (const auto made = asking.at(rival.identity(), Verb::create);
          made && is_ambiguous(node, call.function, rival))
        asking.order().rather_before(call.node, *made);
    for (const auto& rival : rivals_of(scene.from, call.function))
      if (const auto gone = asking.at(rival.identity(), Verb::drop);
          gone && is_ambiguous(node, call.function, rival))
        asking.order().rather_before(*gone, call.node);
  }
}

void refuse_ambiguous_calls(const Scene& scene, std::vector<Node>& nodes) {
  const Asking asking(nodes);
  for (const auto& call : calls_of(scene, asking)) {
    for (const auto& rival : rivals_of(scene.to, call.function)) {
      const auto identity = rival.identity();
      if (!scene.from.find(identity) || asking.at(identity, Verb::drop) ||
          !is_ambiguous(nodes[call.node], call.function, rival))
        continue;
      nodes[call.node].draft.refuse(
          "PostgreSQL cannot tell a call of " + sql_name(call.function.identity()) +
          " from one of " + sql_name(identity) +
          ", since one of them has defaults for what the other does not have: give one of them "
          "another name");
      break;
    }
  }
}

} // namespace slipway::diff
