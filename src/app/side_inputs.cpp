// What a side is made of, for telling whether it has changed.
#include "side_inputs.hpp"

#include "slipway/base/text.hpp"
#include "slipway/diff/drift.hpp"
#include "slipway/source/folder.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

namespace slipway::app {

namespace {

using rehearse::SideKind;

Status add_file(const FileSystem& files, const std::string& path, std::vector<SideInput>& inputs) {
  SLIPWAY_ASSIGN(auto text, files.read(path));
  inputs.push_back({path, std::move(text)});
  return {};
}

// A file, a folder (the files in it), or a pattern for the last part of a path.
Result<std::vector<std::string>> files_meant(const FileSystem& files, const std::string& path) {
  const bool is_folder = files.is_folder(path);
  if (!is_folder && files.exists(path)) return std::vector<std::string>{path};
  const auto folder = is_folder ? path : std::filesystem::path(path).parent_path().string();
  const auto pattern = is_folder ? "*" : std::filesystem::path(path).filename().string();
  std::vector<std::string> found;
  if (files.is_folder(folder)) {
    SLIPWAY_ASSIGN(auto names, files.list_files(folder));
    std::sort(names.begin(), names.end());
    for (const auto& name : names)
      if (diff::is_like(name, pattern)) found.push_back(folder + "/" + name);
  }
  if (found.empty())
    return fail(Error(ErrorCode::configuration,
                      fmt::format("diff.command_inputs names {}, and there is no such file", path))
                    .with_hint("name files, folders, or files by a * in the last part"));
  return found;
}

Result<std::vector<SideInput>> inputs_of_command(const Context& context) {
  std::vector<SideInput> inputs;
  for (const auto& one : context.config.text_list("diff.command_inputs")) {
    const auto path = (std::filesystem::path(context.config.folder()) / one).lexically_normal();
    SLIPWAY_ASSIGN(const auto meant, files_meant(context.files, path.string()));
    for (const auto& file : meant) SLIPWAY_TRY(add_file(context.files, file, inputs));
  }
  return inputs;
}

template<std::size_t N>
bool has_any(const std::string& text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

} // namespace

Result<std::vector<SideInput>> inputs_of(const Context& context, const rehearse::Side& side) {
  std::vector<SideInput> inputs;
  if (side.kind == SideKind::command) return inputs_of_command(context);
  if (side.kind == SideKind::migrations) {
    SLIPWAY_ASSIGN(const auto folder, source::read_folder(context.files, side.paths.front()));
    for (const auto& file : folder.files) inputs.push_back({file.file_name, *file.text});
  }
  if (side.kind == SideKind::sql_files)
    for (const auto& path : side.paths) SLIPWAY_TRY(add_file(context.files, path, inputs));
  return inputs;
}

bool depends_on_more(const std::string& script) {
  constexpr std::array<std::string_view, 7> k_files = {
      "pg_read_", "pg_ls_", "pg_stat_file", "lo_import", "program '", "from '/", "from e'/"};
  constexpr std::array<std::string_view, 7> k_clock = {
      "now(", "current_date", "current_time", "localtime", "timestamp(", "timeofday", "random"};
  // Where a statement or a bound is put together.
  constexpr std::array<std::string_view, 5> k_deciding = {"do $", "do '", "execute", "for values",
                                                          "do language"};
  const auto text = to_lower_ascii(script);
  return has_any(text, k_files) || (has_any(text, k_clock) && has_any(text, k_deciding));
}

} // namespace slipway::app
