// Writes what makes one side into the other as migrations, each with its way back.
#include "diff_counts.hpp"
#include "diff_timeouts.hpp"
#include "diff_work.hpp"
#include "kept_names.hpp"
#include "runner.hpp"
#include "ways_back.hpp"

#include "slipway/diff/answer.hpp"
#include "slipway/diff/contraction.hpp"
#include "slipway/diff/migration_text.hpp"
#include "slipway/rehearse/same_meaning.hpp"
#include "slipway/source/folder.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace slipway::app {

namespace {

// What takes away comes last and in a file of its own, where the plan still leads there in that
// order.
Status part_phases(const Sides& sides, std::vector<diff::Statement>& statements, const Wait& wait) {
  auto parted = diff::contractions_last(statements);
  if (!parted) return {};
  SLIPWAY_ASSIGN(const auto database, sides.shadow->new_database(sides.from.database, wait));
  if (auto done = sides.shadow->run(database, *parted, wait); !done)
    return done.error().code == ErrorCode::cancelled || !done.error().connection_usable()
               ? std::move(done)
               : Status();
  SLIPWAY_ASSIGN(const auto reached, rehearse::read_back(*sides.workshop, database, wait));
  const auto differences = schema::compare(reached, sides.to.schema);
  bool same = differences.empty();
  if (!same && rehearse::differ_in_text_only(differences)) {
    SLIPWAY_ASSIGN(same, rehearse::mean_the_same(*sides.workshop, reached, sides.to.schema, wait));
  }
  if (same) statements = std::move(*parted);
  return {};
}

std::vector<diff::Finding> losses_not_allowed(const std::vector<diff::Finding>& findings,
                                              const std::vector<std::string>& allowed) {
  std::vector<diff::Finding> losses;
  for (const auto& one : findings) {
    const bool is_allowed = one.kind != diff::FindingKind::data_loss ||
                            std::any_of(allowed.begin(), allowed.end(), [&](const auto& path) {
                              return diff::is_path_of(path, one.object);
                            });
    if (!is_allowed) losses.push_back(one);
  }
  return losses;
}

Result<source::Folder> folder_of(const Context& context) {
  const auto path = migrations_path(context);
  if (context.files.is_folder(path)) return source::read_folder(context.files, path);
  source::Folder folder;
  folder.path = path;
  return folder;
}

// What is written must be read back as what was meant.
Status check_readable(const source::MigrationFile& file, const diff::MigrationDraft& draft) {
  SLIPWAY_ASSIGN(const auto migration, source::parse_migration(file));
  const std::size_t down = migration.down ? migration.down->statements.size() : 0;
  const std::size_t wanted_down =
      draft.way_back == diff::WayBack::impossible ? 0 : std::max<std::size_t>(1, draft.down.size());
  if (migration.up.statements.size() == draft.up.size() && down == wanted_down) return {};
  return fail(Error(ErrorCode::internal, "the migration would not be read as it was meant")
                  .with_state("nothing was written"));
}

std::string title_of(const std::string& name, const std::vector<diff::MigrationDraft>& drafts,
                     std::size_t at) {
  if (drafts.size() == 1) return name;
  const auto numbered = fmt::format("{} {}", name, at + 1);
  return drafts[at].phase.empty() ? numbered : numbered + " " + drafts[at].phase;
}

// As few files as the plan allows.
Result<std::vector<diff::MigrationDraft>>
drafts_for(const Context& context, const GenerateRequest& request, const Sides& sides,
           std::vector<diff::Statement>& statements, const Wait& wait) {
  if (request.one_file) {
    if (auto one = diff::one_draft_of(statements))
      return std::vector<diff::MigrationDraft>{std::move(*one)};
    context.events.on_event(event::Note{
        "it does not fit into one file: some statements have to share a transaction, and others must not"});
  }
  SLIPWAY_TRY(part_phases(sides, statements, wait));
  auto drafts = diff::drafts_of(statements);
  diff::name_phases(drafts);
  return drafts;
}

Result<std::vector<GeneratedFile>> files_of(const Context& context, const GenerateRequest& request,
                                            const DiffReport& report,
                                            const std::vector<diff::MigrationDraft>& drafts) {
  SLIPWAY_ASSIGN(auto folder, folder_of(context));
  const auto format = source::format_from(context.config.text("migrations.format"))
                          .value_or(source::detect_format(folder));
  const auto origin = fmt::format("{} and {}", report.from, report.to);
  std::vector<GeneratedFile> files;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const auto title = title_of(request.name, drafts, i);
    const auto name =
        source::next_file_name(folder, format, title, std::chrono::system_clock::now());
    GeneratedFile file{.path = folder.path + "/" + name,
                       .text = diff::migration_text(title, origin, drafts[i]),
                       .way_back = drafts[i].way_back,
                       .way_back_text = diff::way_back_text(drafts[i])};
    SLIPWAY_ASSIGN(const auto version,
                   Version::parse(name.substr(0, name.find_first_not_of("0123456789"))));
    source::MigrationFile written{.version = version,
                                  .name = title,
                                  .file_name = name,
                                  .path = file.path,
                                  .text = std::make_shared<const std::string>(file.text)};
    SLIPWAY_TRY(check_readable(written, drafts[i]));
    folder.files.push_back(std::move(written));
    files.push_back(std::move(file));
  }
  return files;
}

void advise_on_renames(const Context& context, const GenerateRequest& request,
                       const schema::Schema& from, const Renames& renames) {
  if (!renames_what_is_used(from, renames)) {
    if (request.keep_old_names)
      context.events.on_event(event::Note{"no table and no column is renamed: no name is kept"});
    return;
  }
  if (request.keep_old_names) return;
  context.events.on_event(
      event::Note{"a release that still uses the old names fails from then on; with "
                  "--keep-old-names a view stands under them until a file of its own"});
}

