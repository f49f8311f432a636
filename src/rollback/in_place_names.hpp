#pragma once

#include "in_place_schemas.hpp"

#include <cstdint>

namespace slipway::rollback {

/// Two sets of schemas in one database that share their names. In a transaction in which the names
/// are changed the restored ones have them; for everybody else the broken ones do, until it
/// commits. Nobody is kept waiting by a change of a schema's name.
class InPlaceNames {
public:
  InPlaceNames(std::vector<PlacedSchema> schemas, std::int64_t run)
      : schemas_(std::move(schemas)), run_(run) {}

  std::string beside(const std::string& name) const;
  std::string kept(const std::string& name) const;
  const std::vector<PlacedSchema>& schemas() const { return schemas_; }
  /// All names of either kind.
  std::vector<std::string> beside_names() const;
  std::vector<std::string> kept_names() const;

  /// Begins a transaction in which each schema of the backup that is there now is there and empty,
  /// with the owner, the rights and the comment that it has.
  Status begin_empty(pg::Session& session, const Wait& wait) const;
  /// Begins one in which the restored schemas have their names.
  Status begin(pg::Session& session, const Wait& wait) const;
  /// Gives the broken ones their names back, in either. The restored ones are beside them.
  Status give_back(pg::Session& session, const Wait& wait) const;

private:
  Status move_extensions(pg::Session& session, bool to_kept, const Wait& wait) const;
  std::vector<PlacedSchema> schemas_;
  std::int64_t run_;
};

} // namespace slipway::rollback
