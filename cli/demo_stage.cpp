#include "demo_stage.hpp"

#include "demo_files.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

namespace slipway::cli {

namespace {

constexpr Millis k_whole_demo{300'000};
constexpr Millis k_one_command{60'000};
constexpr Millis k_reading_pause{1'200};

} // namespace

DemoStage::DemoStage(Invocation& invocation, bool paced, pg::Cluster cluster,
                     os::TemporaryFolder folder, const Wait& wait)
    : invocation_(invocation), paced_(paced), cluster_(std::move(cluster)),
      folder_(std::move(folder)), wait_(wait) {
}

Result<std::unique_ptr<DemoStage>> DemoStage::set(Invocation& invocation, bool paced) {
  const Wait wait{Deadline::after(k_whole_demo), &invocation.stop};
  pg::ClusterOptions options;
  options.bin_folder = invocation.config.text("dev.server_bin");
  SLIPWAY_ASSIGN(auto cluster, pg::Cluster::start(options, wait));
  SLIPWAY_TRY(cluster.create_database("shop", "", wait));
  SLIPWAY_ASSIGN(auto folder, os::TemporaryFolder::make("", "slipway-demo-"));
  std::unique_ptr<DemoStage> stage(
      new DemoStage(invocation, paced, std::move(cluster), std::move(folder), wait));
  for (const auto& file : demo_files())
    if (file.path.substr(0, file.path.find('/')) != "broken")
      SLIPWAY_TRY(stage->add_file(std::string(file.path), file.text));
  return stage;
}

void DemoStage::pause() const {
  if (!paced_) return;
  pollfd stop{.fd = invocation_.stop.descriptor(), .events = POLLIN, .revents = 0};
  poll(&stop, 1, static_cast<int>(k_reading_pause.count()));
}

void DemoStage::title(std::string_view text) {
  invocation_.out.line("");
  invocation_.out.line(invocation_.out.paint(observe::Role::bold, text));
}

void DemoStage::say(std::string_view text) {
  invocation_.out.line(text);
  pause();
}

Result<os::Finished> DemoStage::run_quietly(const std::vector<std::string>& arguments) const {
  os::Command command;
  command.arguments = {invocation_.program};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.working_directory = folder_.path();
  command.environment["DATABASE_URL"] = cluster_.connection_string("shop");
  if (invocation_.out.style().colour) command.environment["FORCE_COLOR"] = "1";
  // The person's own settings must not play along.
  for (const auto& [name, value] : invocation_.environment)
    if (name.rfind("SLIPWAY_", 0) == 0 || name.rfind("PG", 0) == 0) command.unset.push_back(name);
  return os::run(command, wait_.within(k_one_command));
}

void DemoStage::show(const std::vector<std::string>& arguments, const os::Finished& finished) {
  invocation_.out.line(invocation_.out.paint(
      observe::Role::bold, fmt::format("$ slipway {}", fmt::join(arguments, " "))));
  for (const auto* text : {&finished.errors, &finished.output}) {
    std::string_view rest = *text;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      invocation_.out.line(fmt::format("  {}", rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  pause();
}

Result<os::Finished> DemoStage::slipway(const std::vector<std::string>& arguments,
                                        int expected_status) {
  SLIPWAY_ASSIGN(auto finished, run_quietly(arguments));
  show(arguments, finished);
  SLIPWAY_TRY(expect(
      finished.exit_status == expected_status,
      fmt::format("slipway {} ends with status {}", fmt::join(arguments, " "), expected_status)));
  return finished;
}

Result<pg::Session> DemoStage::application(const std::string& name) const {
  pg::ConnectOptions options;
  options.connection_string = cluster_.connection_string("shop");
  options.application_name = name;
  return pg::Session::open(options, wait_);
}

Result<std::string> DemoStage::sql(const std::string& text) {
  SLIPWAY_ASSIGN(auto session, application("shop"));
  SLIPWAY_ASSIGN(const auto rows, session.execute(SqlText(text), wait_));
  return rows.size() == 0 ? std::string() : std::string(rows.text(0, 0));
}

Result<std::string> DemoStage::schema_digest() {
  return sql(R"(SELECT pg_catalog.md5(pg_catalog.string_agg(line, E'\n' ORDER BY line)) FROM (
  SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull AS line
    FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'constraint ' || conname || ' ' || pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'index ' || indexdef FROM pg_catalog.pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'function ' || p.oid::regprocedure || pg_catalog.md5(p.prosrc) FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
  UNION ALL SELECT 'trigger ' || pg_catalog.pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger WHERE NOT tgisinternal) AS lines)");
}

Status DemoStage::add_file(const std::string& path, std::string_view text) {
  return invocation_.files.write(folder_.path() + "/" + path, std::string(text), Overwrite::no);
}

Status DemoStage::remove_file(const std::string& path) {
  if (std::remove((folder_.path() + "/" + path).c_str()) == 0) return {};
  return fail(ErrorCode::io, "cannot remove " + path);
}

Status DemoStage::expect(bool holds, const std::string& promise) {
  if (!holds)
    return fail(
        Error(ErrorCode::internal, "the demo did not go as told: " + promise + " (it does not)")
            .with_hint("please report this with the output above"));
  invocation_.out.line(invocation_.out.paint(observe::Role::ok, "  ok: ") + promise);
  return {};
}

} // namespace slipway::cli