Result<std::vector<GeneratedFile>> write_files(const Context& context,
                                               std::vector<GeneratedFile> files) {
  for (const auto& file : files)
    SLIPWAY_TRY(context.files.write(file.path, file.text, Overwrite::no));
  return files;
}

// One attempt at a plan, as far as it could be proven.
struct Attempt {
  DiffReport diff;
  std::vector<diff::MigrationDraft> drafts;
  std::vector<std::string> soft_drops;
  std::vector<diff::PlainDrop> plain_drops;
  Renames renames;
  std::vector<schema::Identity> not_renamed;
};

class Generation {
public:
  Generation(const Context& context, const GenerateRequest& request, const Sides& sides,
             std::string seed, const Wait& wait)
      : context_(context), request_(request), sides_(sides), seed_(std::move(seed)), wait_(wait) {}

  Result<Attempt> make(Answers answers) {
    SLIPWAY_ASSIGN(auto soft, attempt(answers, request_.soft_drop ? now_as_stamp() : ""));
    const auto why = request_.soft_drop && !soft.soft_drops.empty() ? why_not(soft) : std::string();
    if (why.empty()) return soft;
    // What was asked need not be asked again.
    answers = {.renames = soft.renames, .not_renamed = soft.not_renamed};
    SLIPWAY_ASSIGN(auto plain, attempt(answers, ""));
    if (!why_not(plain).empty()) return soft;
    for (const auto& one : plain.soft_drops) plain.plain_drops.push_back({one, why});
    plain.soft_drops.clear();
    return plain;
  }

private:
  static std::string now_as_stamp() {
    return fmt::format("{:%Y%m%d%H%M%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                              std::chrono::system_clock::now())));
  }

  Result<Attempt> attempt(const Answers& answers, std::string stamp) {
    SLIPWAY_ASSIGN(auto plan, try_plan(*sides_.workshop,
                                       {.from = sides_.from,
                                        .to = sides_.to.schema,
                                        .renames = answers.renames,
                                        .not_renamed = answers.not_renamed,
                                        .ask = request_.sides.ask,
                                        .first = {},
                                        .soft_drop = std::move(stamp)},
                                       wait_));
    const bool keeps = keeps_names(plan.renames);
    auto kept = keeps ? drafts_that_keep_names(sides_.from.schema, plan) : KeptDrafts();
    Attempt made{.diff = {},
                 .drafts = std::move(kept.drafts),
                 .soft_drops = std::move(plan.soft_drops),
                 .plain_drops = std::move(plan.plain_drops),
                 .renames = plan.renames,
                 .not_renamed = plan.not_renamed};
    made.diff = report_of(sides_, std::move(plan));
    if (made.diff.equal || !request_.write || !made.diff.questions.empty()) return made;
    made.diff.questions = std::move(kept.refusals);
    if (!made.diff.questions.empty()) return made;
    if (keeps) {
      made.diff.statements = statements_of(made.drafts);
    } else {
      SLIPWAY_ASSIGN(made.drafts,
                     drafts_for(context_, request_, sides_, made.diff.statements, wait_));
    }
    SLIPWAY_TRY(find_ways_back(sides_, keeps ? std::move(kept.renames_now) : made.renames,
                               made.drafts, wait_));
    SLIPWAY_TRY(prove(context_, sides_, seed_, whole_way_back(made.drafts), made.diff, wait_));
    return made;
  }

  bool keeps_names(const Renames& renames) const {
    return request_.keep_old_names && renames_what_is_used(sides_.from.schema, renames);
  }

  // What keeps a plan with soft drops from being one. A question is none of theirs.
  static std::string why_not(const Attempt& made) {
    for (const auto& one : made.diff.questions)
      if (one.is_refusal) return "with it " + one.message;
    for (const auto& one : made.drafts)
      if (one.way_back == diff::WayBack::impossible) return "nothing would lead back: " + one.why;
    return {};
  }

  const Context& context_;
  const GenerateRequest& request_;
  const Sides& sides_;
  const std::string seed_;
  const Wait& wait_;
};

} // namespace

Result<GenerateReport> generate(const Context& context, const GenerateRequest& request) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto seed, read_seed(context, request.sides));
  SLIPWAY_ASSIGN(auto sides, make_sides(context, sides_request(request.sides), wait));
  if (sides.equal) return GenerateReport{.diff = equal_report(sides), .losses = {}, .files = {}};
  SLIPWAY_ASSIGN(auto answers, read_answers(context, request.sides, sides));
  SLIPWAY_ASSIGN(
      auto made,
      Generation(context, request, sides, std::move(seed), wait).make(std::move(answers)));
  GenerateReport report;
  report.diff = std::move(made.diff);
  report.soft_drops = std::move(made.soft_drops);
  report.plain_drops = std::move(made.plain_drops);
  if (report.diff.equal || !request.write || !report.diff.questions.empty()) return report;
  advise_on_renames(context, request, sides.from.schema, made.renames);
  if (sides.live) {
    SLIPWAY_TRY(count_rows(*sides.live, report.diff.findings, wait));
    SLIPWAY_TRY(fit_timeouts(context, *sides.live, made.drafts, wait));
  }
  report.losses = losses_not_allowed(report.diff.findings, request.allowed_losses);
  if (!report.losses.empty() || !report.diff.questions.empty()) return report;
  SLIPWAY_ASSIGN(auto files, files_of(context, request, report.diff, made.drafts));
  SLIPWAY_ASSIGN(report.files, write_files(context, std::move(files)));
  return report;
}

} // namespace slipway::app
