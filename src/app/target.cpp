// Decides which database is meant and opens sessions on it.
#include "slipway/app/target.hpp"

#include "slipway/base/text.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/process.hpp"
#include "slipway/pg/cluster.hpp"
#include "slipway/pg/other_database.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr Millis k_longest_run = std::chrono::hours(24);
constexpr Millis k_longest_look{30'000};
constexpr Millis k_url_command_limit{30'000};
constexpr std::array<const char*, 6> k_libpq_variables{"PGHOST",     "PGHOSTADDR", "PGPORT",
                                                       "PGDATABASE", "PGSERVICE",  "PGUSER"};

bool has(const Context& context, const char* name) {
  const auto found = context.environment.find(name);
  return found != context.environment.end() && !found->second.empty();
}

Result<Target> from_command(const Context& context, const Wait& wait) {
  os::Command command;
  command.arguments = context.config.text_list("target.url_command");
  command.working_directory = context.config.folder();
  SLIPWAY_ASSIGN(const auto finished, os::run(command, wait.within(k_url_command_limit)));
  const std::string url(trim(finished.output));
  if (finished.exit_status != 0 || url.empty())
    return fail(Error(ErrorCode::configuration,
                      fmt::format("target.url_command ({}) {}", command.arguments.front(),
                                  finished.timed_out ? "did not end in time"
                                  : url.empty() && finished.exit_status == 0
                                      ? "printed nothing"
                                      : fmt::format("ended with status {}", finished.exit_status)))
                    .with_hint("it must print the connection string and end with status 0"));
  return Target{.connection_string = url, .origin = "target.url_command"};
}

Result<Target> dev_target(const Context& context, const Wait& wait) {
  const auto refuse = [](std::string message) {
    return fail(Error(ErrorCode::configuration, std::move(message))
                    .with_hint("set DATABASE_URL, the PG* variables, or target.url in slipway.toml")
                    .with_next("slipway config"));
  };
  if (has(context, "CI"))
    return refuse("no target is configured, and in CI slipway does not start one of its own");
  pg::ClusterOptions options;
  options.keep = true;
  options.name = context.config.text("dev.name");
  SLIPWAY_ASSIGN(options.base_folder, dev_folder(context.environment));
  options.bin_folder = context.config.text("dev.server_bin");
  SLIPWAY_ASSIGN(const auto cluster, pg::Cluster::start(options, wait));
  // A warning, so that it is seen even with --quiet: somebody may have meant another database.
  context.events.on_event(event::Warning{
      .message = fmt::format("no target is configured: using the PostgreSQL of `slipway dev` ({})",
                             options.name),
      .hint = {}});
  return Target{
      .connection_string = cluster.connection_string(), .origin = "slipway dev", .is_dev = true};
}

pg::TlsMode tls_mode(const std::string& text) {
  if (text == "verify-ca") return pg::TlsMode::verify_ca;
  if (text == "require") return pg::TlsMode::require;
  if (text == "prefer") return pg::TlsMode::prefer;
  if (text == "disable") return pg::TlsMode::disable;
  if (text == "from-connection-string") return pg::TlsMode::from_connection_string;
  return pg::TlsMode::verify_full;
}

pg::ConnectOptions connect_options(const Context& context, const std::string& connection_string,
                                   const std::string& application_name) {
  pg::ConnectOptions options;
  options.connection_string = connection_string;
  options.application_name = application_name;
  options.connect_timeout = context.config.duration("connection.connect_timeout");
  options.tls = tls_mode(context.config.text("connection.tls"));
  return options;
}

Result<pg::Session> open(const Context& context, const pg::ConnectOptions& options,
                         const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, pg::Session::open(options, wait));
  if (const auto password = session.password(); !password.empty()) context.masker.add(password);
  // Whether there is a pooler in between, where names of statements mean nothing, is not known yet.
  session.name_statements(false);
  session.on_notice([&events = context.events](const SqlError& notice) {
    events.on_event(event::ServerNotice{
        .severity = notice.severity, .sqlstate = notice.sqlstate, .message = notice.message});
  });
  return session;
}

} // namespace

Result<std::string> dev_folder(const std::map<std::string, std::string, std::less<>>& environment) {
  const auto variable = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  if (const std::string state = variable("XDG_STATE_HOME"); !state.empty())
    return state + "/slipway/dev";
  if (os::is_root()) return std::string("/var/lib/slipway/dev");
  if (const std::string home = variable("HOME"); !home.empty())
    return home + "/.local/state/slipway/dev";
  return fail(Error(ErrorCode::configuration,
                    "there is no place to keep a server: HOME and XDG_STATE_HOME are not set"));
}

bool has_target(const Context& context) {
  const auto& config = context.config;
  return !config.text("target.url").empty() || !config.text("target.url_file").empty() ||
         !config.text_list("target.url_command").empty() ||
         std::any_of(k_libpq_variables.begin(), k_libpq_variables.end(),
                     [&](const char* name) { return has(context, name); });
}

Result<Target> find_target(const Context& context, const Wait& wait) {
  const auto& config = context.config;
  const auto found = [&]() -> Result<Target> {
    if (const auto url = config.text("target.url"); !url.empty())
      return Target{.connection_string = url, .origin = config.value("target.url").where};
    if (const auto file = config.text("target.url_file"); !file.empty()) {
      SLIPWAY_ASSIGN(const auto bytes, context.files.read(config.path("target.url_file")));
      return Target{.connection_string = std::string(trim(bytes)), .origin = file};
    }
    if (!config.text_list("target.url_command").empty()) return from_command(context, wait);
    for (const auto* name : k_libpq_variables)
      if (has(context, name)) return Target{.connection_string = {}, .origin = name};
    return dev_target(context, wait);
  }();
  if (found)
    if (auto password = pg::password_in(found->connection_string)) context.masker.add(*password);
  return found;
}

Result<pg::Session> open_session(const Context& context, const std::string& role,
                                 const Wait& wait) {
  return open_named_session(context, "slipway:0:" + role, wait);
}

Result<pg::Session> open_named_session(const Context& context, const std::string& application_name,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(const auto target, find_target(context, wait));
  auto session =
      open(context, connect_options(context, target.connection_string, application_name), wait);
  if (session) return session;
  auto error = std::move(session).error();
  error.notes.push_back("the target comes from " + target.origin);
  if (error.next_command.empty()) error.next_command = "slipway doctor";
  return fail(std::move(error));
}

Result<pg::Session> open_other_session(const Context& context, const std::string& connection_string,
                                       const std::string& role, const Wait& wait) {
  if (auto password = pg::password_in(connection_string)) context.masker.add(*password);
  return open(context, connect_options(context, connection_string, "slipway:0:" + role), wait);
}

Result<pg::Session> open_in_target(const Context& context, const std::string& database,
                                   const std::string& role, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto target, find_target(context, wait));
  SLIPWAY_ASSIGN(
      const auto options,
      pg::other_database(connect_options(context, target.connection_string, "slipway:0:" + role),
                         database));
  return open(context, options, wait);
}

Wait run_wait(const Context& context) {
  const auto limit = context.config.duration("run.deadline");
  return Wait{Deadline::after(limit.count() > 0 ? limit : k_longest_run), context.stop};
}

Wait look_wait(const Context& context) {
  const auto limit = context.config.duration("run.deadline");
  return Wait{Deadline::after(limit.count() > 0 ? limit : k_longest_look), context.stop};
}

} // namespace slipway::app
