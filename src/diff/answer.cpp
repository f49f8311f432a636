// Reads what a person typed about objects: which one is meant, and what it becomes.
#include "slipway/diff/answer.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;

// A path, taken apart.
struct Path {
  std::optional<Kind> kind;
  std::vector<std::string> names;
  std::optional<std::string> arguments; ///< of a routine
};

// "materialized view x" begins with the words of its kind; the longest that fits counts.
std::optional<Kind> take_kind(std::string_view& text) {
  std::optional<Kind> found;
  std::size_t length = 0;
  for (const Kind kind : schema::all_kinds()) {
    const auto name = schema::kind_name(kind);
    if (name.size() > length && text.size() > name.size() && text.starts_with(name) &&
        text[name.size()] == ' ') {
      found = kind;
      length = name.size();
    }
  }
  if (found) text = trim(text.substr(length));
  return found;
}

// Names with dots between them; a quoted one may hold anything.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      const bool doubled = quoted && at + 1 < text.size() && text[at + 1] == '"';
      if (doubled)
        names.back() += text[++at];
      else
        quoted = !quoted;
    } else if (text[at] == '.' && !quoted) {
      names.emplace_back();
    } else {
      names.back() += text[at];
    }
  }
  return names;
}

std::size_t find_outside_quotes(std::string_view text, char sought) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == sought && !quoted) return at;
  }
  return std::string_view::npos;
}

Path read_path(std::string_view text) {
  Path path;
  text = trim(text);
  path.kind = take_kind(text);
  if (const auto open = find_outside_quotes(text, '(');
      open != std::string_view::npos && text.ends_with(")")) {
    path.arguments = std::string(text.substr(open + 1, text.size() - open - 2));
    text = text.substr(0, open);
  }
  path.names = names_in(text);
  return path;
}

bool ends_alike(const std::vector<std::string>& given, const std::vector<std::string>& full) {
  return given.size() <= full.size() && std::equal(given.rbegin(), given.rend(), full.rbegin());
}

bool matches(const Path& path, const Identity& object) {
  if (path.kind && *path.kind != object.kind) return false;
  if (path.arguments && *path.arguments != object.part) return false;
  std::vector<std::string> full = {object.name};
  if (!object.schema.empty()) full.insert(full.begin(), object.schema);
  if (!schema::is_part(object.kind)) return ends_alike(path.names, full);
  full.push_back(object.part);
  // The name of a part alone would mean too many things.
  return path.names.size() > 1 && ends_alike(path.names, full);
}

int rank(const Identity& object) {
  if (object.kind == Kind::column) return 0;
  if (schema::is_relation(object.kind)) return 1;
  return schema::is_part(object.kind) ? 3 : 2;
}

std::vector<Identity> all_matches(const schema::Schema& schema, const Path& path) {
  std::vector<Identity> found;
  for (const auto& object : schema.objects()) {
    if (matches(path, object.identity())) found.push_back(object.identity());
    for (const auto& part : object.parts())
      if (matches(path, part.identity())) found.push_back(part.identity());
  }
  return found;
}

void keep_likeliest(std::vector<Identity>& found) {
  int best = 3;
  for (const auto& one : found) best = std::min(best, rank(one));
  std::erase_if(found, [&](const auto& one) { return rank(one) != best; });
  const bool some_public = std::any_of(found.begin(), found.end(),
                                       [](const auto& one) { return one.schema == "public"; });
  if (some_public) std::erase_if(found, [](const auto& one) { return one.schema != "public"; });
}

std::string_view without_kind(std::string_view path) {
  take_kind(path);
  return path;
}

} // namespace

Result<Identity> find_object(const schema::Schema& schema, std::string_view path) {
  auto found = all_matches(schema, read_path(path));
  keep_likeliest(found);
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail(Error(ErrorCode::usage, fmt::format("there is no {}", path))
                    .with_hint("name it as it is called before the change, such as users.name or "
                               "public.users.name"));
  std::vector<std::string> paths;
  for (const auto& one : found) paths.push_back(one.path());
  return fail(
      Error(ErrorCode::usage, fmt::format("{} may be any of {}", path, fmt::join(paths, ", ")))
          .with_hint("name it as it is written there"));
}

bool is_there(const schema::Schema& schema, std::string_view path) {
  return !all_matches(schema, read_path(path)).empty();
}

Result<std::string> old_name_in(std::string_view text) {
  const auto equals = find_outside_quotes(text, '=');
  if (equals == std::string_view::npos || trim(text.substr(equals + 1)).empty() ||
      trim(text.substr(0, equals)).empty())
    return fail(Error(ErrorCode::usage, fmt::format("{} is no rename", text))
                    .with_hint("write it as OLD=NEW: users.name=display_name"));
  return std::string(trim(text.substr(0, equals)));
}

Result<Rename> read_rename(const schema::Schema& from, std::string_view text) {
  SLIPWAY_ASSIGN(const auto old_name, old_name_in(text));
  Rename rename;
  SLIPWAY_ASSIGN(rename.from, find_object(from, old_name));
  rename.to = rename.from;
  const auto names = names_in(trim(text.substr(find_outside_quotes(text, '=') + 1)));
  if (schema::is_part(rename.to.kind)) {
    rename.to.part = names.back();
  } else {
    rename.to.name = names.back();
    if (names.size() > 1) rename.to.schema = names[names.size() - 2];
  }
  if (rename.to == rename.from)
    return fail(ErrorCode::usage, fmt::format("{} is called that already", rename.from.path()));
  return rename;
}

bool is_path_of(std::string_view typed, std::string_view path) {
  constexpr std::string_view k_public = "public.";
  typed = trim(typed);
  if (typed == path) return true;
  const auto bare = without_kind(path);
  if (typed == bare) return true;
  return bare.starts_with(k_public) && typed == bare.substr(k_public.size());
}

} // namespace slipway::diff
