// Finds out what the sides of a comparison are, and what of them can be compared.
#include "diff_draft.hpp"

#include "runner.hpp"
#include "schema_scope.hpp"

#include "slipway/inspect/read_outside.hpp"
#include "slipway/schema/snapshot.hpp"
#include "slipway/schema/subset.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::app {

namespace {

using rehearse::Side;
using rehearse::SideKind;

constexpr int k_numbers_a_major = 10'000; ///< 150020 is of 15

Result<pg::Session> connect(const Context& context, const Side& side, const Wait& wait) {
  if (side.kind == SideKind::target) return open_session(context, "diff", wait);
  return open_other_session(context, side.url, "diff", wait);
}

Result<Side> side_of(const Context& context, const std::string& text) {
  if (!text.empty()) return rehearse::parse_side(text, context.files);
  Side side;
  const auto folder = migrations_path(context);
  if (!context.files.is_folder(folder)) return side;
  side.kind = SideKind::migrations;
  side.paths.push_back(folder);
  return side;
}

Error not_usable(const std::string& path, const std::string& why) {
  return Error(ErrorCode::unsupported, fmt::format("the snapshot {} {}", path, why))
      .with_hint("`slipway snapshot` writes one that can be compared");
}

Result<schema::Schema> read_snapshot(const FileSystem& files, const std::string& path) {
  SLIPWAY_ASSIGN(const auto text, files.read(path));
  SLIPWAY_ASSIGN(auto schema, schema::from_json(text, path));
  if (schema.origin().server_version < k_numbers_a_major)
    return fail(not_usable(path, "does not say which version of PostgreSQL it is of"));
  if (!schema.has_dependencies())
    return fail(not_usable(path, "has no dependencies, so that no statement can be planned"));
  return schema;
}

Result<SideDraft> draft_of(const Context& context, const std::string& text, const Wait& wait) {
  SideDraft draft;
  SLIPWAY_ASSIGN(draft.side, side_of(context, text));
  if (draft.side.is_live()) {
    SLIPWAY_ASSIGN(draft.session, connect(context, draft.side, wait));
  } else if (draft.is_snapshot()) {
    SLIPWAY_ASSIGN(draft.read, read_snapshot(context.files, draft.side.paths.front()));
    draft.author = author_in(*draft.read);
  }
  return draft;
}

Status add_to_scope(const Context& context, SideDraft& draft, inspect::Scope& scope,
                    const Wait& wait) {
  if (draft.session) {
    SLIPWAY_TRY(add_side_schemas(context, *draft.session, scope, wait));
    return add_platform_schemas(context, *draft.session, scope, wait);
  }
  if (!draft.is_snapshot()) return {};
  leave_out(scope, draft.read->origin().left_out);
  scope.names_of_secrets_only = true;
  return {};
}

Status read_live(SideDraft& draft, const inspect::Scope& scope, const Wait& wait) {
  if (!draft.session) return {};
  SLIPWAY_ASSIGN(draft.read, inspect::read_schema(*draft.session, scope, wait));
  SLIPWAY_ASSIGN(draft.author, author_of(*draft.session, scope.leave_out.front(), wait));
  return {};
}

// A role that is no superuser may not read connection strings.
bool hides_secrets(const SideDraft& draft) {
  if (!draft.read) return false;
  const auto all = draft.read->objects(schema::Kind::subscription);
  return std::any_of(all.begin(), all.end(), [](const schema::Object& one) {
    return !one.has(schema::Property::secret_digest);
  });
}

bool has_secrets(const SideDraft& draft) {
  if (!draft.read) return false;
  for (schema::Object::Index at = 0; at < draft.read->size(); ++at)
    if (draft.read->at(at).has(schema::Property::secret_digest)) return true;
  return false;
}

Status read_both(const Context& context, SideDrafts& drafts, const Wait& wait) {
  auto& scope = drafts.scope;
  SLIPWAY_TRY(read_live(drafts.from, scope, wait));
  SLIPWAY_TRY(read_live(drafts.to, scope, wait));
  if (!scope.names_of_secrets_only && (hides_secrets(drafts.from) || hides_secrets(drafts.to))) {
    scope.names_of_secrets_only = true;
    SLIPWAY_TRY(read_live(drafts.from, scope, wait));
    SLIPWAY_TRY(read_live(drafts.to, scope, wait));
  }
  if (scope.names_of_secrets_only && (has_secrets(drafts.from) || has_secrets(drafts.to)))
    context.events.on_event(event::Note{
        "passwords and connection strings are not compared: one side does not know them"});
  return {};
}

Result<int> version_for(const SideDraft& from, const SideDraft& to) {
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

} // namespace

int SideDraft::major_version() const {
  return read ? read->origin().server_version / k_numbers_a_major : 0;
}

Result<SideDrafts> draft_sides(const Context& context, const std::string& from,
                               const std::string& to, const Wait& wait) {
  SideDrafts drafts;
  SLIPWAY_ASSIGN(drafts.from, draft_of(context, from, wait));
  SLIPWAY_ASSIGN(drafts.to, draft_of(context, to, wait));
  drafts.scope = settings_scope(context);
  drafts.scope.dependencies = true;
  drafts.scope.salt = fresh_salt();
  for (SideDraft* one : {&drafts.from, &drafts.to})
    SLIPWAY_TRY(add_to_scope(context, *one, drafts.scope, wait));
  for (SideDraft* one : {&drafts.from, &drafts.to})
    if (one->is_snapshot())
      one->read = schema::without_schemas(std::move(*one->read), drafts.scope.leave_out);
  SLIPWAY_TRY(read_both(context, drafts, wait));
  for (SideDraft* one : {&drafts.to, &drafts.from}) {
    if (!one->session || !drafts.outside.empty()) continue;
    SLIPWAY_ASSIGN(drafts.outside,
                   inspect::read_outside(*one->session, drafts.scope.leave_out, wait));
  }
  SLIPWAY_ASSIGN(drafts.major_version, version_for(drafts.from, drafts.to));
  return drafts;
}

} // namespace slipway::app
