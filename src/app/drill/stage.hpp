#pragma once

#include "slipway/app/context.hpp"
#include "slipway/backup/catalogue.hpp"
#include "slipway/os/real_file_system.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/source/migration.hpp"

#include <memory>
#include <optional>
#include <string>

namespace slipway::app::drill {

/// Shows what is said, and keeps single steps, warnings about what has to fail, and notices to
/// itself.
class NotesOnly final : public EventSink {
public:
  explicit NotesOnly(EventSink& events) : events_(events) {}
  void on_event(const Event& event) override {
    if (std::holds_alternative<event::Note>(event)) events_.on_event(event);
  }

private:
  EventSink& events_;
};

/// A throwaway server and a folder with a copy of the project, both gone with this object.
class Stage {
public:
  /// Starts the server, of the version of `backup` where there is one. The project's settings hold
  /// but for those that say where the database, the files and the backups are.
  static Result<std::unique_ptr<Stage>>
  set(const Context& project, const std::optional<backup::Listed>& backup, const Wait& wait);

  /// The project on the throwaway server.
  const Context& context() const { return *context_; }
  Result<pg::Session> open(const Wait& wait) const;
  /// Puts a migration into the folder.
  Status add(const source::MigrationFile& file);
  Status add(const std::string& file_name, const std::string& text);
  /// Applies what is pending. Roles that the project takes for granted are made.
  Status apply(const Wait& wait);

private:
  Stage(const Context& project, pg::Cluster cluster, os::TemporaryFolder folder);
  Status settle(const Context& project);
  Status restore(const Context& project, const backup::Listed& backup, const Wait& wait);

  NotesOnly events_;
  pg::Cluster cluster_;
  os::TemporaryFolder folder_;
  os::RealFileSystem files_;
  std::unique_ptr<config::Config> config_;
  std::optional<Context> context_;
};

} // namespace slipway::app::drill
