// What the applied migrations make, on a throwaway server of the target's version.
#include "drift_expectation.hpp"
#include "runner.hpp"
#include "schema_scope.hpp"
#include "side_cache.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/inspect/read_outside.hpp"
#include "slipway/rehearse/same_meaning.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

constexpr int k_numbers_a_major = 10'000; ///< 150020 is of 15

struct Applied {
  source::Folder folder;            ///< with what is applied only
  std::vector<std::string> no_file; ///< applied, but not in the folder
  std::size_t pending = 0;
  std::vector<std::string> half_done;
};

// What is pending is no drift: it will be there after `slipway up`.
Applied applied_of(source::Folder folder, const plan::History& history) {
  Applied applied;
  for (const auto& one : history.applied) {
    const bool there =
        std::any_of(folder.files.begin(), folder.files.end(),
                    [&](const source::MigrationFile& file) { return file.version == one.version; });
    if (!there) applied.no_file.push_back(one.version.str() + " " + one.name);
    if (one.state != plan::AppliedState::applied)
      applied.half_done.push_back(one.version.str() + " " + one.name);
  }
  const auto all = folder.files.size();
  std::erase_if(folder.files, [&](const source::MigrationFile& file) {
    return history.find(file.version) == nullptr;
  });
  applied.pending = all - folder.files.size();
  applied.folder = std::move(folder);
  return applied;
}

std::vector<std::string> notes_on(const Applied& applied) {
  std::vector<std::string> notes;
  if (applied.pending > 0)
    notes.push_back(fmt::format("{} pending migration{} left out", applied.pending,
                                applied.pending == 1 ? " is" : "s are"));
  if (!applied.no_file.empty())
    notes.push_back(fmt::format("applied, but without a file here, so that what they made is told "
                                "as drift: {}",
                                fmt::join(applied.no_file, ", ")));
  if (!applied.half_done.empty())
    notes.push_back(
        fmt::format("half done, and expected to be done: {}", fmt::join(applied.half_done, ", ")));
  return notes;
}

std::string identity_of(const Applied& applied, int server_version) {
  std::string all = std::to_string(server_version);
  for (const auto& file : applied.folder.files)
    all += " " + file.version.str() + ":" + sha256_hex(*file.text);
  return "migrations " + sha256_hex(all);
}

struct Making {
  source::Folder folder;
  inspect::Scope scope;
  std::string bin_folder;
  std::string author;
  std::string working_directory;
  std::vector<std::string> outside; ///< stand-ins for what is left out of the target
  Remembered remembered = Remembered::used;
};

rehearse::ShadowOptions options_for(const Making& making, const schema::Schema& found) {
  rehearse::ShadowOptions options;
  options.bin_folder = making.bin_folder;
  options.major_version = found.origin().server_version / k_numbers_a_major;
  options.owner = found.origin().owner;
  options.author = making.author;
  return options;
}

bool differs_in_texts(const schema::Schema& made, const schema::Schema& found) {
  const auto differences = schema::compare(made, found);
  return !differences.empty() && rehearse::differ_in_text_only(differences);
}

Result<std::optional<schema::Schema>>
make_anew(const Context& context, const Making& making, const rehearse::ShadowOptions& options,
          const schema::Schema& found, const Wait& wait,
          const std::function<void(const schema::Schema&)>& keep) {
  SLIPWAY_ASSIGN(const auto scripts, rehearse::up_scripts(making.folder));
  SLIPWAY_ASSIGN(auto shadow, rehearse::Shadow::start(options, wait));
  SLIPWAY_TRY(shadow.begin_with(making.outside, wait));
  const rehearse::Workshop workshop{.shadow = shadow,
                                    .files = context.files,
                                    .scope = making.scope,
                                    .working_directory = making.working_directory};
  SLIPWAY_ASSIGN(const auto database, shadow.make(scripts, wait));
  SLIPWAY_ASSIGN(auto made, rehearse::read_back(workshop, database, wait));
  keep(made);
  if (differs_in_texts(made, found)) {
    SLIPWAY_ASSIGN(const bool same, rehearse::mean_the_same(workshop, made, found, wait));
    if (same) return std::optional<schema::Schema>();
  }
  return std::optional(std::move(made));
}

/// What the migrations came to the last time is enough, unless it takes a server to tell whether
/// texts that differ mean the same.
Result<std::optional<schema::Schema>> make(const Context& context, const Making& making,
                                           const schema::Schema& found, const Wait& wait) {
  const auto options = options_for(making, found);
  const SideCache cache(context, options, making.scope);
  std::vector<SideInput> inputs;
  for (const auto& file : making.folder.files) inputs.push_back({file.file_name, *file.text});
  const auto key = cache.key_of(inputs, making.outside);
  if (key && making.remembered == Remembered::used)
    if (auto kept = cache.find(*key); kept && !differs_in_texts(*kept, found)) return kept;
  return make_anew(context, making, options, found, wait, [&](const schema::Schema& made) {
    if (key) cache.keep(*key, made);
  });
}

} // namespace

Result<Expectation> expect_migrations(const Context& context, pg::Session& session,
                                      const inspect::Scope& scope, Remembered remembered,
                                      const Wait& wait) {
  SLIPWAY_ASSIGN(auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(const auto history, history_store(context).read(session, wait));
  const auto applied = applied_of(std::move(folder), history);
  Expectation expected;
  expected.description = "the applied migrations";
  expected.identity = identity_of(applied, session.server_version());
  expected.salt = fresh_salt();
  expected.notes = notes_on(applied);
  Making making{.folder = applied.folder,
                .scope = scope,
                .bin_folder = context.config.path("dev.server_bin"),
                .author = {},
                .working_directory = context.config.working_directory(),
                .outside = {},
                .remembered = remembered};
  SLIPWAY_ASSIGN(making.outside, inspect::read_outside(session, scope.leave_out, wait));
  making.scope.dependencies = true;
  making.scope.salt = expected.salt;
  SLIPWAY_ASSIGN(making.author, author_of(session, context.config.text("history.schema"), wait));
  expected.schema = [&context, making = std::move(making)](const schema::Schema& found,
                                                           const Wait& limit) {
    return make(context, making, found, limit);
  };
  return expected;
}

} // namespace slipway::app
