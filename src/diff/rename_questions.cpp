#include "rename_questions.hpp"

#include <algorithm>
#include <map>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

// The columns of a view are what its query says.
bool is_view_column(const Object& object) {
  const auto holder = object.kind() == Kind::column ? object.parent() : std::nullopt;
  return holder && (holder->kind() == Kind::view || holder->kind() == Kind::materialized_view);
}

bool holds_data(Kind kind) {
  return kind == Kind::schema || kind == Kind::table || kind == Kind::column ||
         kind == Kind::sequence || kind == Kind::enum_type || kind == Kind::domain ||
         kind == Kind::composite_type || kind == Kind::range_type;
}

std::map<std::string, std::string> types_by_column(const Object& relation) {
  std::map<std::string, std::string> types;
  for (const auto& column : relation.parts(Kind::column))
    types.emplace(column.part(), column.text(Property::type));
  return types;
}

std::string same_columns(const Object& from, const Object& to) {
  const auto before = types_by_column(from);
  const auto after = types_by_column(to);
  if (before.empty() && after.empty()) return {};
  if (before == after) return "the same columns";
  std::size_t same = 0;
  for (const auto& column : before) same += static_cast<std::size_t>(after.contains(column.first));
  const auto more = std::max(before.size(), after.size());
  // Half of the columns in common is no accident.
  if (same * 2 < more || same < 2) return {};
  return std::to_string(same) + " of " + std::to_string(more) + " columns have the same names";
}

std::string same_column(const Object& from, const Object& to) {
  if (from.has(Property::generated) || to.has(Property::generated)) return {};
  if (from.text(Property::type) != to.text(Property::type)) return {};
  std::string evidence = "the same type " + std::string(to.text(Property::type));
  if (from.text(Property::position) == to.text(Property::position)) evidence += ", the same place";
  if (from.has(Property::comment) && from.get(Property::comment) == to.get(Property::comment))
    evidence += ", the same comment";
  return evidence;
}

bool same_values(const Object& from, const Object& to) {
  const auto before = from.values();
  const auto after = to.values();
  return std::equal(before.begin(), before.end(), after.begin(), after.end(),
                    [](const Object::Value& a, const Object::Value& b) {
                      return a.property == b.property && a.text == b.text;
                    });
}

std::set<std::string> contents(const schema::Schema& schema, std::string_view name) {
  std::set<std::string> found;
  for (const auto& object : schema.objects())
    if (object.schema() == name)
      found.insert(std::string(kind_name(object.kind())) + " " + std::string(object.name()) + " " +
                   std::string(object.part()));
  return found;
}

class Questioner {
public:
  Questioner(const Scene& scene, Tasks& tasks) : scene_(scene), tasks_(tasks) {}

  void run() {
    std::vector<Question> questions;
    for (const auto& [identity, task] : tasks_.all) {
      if (task.kind != Task::Kind::drop || !holds_data(identity.kind) ||
          is_view_column(*task.from) || task.from->has(Property::inherited) ||
          is_answered(identity))
        continue;
      Question question;
      question.gone = identity;
      for (const auto& [other, candidate] : tasks_.all) {
        if (candidate.kind != Task::Kind::create) continue;
        const auto evidence = evidence_for(*task.from, *candidate.to);
        if (!evidence.empty()) question.candidates.push_back({other, evidence});
      }
      if (!question.candidates.empty()) questions.push_back(std::move(question));
    }
    for (auto& question : questions) ask(std::move(question));
  }

private:
  bool is_answered(const Identity& identity) const {
    const auto& answered = scene_.options.not_renamed;
    return std::find(answered.begin(), answered.end(), identity) != answered.end();
  }

  std::string evidence_for(const Object& from, const Object& to) const {
    if (from.kind() != to.kind()) return {};
    switch (from.kind()) {
    case Kind::column:
      return from.schema() == to.schema() && from.name() == to.name() ? same_column(from, to)
                                                                      : std::string();
    case Kind::table:
      return same_columns(from, to);
    case Kind::schema: {
      const auto before = contents(scene_.from, from.name());
      return !before.empty() && before == contents(scene_.to, to.name()) ? "the same objects in it"
                                                                         : "";
    }
    case Kind::composite_type:
      return same_columns(from, to) == "the same columns" ? "the same attributes" : "";
    case Kind::sequence:
      return !from.has(Property::owned_by) && !to.has(Property::owned_by) && same_values(from, to)
                 ? "the same settings"
                 : "";
    default:
      return same_values(from, to) ? "the same definition" : "";
    }
  }

  void ask(Question question) {
    std::string names;
    for (const auto& candidate : question.candidates)
      names +=
          (names.empty() ? "" : " or ") + candidate.object.path() + " (" + candidate.evidence + ")";
    question.message = question.gone.path() + " is gone; was it renamed to " + names + "?";
    set_aside(question.gone);
    for (const auto& candidate : question.candidates) set_aside(candidate.object);
    tasks_.questions.push_back(std::move(question));
  }

  void set_aside(const Identity& identity) {
    std::erase_if(tasks_.all, [&](const auto& one) {
      const auto& other = one.first;
      const bool part_of_it = !is_part(identity.kind) && is_part(other.kind) &&
                              is_relation(identity.kind) && other.schema == identity.schema &&
                              other.name == identity.name;
      const bool in_it = identity.kind == Kind::schema && other.schema == identity.name;
      return other == identity || part_of_it || in_it;
    });
  }

  const Scene& scene_;
  Tasks& tasks_;
};

} // namespace

void ask_for_renames(const Scene& scene, Tasks& tasks) {
  Questioner(scene, tasks).run();
}

} // namespace slipway::diff
