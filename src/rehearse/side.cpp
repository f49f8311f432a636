// Decides what a side of a comparison is from the way it is written.
#include "slipway/rehearse/side.hpp"

#include "slipway/base/text.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/source/folder.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::rehearse {

namespace {

constexpr std::string_view k_command = "command:";
constexpr std::string_view k_forms =
    "a side is a postgres:// URL, target, a folder of migrations or of .sql files, a .sql file (or "
    "several with commas between), a snapshot's .json file, command:PROGRAM, or empty";

bool has_ending(std::string_view text, std::string_view ending) {
  return text.size() > ending.size() && to_lower_ascii(text).ends_with(ending);
}

Side one_path(SideKind kind, std::string path) {
  Side side;
  side.kind = kind;
  side.paths.push_back(std::move(path));
  return side;
}

// Words that only a file with both directions has: ours, and other tools', so that reading it tells
// what is to be written instead.
bool has_section_mark(const std::string& text) {
  constexpr std::array<std::string_view, 4> k_marks = {"slipway:up", "migrate:up", "+goose up",
                                                       "+migrate up"};
  const std::string lower = to_lower_ascii(text);
  return std::any_of(k_marks.begin(), k_marks.end(),
                     [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

// As `slipway snapshot` writes it; schema.json says more than the script beside it.
bool is_snapshot_folder(std::vector<std::string> names) {
  std::erase_if(names, [](const auto& name) {
    return !has_ending(name, ".sql") && !has_ending(name, ".json");
  });
  std::sort(names.begin(), names.end());
  return names == std::vector<std::string>{"schema.json", "schema.sql"};
}

Result<Side> folder_side(const FileSystem& files, const std::string& path) {
  SLIPWAY_ASSIGN(const bool migrations, is_migrations_folder(files, path));
  if (migrations) return one_path(SideKind::migrations, path);
  SLIPWAY_ASSIGN(auto names, files.list_files(path));
  if (is_snapshot_folder(names)) return one_path(SideKind::snapshot, path + "/schema.json");
  std::erase_if(names, [](const auto& name) { return !has_ending(name, ".sql"); });
  std::sort(names.begin(), names.end());
  Side side;
  side.kind = SideKind::sql_files;
  for (const auto& name : names) side.paths.push_back(path + "/" + name);
  if (side.paths.empty())
    return fail(Error(ErrorCode::usage, fmt::format("the folder {} holds no .sql file", path))
                    .with_hint("for a schema with nothing in it write empty"));
  return side;
}

Result<Side> files_side(const FileSystem& files, std::string_view text) {
  Side side;
  side.kind = SideKind::sql_files;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    side.paths.emplace_back(trim(text.substr(from, comma - from)));
    from = comma + 1;
  }
  for (const auto& path : side.paths)
    if (!files.exists(path) || files.is_folder(path))
      return fail(Error(ErrorCode::usage, fmt::format("{} is not there", path))
                      .with_hint(std::string(k_forms)));
  return side;
}

} // namespace

std::string Side::describe() const {
  switch (kind) {
  case SideKind::empty:
    return "an empty database";
  case SideKind::target:
    return "the target";
  case SideKind::database:
    return pg::masked(url);
  case SideKind::migrations:
    return fmt::format("the migrations in {}", paths.front());
  case SideKind::sql_files:
    return fmt::format("{}", fmt::join(paths, ", "));
  case SideKind::snapshot:
    return fmt::format("the snapshot {}", paths.front());
  case SideKind::command:
    return fmt::format("what `{}` makes", command);
  }
  return {};
}

Result<bool> is_migrations_folder(const FileSystem& files, const std::string& path) {
  SLIPWAY_ASSIGN(auto names, files.list_files(path));
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    if (has_ending(name, ".up.sql")) return true;
    if (!has_ending(name, ".sql")) continue;
    SLIPWAY_ASSIGN(const auto text, files.read(path + "/" + name));
    if (has_section_mark(text)) return true;
  }
  return false;
}

Result<Side> parse_side(std::string_view text, const FileSystem& files) {
  Side side;
  if (text == "empty") return side;
  if (text == "target") {
    side.kind = SideKind::target;
    return side;
  }
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) {
    side.kind = SideKind::database;
    side.url = std::string(text);
    return side;
  }
  if (text.starts_with(k_command)) {
    side.kind = SideKind::command;
    side.command = std::string(trim(text.substr(k_command.size())));
    if (!side.command.empty()) return side;
    return fail(ErrorCode::usage, "command: names no program");
  }
  std::string path(text);
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (files.is_folder(path)) return folder_side(files, path);
  if (has_ending(text, ".json") && files.exists(path)) return one_path(SideKind::snapshot, path);
  if (has_ending(text, ".sql") || (!text.empty() && files.exists(path)))
    return files_side(files, text);
  return fail(Error(ErrorCode::usage, fmt::format("{} is no side of a comparison: there is no such "
                                                  "file or folder",
                                                  text.empty() ? "an empty text" : path))
                  .with_hint(std::string(k_forms)));
}

} // namespace slipway::rehearse
