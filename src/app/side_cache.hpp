#pragma once

#include "side_inputs.hpp"

#include "slipway/inspect/read.hpp"
#include "slipway/os/cache_folder.hpp"
#include "slipway/rehearse/shadow.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// What sides that are made of files come to, by all that it depends on: texts, server, program,
/// settings and day. Kept in the user's cache folder, so that making them again and again is not
/// needed to see that nothing differs. A plan is never tried on anything out of it.
class SideCache {
public:
  /// `options` and `scope` are those that the sides are made with.
  SideCache(const Context& context, const rehearse::ShadowOptions& options,
            const inspect::Scope& scope);

  /// What the side depends on. Nothing for a side that cannot be kept: a live one, a command whose
  /// files nobody named, scripts that look at the clock or at files of the server. Errors:
  /// configuration, for a setting that names files that are not there.
  Result<std::optional<std::string>> key_of(const rehearse::Side& side) const;
  /// The same for what these texts come to, with what else they depend on.
  std::optional<std::string> key_of(const std::vector<SideInput>& inputs,
                                    const std::vector<std::string>& more = {}) const;
  std::optional<schema::Schema> find(const std::string& key) const;
  /// Not of a schema with secrets: their digests are not written down either.
  void keep(const std::string& key, const schema::Schema& schema) const;

private:
  std::string key_of_all(std::vector<std::string> parts,
                         const std::vector<SideInput>& inputs) const;

  const Context& context_;
  std::string common_; ///< what all keys begin with; empty: nothing is kept
  os::CacheFolder folder_;
};

} // namespace slipway::app
