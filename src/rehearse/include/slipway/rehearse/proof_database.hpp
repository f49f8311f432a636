#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/pg/session.hpp"

#include <string>

namespace slipway::rehearse {

/// A session of the superuser in a database of a throwaway cluster.
Result<pg::Session> open_in(const pg::Cluster& cluster, const std::string& database,
                            const Wait& wait);

/// A database with a name of its own that is dropped with this object. Sessions in it must be
/// closed before; those that are not are ended by the server.
class ProofDatabase {
public:
  /// A copy of `template_database`, or an empty one. Subscriptions, which the server does not copy,
  /// are not in it.
  static Result<ProofDatabase> make(pg::Cluster& cluster, const std::string& template_database,
                                    const Wait& wait);
  ProofDatabase(ProofDatabase&& other) noexcept;
  ProofDatabase& operator=(ProofDatabase&&) = delete;
  ~ProofDatabase();

  const std::string& name() const { return name_; }

private:
  ProofDatabase(pg::Cluster& cluster, std::string name)
      : cluster_(&cluster), name_(std::move(name)) {}
  pg::Cluster* cluster_;
  std::string name_;
};

} // namespace slipway::rehearse
