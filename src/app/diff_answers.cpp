// What is known of renames before: on the command line, and in slipway.toml.
#include "diff_work.hpp"

#include "slipway/diff/answer.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

// Parts first: they are named after the table as it is called before.
std::vector<std::vector<diff::Rename>> in_steps(std::vector<diff::Rename> renames) {
  const auto whole =
      std::stable_partition(renames.begin(), renames.end(),
                            [](const diff::Rename& one) { return schema::is_part(one.from.kind); });
  std::vector<std::vector<diff::Rename>> steps;
  if (whole != renames.begin()) steps.emplace_back(renames.begin(), whole);
  if (whole != renames.end()) steps.emplace_back(whole, renames.end());
  return steps;
}

// What a part is called once the thing it belongs to is renamed, too.
schema::Identity after_all(schema::Identity identity, const std::vector<diff::Rename>& renames) {
  for (const auto& one : renames) {
    const bool is_its_whole = !schema::is_part(one.from.kind) && schema::is_part(identity.kind) &&
                              one.from.schema == identity.schema && one.from.name == identity.name;
    if (!is_its_whole) continue;
    identity.schema = one.to.schema;
    identity.name = one.to.name;
  }
  return identity;
}

// A name that TO does not have would be dropped again by the same plan.
Status check_targets(const std::vector<diff::Rename>& renames, const schema::Schema& to) {
  for (const auto& one : renames)
    if (const auto wanted = after_all(one.to, renames); !to.find(wanted))
      return fail(Error(ErrorCode::usage, fmt::format("{} is to be renamed, but the other side has "
                                                      "no {}",
                                                      one.from.path(), wanted.path()))
                      .with_hint("--rename takes OLD=NEW, the new name as the other side has it"));
  return {};
}

// A standing answer holds for many comparisons. It is for this one when FROM has the old name and
// TO the new one, and neither has both.
bool fits(const diff::Rename& one, const std::vector<diff::Rename>& all, const Sides& sides) {
  const auto here = [&](const schema::Identity& name) { return sides.from.schema.find(name); };
  const auto there = [&](const schema::Identity& name) {
    return sides.to.schema.find(after_all(name, all));
  };
  return !here(one.to) && there(one.to) && !there(one.from);
}

bool is_answered(const diff::Rename& one, const std::vector<diff::Rename>& renames,
                 const std::vector<schema::Identity>& not_renamed) {
  return std::any_of(renames.begin(), renames.end(),
                     [&](const auto& other) { return other.from == one.from; }) ||
         std::find(not_renamed.begin(), not_renamed.end(), one.from) != not_renamed.end();
}

Error of_settings(Error error, const Context& context) {
  error.message =
      fmt::format("{}: [renames]: {}", context.config.value("renames").where, error.message);
  error.code = ErrorCode::configuration;
  return error;
}

// Those of slipway.toml that are for these two sides and were not answered otherwise.
Result<std::vector<diff::Rename>> standing(const Context& context, const Sides& sides,
                                           const std::vector<diff::Rename>& renames,
                                           const std::vector<schema::Identity>& not_renamed) {
  std::vector<diff::Rename> found;
  for (const auto& text : context.config.text_list("renames")) {
    const auto old_name = diff::old_name_in(text);
    if (!old_name) return fail(of_settings(old_name.error(), context));
    if (!diff::is_there(sides.from.schema, *old_name)) continue;
    auto rename = diff::read_rename(sides.from.schema, text);
    if (!rename) return fail(of_settings(std::move(rename).error(), context));
    if (!is_answered(*rename, renames, not_renamed)) found.push_back(std::move(*rename));
  }
  // A column is looked for in its table as that will be called.
  for (const bool parts : {false, true}) {
    auto all = renames;
    all.insert(all.end(), found.begin(), found.end());
    std::erase_if(found, [&](const diff::Rename& one) {
      return schema::is_part(one.from.kind) == parts && !fits(one, all, sides);
    });
  }
  return found;
}

} // namespace

Result<Answers> read_answers(const Context& context, const DiffRequest& request,
                             const Sides& sides) {
  Answers answers;
  std::vector<diff::Rename> renames;
  for (const auto& text : request.renames) {
    SLIPWAY_ASSIGN(auto rename, diff::read_rename(sides.from.schema, text));
    renames.push_back(std::move(rename));
  }
  SLIPWAY_TRY(check_targets(renames, sides.to.schema));
  for (const auto& path : request.drops) {
    SLIPWAY_ASSIGN(auto object, diff::find_object(sides.from.schema, path));
    answers.not_renamed.push_back(std::move(object));
  }
  SLIPWAY_ASSIGN(const auto more, standing(context, sides, renames, answers.not_renamed));
  renames.insert(renames.end(), more.begin(), more.end());
  answers.renames = in_steps(std::move(renames));
  return answers;
}

} // namespace slipway::app
