#pragma once

#include "slipway/base/event.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/rehearse/script.hpp"
#include "slipway/schema/schema.hpp"

#include <set>
#include <string>
#include <vector>

namespace slipway::rehearse {

/// How the throwaway server is made.
struct ShadowOptions {
  /// Where its programs are looked for first; empty: the usual places.
  std::string bin_folder;
  /// The version that is wanted, 15 for 15.x; 0: the one that is found first.
  int major_version = 0;
  /// Owner of the databases, and what everybody is who connects: what schemas say of owners and
  /// privileges is relative to the owner of the database.
  std::string owner = "postgres";
  /// The role that scripts run as, so that it owns what they make; empty: the owner.
  std::string author;
  /// Listen on loopback, too, for programs that fill a database.
  bool loopback = false;
};

/// A throwaway server on which schemas are made and plans are tried. It is gone with this object.
class Shadow {
public:
  /// Errors: unsupported when there are no programs of the version that is wanted (the hint says
  /// what to install); else as pg::Cluster::start.
  static Result<Shadow> start(const ShadowOptions& options, const Wait& wait);

  pg::Cluster& cluster() { return cluster_; }
  int major_version() const { return cluster_.major_version(); }

  /// Makes stand-ins for what belongs to somebody else and is needed, for `new_beginning` and
  /// `make`. One that cannot be made is left out, and so is missed by what needs it.
  Status begin_with(const std::vector<std::string>& statements, const Wait& wait);
  /// A new database with those stand-ins and nothing else.
  Result<std::string> new_beginning(const Wait& wait);
  /// A new database on which the scripts ran; without stand-ins where they make the same
  /// themselves. Errors: as run.
  Result<std::string> make(const std::vector<Script>& scripts, const Wait& wait);
  /// A new database, empty or a copy of `template_database`, to which nobody may be connected.
  /// Yields its name.
  Result<std::string> new_database(const std::string& template_database, const Wait& wait);
  /// A session as the owner.
  Result<pg::Session> connect(const std::string& database, const Wait& wait);
  /// Where a program reaches a database over loopback as the author of scripts, with a password.
  /// Precondition: options.loopback.
  std::string loopback_url(const std::string& database) const;

  /// Makes those roles that are not there, without any right. They last as long as the server.
  Status make_roles(const std::set<std::string>& names, const Wait& wait);
  /// Lets those roles own what only superusers may. They have been made.
  Status make_superusers(const std::set<std::string>& names, const Wait& wait);
  /// Which of these extensions cannot be installed here.
  Result<std::vector<std::string>> missing_extensions(const std::vector<std::string>& names,
                                                      const Wait& wait);

  /// Runs the statements of a plan. Nothing is kept of a transaction that fails, what was committed
  /// before it stays. Errors: sql, with the statement in a note.
  Status run(const std::string& database, const std::vector<diff::Statement>& statements,
             const Wait& wait);
  /// Runs scripts one after the other, each in a fresh session state. A role that is missing is
  /// made; a role that another script made already is left as it is. Errors: sql with the place in
  /// the file; unsupported for an extension that is not there, and for what would reach out to
  /// another server.
  Status run(const std::string& database, const std::vector<Script>& scripts, const Wait& wait);

private:
  Shadow(pg::Cluster cluster, std::string author)
      : cluster_(std::move(cluster)), author_(std::move(author)) {}
  Result<bool> has_subscriptions(const std::string& database, const Wait& wait);
  Status prepare_roles(const ShadowOptions& options, const Wait& wait);

  pg::Cluster cluster_;
  std::string author_;
  std::string password_; ///< of the author, where it is not the cluster's own superuser
  std::string base_;     ///< a database with the stand-ins, if there are any
  int made_ = 0;
};

/// Every role that a schema names: as owner, in privileges, policies, default privileges and user
/// mappings.
std::set<std::string> roles_in(const schema::Schema& schema);

/// Roles of a schema that own what PostgreSQL lets superusers only own: foreign data wrappers,
/// event triggers and subscriptions.
std::set<std::string> superusers_in(const schema::Schema& schema);

/// The programs to start a server of that version with. Errors: unsupported.
Result<std::string> programs_of_version(const std::string& bin_folder, int major_version);

} // namespace slipway::rehearse
