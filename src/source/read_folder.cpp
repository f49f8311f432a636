// Finds the migrations of a folder: which files are migrations, which belong together, and in what
// order they come.
#include "slipway/source/folder.hpp"

#include "file_name.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::source {

namespace {

// One migration file by its name, before it is read.
struct Entry {
  Version version;
  FileKind kind;
  std::string name;
  std::string file_name;
};

std::string join(const std::string& folder, const std::string& file_name) {
  if (folder.empty() || folder.back() == '/') return folder + file_name;
  return folder + "/" + file_name;
}

Place place_of(const std::string& folder, const std::string& file_name) {
  Place place;
  place.file = join(folder, file_name);
  return place;
}

// Takes a name in as a migration, or warns of it, or passes over it.
Status take(Folder& folder, std::vector<Entry>& entries, const std::string& file_name) {
  if (file_name.empty() || file_name.front() == '.' || !is_sql_file(file_name)) return {};
  const auto parts = take_apart(file_name);
  if (!parts) {
    folder.warnings.push_back(
        {"not-a-migration",
         fmt::format("{} is not a migration: its name does not begin with a version", file_name),
         "name it like 20261120103000_add_users.sql, or move it to another folder",
         place_of(folder.path, file_name)});
    return {};
  }
  const auto version = Version::parse(parts->digits);
  if (!version)
    return fail(Error(ErrorCode::source, fmt::format("{}: {}", file_name, version.error().message))
                    .with_hint(version.error().hint)
                    .with_place(place_of(folder.path, file_name)));
  entries.push_back({*version, parts->kind, std::string(parts->name), file_name});
  return {};
}

tl::unexpected<Error> two_of_one_version(const Folder& folder, const Entry& first,
                                         const Entry& second) {
  return fail(
      Error(ErrorCode::source, fmt::format("version {} is that of two files: {} and {}",
                                           first.version.str(), first.file_name, second.file_name))
          .with_hint("give one of them a greater version that nothing has yet")
          .with_place(place_of(folder.path, second.file_name)));
}

Result<std::shared_ptr<const std::string>> read(const FileSystem& files, const std::string& path) {
  SLIPWAY_ASSIGN(std::string bytes, files.read(path));
  return std::make_shared<const std::string>(std::move(bytes));
}

// Entries of one version: a whole file, or an up file, or an up and a down file of one name.
Status add_migration(Folder& folder, const FileSystem& files, const Entry* first,
                     const Entry* last) {
  const Entry& up = *first;
  if (up.kind == FileKind::down)
    return fail(
        Error(ErrorCode::source, fmt::format("{} has no up file beside it", up.file_name))
            .with_hint(fmt::format("its up file would be {}_{}.up.sql", up.version.str(), up.name))
            .with_place(place_of(folder.path, up.file_name)));
  const bool is_pair = last - first == 2 && up.kind == FileKind::up &&
                       first[1].kind == FileKind::down && up.name == first[1].name;
  if (last - first > 1 && !is_pair) return two_of_one_version(folder, up, first[1]);
  MigrationFile file{up.version, up.name, up.file_name, join(folder.path, up.file_name),
                     nullptr,    {},      nullptr};
  SLIPWAY_ASSIGN(file.text, read(files, file.path));
  if (is_pair) {
    file.down_path = join(folder.path, first[1].file_name);
    SLIPWAY_ASSIGN(file.down_text, read(files, file.down_path));
  }
  folder.files.push_back(std::move(file));
  return {};
}

// People and other tools list names as text; where that differs from the numbers, they see another
// order than ours.
void warn_of_text_order(Folder& folder) {
  const auto later =
      std::adjacent_find(folder.files.begin(), folder.files.end(),
                         [](const auto& a, const auto& b) { return a.file_name > b.file_name; });
  if (later == folder.files.end()) return;
  const auto& before = later->file_name;
  const auto& after = std::next(later)->file_name;
  folder.warnings.push_back(
      {"not-sorted-numerically",
       fmt::format("{} is listed before {} but runs after it: versions are compared as numbers",
                   after, before),
       "give versions the same number of digits", place_of(folder.path, after)});
}

} // namespace

Result<Folder> read_folder(const FileSystem& files, const std::string& path) {
  Folder folder{path, {}, {}};
  auto names = files.list_files(path);
  if (!names)
    return fail(std::move(names).error().with_hint(
        "`slipway init` makes the folder; the setting migrations.folder names another"));
  // Names come in no order; warnings and errors must not depend on that.
  std::sort(names->begin(), names->end());
  std::vector<Entry> entries;
  for (const auto& name : *names) SLIPWAY_TRY(take(folder, entries, name));
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.version, a.kind) < std::tie(b.version, b.kind);
  });
  const Entry* const end = entries.data() + entries.size();
  for (const Entry* first = entries.data(); first != end;) {
    const Entry* last =
        std::find_if(first, end, [&](const Entry& e) { return e.version != first->version; });
    SLIPWAY_TRY(add_migration(folder, files, first, last));
    first = last;
  }
  warn_of_text_order(folder);
  return folder;
}

} // namespace slipway::source
