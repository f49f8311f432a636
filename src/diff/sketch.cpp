#include "sketch.hpp"

#include "ambiguous_calls.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using Anew = std::set<Identity>;

void note_not_null_names(Scene& scene) {
  for (const auto* schema : {&scene.from, &scene.to})
    for (schema::Object::Index at = 0; at < schema->size(); ++at)
      if (const auto object = schema->at(at);
          object.kind() == Kind::column && object.has(schema::Property::not_null_name))
        scene.not_null_names.emplace(object.schema(), object.text(schema::Property::not_null_name));
}

void make_anew(const Anew& anew, Tasks& tasks) {
  for (const auto& identity : anew)
    if (const auto task = tasks.all.find(identity);
        task != tasks.all.end() && task->second.kind == Task::Kind::alter)
      task->second.kind = Task::Kind::rebuild;
}

std::unique_ptr<Sketch> sketch_with(const schema::Schema& from, const schema::Schema& to,
                                    const Options& options, const Anew& anew) {
  auto sketch = std::make_unique<Sketch>(Sketch{{from, to, options, {}, {}}, {}, {}, {}});
  note_not_null_names(sketch->scene);
  sketch->tasks = find_tasks(sketch->scene);
  make_anew(anew, sketch->tasks);
  spread(sketch->scene, sketch->tasks);
  sketch->nodes = make_nodes(sketch->scene, sketch->tasks);
  refuse_ambiguous_calls(sketch->scene, sketch->nodes);
  const auto demands = order_of(sketch->scene, sketch->nodes);
  sketch->sorted = demands.sorted(sketch->nodes);
  demands.step_aside(sketch->sorted.order, sketch->nodes);
  return sketch;
}

// What holds no rows and enforces nothing that others rely on.
bool can_be_made_anew(const Node& node) {
  const auto kind = node.object.kind;
  return node.verb == Verb::alter && !node.renamed_from &&
         (kind == Kind::view || kind == Kind::function || kind == Kind::procedure ||
          kind == Kind::trigger || kind == Kind::policy);
}

std::size_t refusals_of(const Sketch& sketch) {
  auto count = sketch.tasks.refusals.size();
  for (const auto& node : sketch.nodes) count += node.draft.refusals().size();
  return count;
}

} // namespace

std::unique_ptr<Sketch> sketch_plan(const schema::Schema& from, const schema::Schema& to,
                                    const Options& options) {
  Anew anew;
  auto best = sketch_with(from, to, options, anew);
  const auto open_one = [&] {
    for (const auto& circle : best->sorted.circles)
      for (const auto at : circle) {
        if (!can_be_made_anew(best->nodes[at])) continue;
        auto more = anew;
        more.insert(best->nodes[at].object);
        auto next = sketch_with(from, to, options, more);
        if (refusals_of(*next) > refusals_of(*best) ||
            next->sorted.circles.size() >= best->sorted.circles.size())
          continue;
        anew = std::move(more);
        best = std::move(next);
        return true;
      }
    return false;
  };
  while (open_one()) continue;
  return best;
}

} // namespace slipway::diff
