// Makes the two sides of a comparison comparable: on servers of one version, under one owner.
#include "diff_sides.hpp"

#include "diff_draft.hpp"
#include "side_cache.hpp"

#include "slipway/rehearse/same_meaning.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::size_t k_shown_differences = 5;

// Names of roles are those of a live database, where there is one.
rehearse::ShadowOptions shadow_options(const Context& context, const SideDrafts& drafts) {
  rehearse::ShadowOptions options;
  options.bin_folder = context.config.path("dev.server_bin");
  options.major_version = drafts.major_version;
  options.loopback = drafts.from.side.kind == rehearse::SideKind::command ||
                     drafts.to.side.kind == rehearse::SideKind::command;
  for (const bool live : {false, true})
    for (const auto* one : {&drafts.to, &drafts.from})
      if (one->read && one->session.has_value() == live) {
        options.owner = one->read->origin().owner;
        options.author = one->author;
      }
  return options;
}

// A copy that is not the same proves nothing.
Result<rehearse::Materialised> copy_of(const rehearse::Workshop& workshop, SideDraft& draft,
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
  // A snapshot may name an owner of another database; a live one keeps the texts that it has.
  if (draft.session) copy.schema = std::move(*draft.read);
  return copy;
}

// Both sides on their way to where they can be compared: what is known of them already is compared
// first, so that nothing is made to see that nothing differs.
class Making {
public:
  Making(const Context& context, SideDrafts drafts, const SidesRequest& request, const Wait& wait)
      : context_(context), drafts_(std::move(drafts)), request_(request), wait_(wait),
        options_(shadow_options(context, drafts_)) {
    if (request.cache) cache_.emplace(context, options_, drafts_.scope);
    sides_.from_name = drafts_.from.side.describe();
    sides_.to_name = drafts_.to.side.describe();
  }

  Result<Sides> run() {
    SLIPWAY_TRY(remember(drafts_.from, from_));
    SLIPWAY_TRY(remember(drafts_.to, to_));
    if (are_equal()) return std::move(sides_);
    SLIPWAY_TRY(start_server());
    // A live one stays as it is known, and so may the other, if that settles it.
    for (const bool known : {false, true}) {
      if (from_.is_known() == known) SLIPWAY_TRY(make(drafts_.from, from_, sides_.from));
      if (to_.is_known() == known) SLIPWAY_TRY(make(drafts_.to, to_, sides_.to));
      if (!known && are_equal()) return std::move(sides_);
    }
    if (drafts_.from.session) sides_.live = std::move(drafts_.from.session);
    return std::move(sides_);
  }

private:
  // What is known of a side.
  struct Known {
    const schema::Schema* schema = nullptr;
    std::optional<std::string> key; ///< of a side that can be kept
    std::optional<schema::Schema> kept;
    bool made = false;
    bool is_known() const { return schema != nullptr && !made; }
  };

  Status remember(const SideDraft& draft, Known& known) {
    if (draft.read) known.schema = &*draft.read;
    if (draft.read || !cache_) return {};
    SLIPWAY_ASSIGN(known.key, cache_->key_of(draft.side));
    if (known.key) known.kept = cache_->find(*known.key);
    if (known.kept) known.schema = &*known.kept;
    return {};
  }

  bool are_equal() {
    sides_.equal = request_.may_be_equal && from_.schema != nullptr && to_.schema != nullptr &&
                   schema::compare(*from_.schema, *to_.schema).empty();
    return sides_.equal;
  }

  Status start_server() {
    SLIPWAY_ASSIGN(auto shadow, rehearse::Shadow::start(options_, wait_));
    SLIPWAY_TRY(shadow.begin_with(drafts_.outside, wait_));
    sides_.shadow = std::make_unique<rehearse::Shadow>(std::move(shadow));
    sides_.workshop = std::make_unique<rehearse::Workshop>(
        rehearse::Workshop{.shadow = *sides_.shadow,
                           .files = context_.files,
                           .scope = drafts_.scope,
                           .working_directory = context_.config.working_directory()});
    return {};
  }

  Status make(SideDraft& draft, Known& known, rehearse::Materialised& side) {
    if (known.made) return {};
    if (draft.read) {
      SLIPWAY_ASSIGN(side, copy_of(*sides_.workshop, draft, wait_));
    } else {
      SLIPWAY_ASSIGN(side, rehearse::materialise(*sides_.workshop, draft.side, wait_));
      // What was written to meanwhile may have been read before or after.
      if (known.key) {
        SLIPWAY_ASSIGN(const auto now, cache_->key_of(draft.side));
        if (now == known.key) cache_->keep(*known.key, side.schema);
      }
    }
    known.schema = &side.schema;
    known.made = true;
    return {};
  }

  const Context& context_;
  SideDrafts drafts_;
  const SidesRequest& request_;
  const Wait wait_;
  rehearse::ShadowOptions options_;
  std::optional<SideCache> cache_;
  Known from_;
  Known to_;
  Sides sides_;
};

} // namespace

Result<Sides> make_sides(const Context& context, const SidesRequest& request, const Wait& wait) {
  SLIPWAY_ASSIGN(auto drafts, draft_sides(context, request.from, request.to, wait));
  return Making(context, std::move(drafts), request, wait).run();
}

} // namespace slipway::app
