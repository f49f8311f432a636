// Turns what differs into what a person wants to know: what was done, and what undoes it.
#include "slipway/diff/drift.hpp"

#include "slipway/diff/plan.hpp"

#include <algorithm>
#include <unordered_map>

namespace slipway::diff {

namespace {

using schema::Change;
using schema::Difference;
using schema::Identity;
using schema::Kind;
using schema::Schema;

bool is_like_any(std::string_view text, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return is_like(text, pattern); });
}

// The path without the word or words for the kind.
std::string bare_path(const Identity& identity) {
  return identity.path().substr(schema::kind_name(identity.kind).size() + 1);
}

bool is_ignored(const Identity& identity, const std::vector<std::string>& patterns) {
  return is_like_any(identity.path(), patterns) || is_like_any(bare_path(identity), patterns);
}

// What a part is a part of.
std::optional<Identity> holder_of(const Identity& part, const Schema& schema) {
  const auto object = schema.find(part);
  const auto parent = object ? object->parent() : std::nullopt;
  return parent ? std::optional(parent->identity()) : std::nullopt;
}

class Finder {
public:
  Finder(const Schema& expected, const Schema& found, const DriftOptions& options)
      : expected_(expected), found_(found), options_(options) {}

  Drift find() {
    for (auto& difference : schema::compare(expected_, found_)) {
      const bool left_out = is_left_out(difference.identity);
      if (left_out || is_ignored_here(difference.identity)) {
        if (!left_out) ++drift_.ignored;
        disregarded_.push_back(std::move(difference));
        continue;
      }
      const bool unmanaged =
          difference.change == Change::created && !schema::is_part(difference.identity.kind);
      (unmanaged ? drift_.unmanaged : drift_.items).push_back({std::move(difference), {}, {}});
    }
    if (!(drift_.items.empty() && drift_.unmanaged.empty())) add_statements();
    return std::move(drift_);
  }

private:
  bool is_left_out(const Identity& identity) const {
    const auto& name = identity.kind == Kind::schema ? identity.name : identity.schema;
    return !name.empty() && is_like_any(name, options_.leave_out);
  }

  bool is_ignored_here(const Identity& identity) const {
    if (is_ignored(identity, options_.ignore)) return true;
    if (!schema::is_part(identity.kind)) return false;
    auto holder = holder_of(identity, expected_);
    if (!holder) holder = holder_of(identity, found_);
    return holder && is_ignored(*holder, options_.ignore);
  }

  void add_statements() {
    if (!expected_.has_dependencies() || !found_.has_dependencies()) return;
    note_paths();
    spread(plan(expected_, found_, false), &DriftItem::made_by, drift_.also_made_by);
    spread(plan(found_, expected_, true), &DriftItem::undone_by, drift_.also_undone_by);
  }

  // Which item a statement for that path belongs to.
  void note_paths() {
    for (const auto& difference : disregarded_) note_path(difference, nullptr);
    for (auto* list : {&drift_.items, &drift_.unmanaged})
      for (auto& item : *list) note_path(item.difference, &item);
  }

  void note_path(const Difference& difference, DriftItem* item) {
    by_path_[difference.identity.path()] = item;
    if (difference.change == Change::changed) return;
    const auto& side = difference.change == Change::created ? found_ : expected_;
    if (const auto object = side.find(difference.identity))
      for (const auto& part : object->parts()) by_path_[part.path()] = item;
  }

  // What may be a rename is told as what it looks like: something gone, something new.
  static Plan plan(const Schema& from, const Schema& to, bool online) {
    Options options;
    options.online = online;
    auto made = make_plan(from, to, options);
    if (made.questions.empty()) return made;
    for (const auto& question : made.questions) options.not_renamed.push_back(question.gone);
    return make_plan(from, to, options);
  }

  void spread(const Plan& plan, std::vector<std::string> DriftItem::* place,
              std::vector<std::string>& rest) {
    for (const auto& statement : plan.statements) {
      const auto found = by_path_.find(statement.object);
      if (found == by_path_.end())
        rest.push_back(statement.sql);
      else if (found->second != nullptr)
        (found->second->*place).push_back(statement.sql);
    }
    for (const auto& refusal : plan.refusals) {
      auto text = refusal.object + ": " + refusal.message;
      if (std::find(drift_.not_planned.begin(), drift_.not_planned.end(), text) ==
          drift_.not_planned.end())
        drift_.not_planned.push_back(std::move(text));
    }
  }

  const Schema& expected_;
  const Schema& found_;
  const DriftOptions& options_;
  Drift drift_;
  std::vector<Difference> disregarded_;
  /// Whose statements are told with which item; with none: not at all.
  std::unordered_map<std::string, DriftItem*> by_path_;
};

} // namespace

bool is_like(std::string_view text, std::string_view pattern) {
  // Greedy with one place to come back to: the last star.
  std::size_t at = 0;
  std::size_t in = 0;
  std::optional<std::size_t> star;
  std::size_t resumed = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      resumed = at;
    } else if (in < pattern.size() && pattern[in] == text[at]) {
      ++in;
      ++at;
    } else if (star) {
      in = *star + 1;
      at = ++resumed;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') ++in;
  return in == pattern.size();
}

Drift find_drift(const Schema& expected, const Schema& found, const DriftOptions& options) {
  return Finder(expected, found, options).find();
}

} // namespace slipway::diff
