// Puts a migration together from its file or its pair of files.
#include "slipway/source/migration.hpp"

#include "directive_values.hpp"
#include "file_name.hpp"
#include "sections.hpp"
#include "slipway/base/bug.hpp"
#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::source {

namespace {

constexpr std::string_view k_both_sections =
    "write `-- slipway:up` above the SQL that makes the change and `-- slipway:down` above the SQL that undoes it";
constexpr std::string_view k_write_down =
    "write the SQL that undoes it, or `-- slipway:irreversible REASON`";

// A file with what splitting found in it.
struct ReadFile {
  SourceText text;
  sql::Script script;
  std::vector<Directive> directives;
};

Result<ReadFile> read_file(const std::shared_ptr<const std::string>& bytes,
                           const std::string& path) {
  ReadFile file{SourceText(bytes, path), {}, {}};
  SLIPWAY_ASSIGN(file.script, sql::split(file.text.view(), path));
  SLIPWAY_ASSIGN(file.directives, find_directives(file.text, file.script));
  SLIPWAY_TRY(check_placement(file.directives, file.text));
  return file;
}

// For files written for another runner: what its mark of the up section is.
std::string_view foreign_up_mark(const ReadFile& file) {
  for (const auto& comment : file.script.comments) {
    const std::string text = to_lower_ascii(
        trim(file.text.view().substr(comment.span.offset + 2, comment.span.length - 2)));
    for (const std::string_view mark : {"migrate:up", "+goose up", "+migrate up"})
      if (text.compare(0, mark.size(), mark) == 0) return mark;
  }
  return {};
}

Error no_up_section(const ReadFile& file, bool has_sections) {
  if (has_sections)
    return Error(ErrorCode::source, "the file has no up section")
        .with_hint(std::string(k_both_sections))
        .with_place(file.text.place());
  if (file.script.statements.empty())
    return Error(ErrorCode::source, "the file holds no SQL")
        .with_hint(std::string(k_both_sections))
        .with_place(file.text.place());
  Error error(ErrorCode::source, "`-- slipway:up` is missing");
  const auto mark = foreign_up_mark(file);
  error.hint =
      mark.empty()
          ? std::string(k_both_sections)
          : fmt::format("`-- {}` is another tool's word; here it is `-- slipway:up`", mark);
  return std::move(error).with_place(file.text.place(file.script.statements.front().span));
}

Status check_nothing_before(const ReadFile& file, const SectionSpan& first) {
  const auto& statements = file.script.statements;
  if (statements.empty() || statements.front().span.offset > first.directive.offset) return {};
  return fail(Error(ErrorCode::source, "a statement stands before the first section")
                  .with_hint("move it below `-- slipway:up`")
                  .with_place(file.text.place(statements.front().span)));
}

// The rule that every migration can be undone or says why not. `down_place` is where the down
// section begins.
Status settle_down(Migration& migration, const Place& down_place) {
  const bool has_down = migration.down && !migration.down->statements.empty();
  if (has_down && migration.irreversible)
    return fail(Error(ErrorCode::source,
                      "the migration has a down section and says that it is irreversible")
                    .with_hint("keep one of them")
                    .with_place(down_place));
  if (has_down || migration.irreversible) {
    if (!has_down) migration.down.reset();
    return {};
  }
  return fail(Error(ErrorCode::source,
                    migration.down ? "the down section is empty" : "there is no down section")
                  .with_hint(std::string(k_write_down))
                  .with_place(down_place));
}

Status read_sections(Migration& migration, const ReadFile& file,
                     const std::vector<SectionSpan>& sections) {
  for (const auto& span : sections) {
    SLIPWAY_ASSIGN(Section section, read_section(file.text, span.body));
    if (span.name == DirectiveName::up) {
      migration.up = std::move(section);
    } else if (span.name == DirectiveName::down) {
      migration.down = std::move(section);
    } else {
      if (section.statements.empty())
        return fail(Error(ErrorCode::source, "the verify section is empty")
                        .with_hint("write a query that returns true once the change is in place")
                        .with_place(file.text.place(span.directive)));
      migration.verify = std::move(section);
    }
  }
  return {};
}

Status apply_directives(Migration& migration, const ReadFile& file) {
  for (const auto& directive : file.directives)
    SLIPWAY_TRY(apply_directive(migration, directive, file.text));
  return {};
}

Status parse_single(const MigrationFile& file, Migration& migration) {
  SLIPWAY_ASSIGN(const ReadFile read, read_file(file.text, file.path));
  const auto sections = cut_sections(read.directives, read.text.view());
  const auto find = [&](DirectiveName name) {
    return std::find_if(sections.begin(), sections.end(),
                        [&](const SectionSpan& s) { return s.name == name; });
  };
  if (find(DirectiveName::up) == sections.end())
    return fail(no_up_section(read, !sections.empty()));
  SLIPWAY_TRY(check_nothing_before(read, sections.front()));
  SLIPWAY_TRY(apply_directives(migration, read));
  SLIPWAY_TRY(read_sections(migration, read, sections));
  const auto down = find(DirectiveName::down);
  return settle_down(migration,
                     down == sections.end() ? read.text.place() : read.text.place(down->directive));
}

// A file of a pair is one section as a whole.
Result<Section> whole_section(const ReadFile& file, std::string_view direction) {
  for (const auto& directive : file.directives) {
    const bool is_wrong = opens_section(directive.name) ||
                          (direction == "down" && directive.name != DirectiveName::allow);
    if (!is_wrong) continue;
    return fail(
        Error(ErrorCode::source, fmt::format("{} cannot stand in a .{}.sql file",
                                             directive_text(directive.name), direction))
            .with_hint(
                opens_section(directive.name)
                    ? fmt::format("the whole file is the {} section; take the directive away",
                                  direction)
                    : "it holds for both files: move it to the .up.sql file")
            .with_place(file.text.place(directive.comment)));
  }
  const std::size_t begin = start_of_text(file.text.view());
  return read_section(file.text, {begin, file.text.view().size() - begin});
}

Status parse_pair(const MigrationFile& file, Migration& migration) {
  SLIPWAY_ASSIGN(const ReadFile up, read_file(file.text, file.path));
  SLIPWAY_ASSIGN(migration.up, whole_section(up, "up"));
  SLIPWAY_TRY(apply_directives(migration, up));
  if (!file.down_text) return settle_down(migration, up.text.place());
  SLIPWAY_ASSIGN(const ReadFile down, read_file(file.down_text, file.down_path));
  SLIPWAY_ASSIGN(migration.down, whole_section(down, "down"));
  SLIPWAY_TRY(apply_directives(migration, down));
  return settle_down(migration, down.text.place());
}

} // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
  case Phase::expand:
    return "expand";
  case Phase::backfill:
    return "backfill";
  case Phase::switch_over:
    return "switch";
  case Phase::contract:
    return "contract";
  }
  return "expand";
}

std::optional<Phase> phase_from(std::string_view name) {
  for (const Phase phase : {Phase::expand, Phase::backfill, Phase::switch_over, Phase::contract})
    if (phase_name(phase) == name) return phase;
  return std::nullopt;
}

Result<Migration> parse_migration(const MigrationFile& file) {
  SLIPWAY_ASSERT(file.text != nullptr);
  Migration migration{.version = file.version, .name = file.name, .path = file.path};
  const bool is_pair = file.down_text != nullptr || is_up_file(file.file_name);
  SLIPWAY_TRY(is_pair ? parse_pair(file, migration) : parse_single(file, migration));
  migration.checksums = {bytes_checksum(file), normalised_checksum(file),
                         sql::token_digest(migration.up.body)};
  return migration;
}

} // namespace slipway::source
