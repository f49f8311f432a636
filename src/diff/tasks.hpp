#pragma once

#include "rules.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::diff {

/// What is to happen to one object.
struct Task {
  enum class Kind { create, drop, alter, rebuild } kind = Kind::alter;
  std::optional<schema::Object> from;
  std::optional<schema::Object> to;
  std::vector<schema::PropertyDifference> changed;
  Draft draft; ///< of an alter
  /// Of a column: its default goes and comes back around what it needs.
  bool resets_default = false;
  /// Of a publication: entries of tables that name a column around whose change they cannot stay.
  std::set<std::string> resets_tables;
};

/// All tasks by the object's identity, which is the new one of what is renamed.
struct Tasks {
  std::map<schema::Identity, Task> all;
  std::vector<Refusal> refusals;
  std::vector<Question> questions;
  /// What went into the task of something else: the index that becomes a constraint.
  std::set<schema::Identity> taken_over;
};

/// What differs, as tasks, with the drafts of what is altered.
Tasks find_tasks(Scene& scene);

/// Adds what must be taken down and put up again because of the other tasks.
void spread(Scene& scene, Tasks& tasks);

} // namespace slipway::diff
