// Makes the two sides of a comparison comparable: on servers of one version, under one owner.
#include "diff_sides.hpp"

#include "schema_scope.hpp"

#include "runner.hpp"

#include "slipway/rehearse/same_meaning.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

using rehearse::Side;
using rehearse::SideKind;

constexpr int k_numbers_a_major = 10'000; ///< 150020 is of 15
constexpr std::size_t k_shown_differences = 5;

// One side on its way.
struct Draft {
  Side side;
  std::optional<pg::Session> session;
  std::optional<schema::Schema> read; ///< of a live database or a snapshot
  std::string author;                 ///< of a live database: who makes its objects
  int major_version() const { return read ? read->origin().server_version / k_numbers_a_major : 0; }
};

Result<pg::Session> connect(const Context& context, const Side& side, const Wait& wait) {
  if (side.kind == SideKind::target) return open_session(context, "diff", wait);
  return open_other_session(context, side.url, "diff", wait);
}

// No text stands for what the project's own migrations make.
Result<Side> side_of(const Context& context, const std::string& text) {
  if (!text.empty()) return rehearse::parse_side(text, context.files);
  Side side;
  const auto folder = migrations_path(context);
  if (!context.files.is_folder(folder)) return side;
  side.kind = SideKind::migrations;
  side.paths.push_back(folder);
  return side;
}

Result<Draft> draft_of(const Context& context, const std::string& text, const inspect::Scope& scope,
                       const Wait& wait) {
  Draft draft;
  SLIPWAY_ASSIGN(draft.side, side_of(context, text));
  if (draft.side.is_live()) {
    SLIPWAY_ASSIGN(draft.session, connect(context, draft.side, wait));
    SLIPWAY_ASSIGN(draft.read, inspect::read_schema(*draft.session, scope, wait));
    SLIPWAY_ASSIGN(draft.author, author_of(*draft.session, scope.leave_out.front(), wait));
  } else if (draft.side.kind == SideKind::snapshot) {
    return fail(ErrorCode::unsupported, "snapshots cannot be compared yet");
  }
  return draft;
}

// 0 when nothing speaks for one.
Result<int> version_for(const Draft& from, const Draft& to) {
  const int one = from.major_version();
  const int other = to.major_version();
  if (one == 0 || other == 0 || one == other) return one == 0 ? other : one;
  return fail(
      Error(ErrorCode::unsupported,
            fmt::format("{} is of PostgreSQL {}, {} of PostgreSQL {}: what two versions write for "
                        "an expression cannot be compared",
                        from.side.describe(), one, to.side.describe(), other))
          .with_hint("compare each with the migrations, or with a database of its own version"));
}

rehearse::ShadowOptions shadow_options(const Context& context, const Draft& from, const Draft& to,
                                       int major_version) {
  rehearse::ShadowOptions options;
  options.bin_folder = context.config.path("dev.server_bin");
  options.major_version = major_version;
  options.loopback = from.side.kind == SideKind::command || to.side.kind == SideKind::command;
  for (const Draft* one : {&to, &from})
    if (one->session) {
      options.owner = one->read->origin().owner;
      options.author = one->author;
    }
  return options;
}

// A copy that is not the same proves nothing.
Result<rehearse::Materialised> copy_of(const rehearse::Workshop& workshop, Draft& draft,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(auto copy, rehearse::rebuild(workshop, *draft.read, wait));
  const auto differences = schema::compare(*draft.read, copy.schema);
  if (!rehearse::differ_in_text_only(differences)) {
    Error error(ErrorCode::unsupported,
                fmt::format("no true copy of {} could be made on a throwaway server",
                            draft.side.describe()));
    for (auto& line : rehearse::told(differences, k_shown_differences))
      error.notes.push_back("differs: " + std::move(line));
    return fail(std::move(error));
  }
  copy.schema = std::move(*draft.read);
  return copy;
}

Result<rehearse::Materialised> make(const rehearse::Workshop& workshop, Draft& draft,
                                    const Wait& wait) {
  if (draft.read) return copy_of(workshop, draft, wait);
  return rehearse::materialise(workshop, draft.side, wait);
}

} // namespace

Result<Sides> make_sides(const Context& context, const std::string& from, const std::string& to,
                         const Wait& wait) {
  inspect::Scope scope{.leave_out = {context.config.text("history.schema")},
                       .dependencies = true,
                       .salt = fresh_salt()};
  for (auto& name : context.config.text_list("schema.leave_out"))
    scope.leave_out.push_back(std::move(name));
  SLIPWAY_ASSIGN(auto one, draft_of(context, from, scope, wait));
  SLIPWAY_ASSIGN(auto other, draft_of(context, to, scope, wait));
  SLIPWAY_ASSIGN(const int version, version_for(one, other));
  SLIPWAY_ASSIGN(auto shadow,
                 rehearse::Shadow::start(shadow_options(context, one, other, version), wait));
  Sides sides;
  sides.from_name = one.side.describe();
  sides.to_name = other.side.describe();
  sides.shadow = std::make_unique<rehearse::Shadow>(std::move(shadow));
  sides.workshop = std::make_unique<rehearse::Workshop>(
      rehearse::Workshop{.shadow = *sides.shadow,
                         .files = context.files,
                         .scope = scope,
                         .working_directory = context.config.working_directory()});
  SLIPWAY_ASSIGN(sides.from, make(*sides.workshop, one, wait));
  SLIPWAY_ASSIGN(sides.to, make(*sides.workshop, other, wait));
  if (one.session) sides.live = std::move(one.session);
  return sides;
}

} // namespace slipway::app
