#pragma once

#include "slipway/app/migrations.hpp"
#include "slipway/os/real_file_system.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/test/memory_file_system.hpp"
#include "slipway/test/migration_files.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::test {

/// Keeps every event, so that a test can ask what was said.
class RecordingSink final : public EventSink {
public:
  void on_event(const Event& event) override {
    events.push_back(event);
    if (meanwhile) meanwhile(event);
  }
  template<class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& event : events)
      if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
    return found;
  }
  std::vector<Event> events;
  /// What somebody else does at that moment.
  std::function<void(const Event&)> meanwhile;
};

/// A project in memory on the test's own database.
class ProjectTest : public ServerTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    files_.add_folder("migrations");
    // Throwaway servers are of the version under test, too.
    if (const auto folder = server_options().bin_folder; !folder.empty())
      set("dev.server_bin", folder);
  }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(files_.write("migrations/" + name, text, Overwrite::yes));
  }
  void write(const std::string& name, const std::string& up, const std::string& down) {
    write(name, migration_text(up, down));
  }
  /// The folder from now on holds just these.
  void forget_files() {
    files_.clear();
    files_.add_folder("migrations");
  }
  void set(const std::string& key, const std::string& value) { flags_[key] = value; }
  /// Backups go into a folder of the test's own.
  void keep_backups_in_a_folder() {
    auto made = os::TemporaryFolder::make();
    ASSERT_TRUE(made) << made.error().message;
    folder_.emplace(std::move(*made));
    set("backup.store", store());
  }
  std::string store() const { return folder_->path() + "/backups"; }

  /// Runs a use case with the project's settings.
  template<class Use>
  auto with_context(Use use) {
    config::Inputs inputs;
    inputs.flags = flags_;
    inputs.flags["target.url"] = url_;
    inputs.working_directory = ".";
    const auto config = config::settle(inputs, files_);
    if (!config) throw std::runtime_error(config.error().message);
    const app::Context context{.config = *config,
                               .files = files_,
                               .events = sink_,
                               .masker = masker_,
                               .stop = stop_,
                               .environment = environment_};
    return use(context);
  }

  Result<app::RunReport> up(const plan::Selection& selection = {}) {
    return with_context([&](const app::Context& context) { return app::up(context, selection); });
  }
  Result<app::RunReport> down(const plan::Selection& selection = {}) {
    return with_context([&](const app::Context& context) { return app::down(context, selection); });
  }
  app::StatusReport status() {
    auto report = with_context([](const app::Context& context) { return app::status(context); });
    if (!report) throw std::runtime_error(report.error().message);
    return std::move(*report);
  }
  bool has_table(const std::string& name) {
    return value("SELECT to_regclass('" + name + "') IS NOT NULL") == "t";
  }

  std::optional<os::TemporaryFolder> folder_; ///< of keep_backups_in_a_folder()
  MemoryFileSystem files_;
  std::map<std::string, std::string, std::less<>> flags_;
  RecordingSink sink_;
  Masker masker_;
  const StopSignal* stop_ = nullptr;
  std::map<std::string, std::string, std::less<>> environment_;
};

} // namespace slipway::test
