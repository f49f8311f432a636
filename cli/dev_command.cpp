// slipway dev
#include "command.hpp"
#include "confirm.hpp"
#include "result_output.hpp"

#include "slipway/app/target.hpp"
#include "slipway/os/replace_process.hpp"
#include "slipway/pg/cluster.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

constexpr Millis k_patience{120'000};

struct Options {
  std::string name; ///< empty: the setting dev.name
  std::vector<std::string> psql_arguments;
};

std::string name_of(const Invocation& invocation, const Options& options) {
  return options.name.empty() ? invocation.config.text("dev.name") : options.name;
}

void print_server(Invocation& invocation, const pg::KeptCluster& server) {
  if (invocation.format == Format::text)
    return invocation.out.line(server.socket_connection_string);
  print_json(invocation.out, {{"name", server.name},
                              {"folder", server.folder},
                              {"running", server.running},
                              {"connection_string", server.socket_connection_string}});
}

Result<pg::KeptCluster> running_server(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const std::string folder, app::dev_folder(invocation.environment));
  const std::string name = name_of(invocation, options);
  SLIPWAY_ASSIGN(const auto server, pg::find_kept_cluster(folder, name));
  if (!server)
    return fail(Error(ErrorCode::check_failed, fmt::format("there is no local server \"{}\"", name))
                    .with_next("slipway dev up"));
  if (!server->running)
    return fail(
        Error(ErrorCode::check_failed, fmt::format("the local server \"{}\" is not running", name))
            .with_state("its data is kept")
            .with_next("slipway dev up"));
  return *server;
}

Result<int> up(Invocation& invocation, const Options& options) {
  pg::ClusterOptions cluster;
  SLIPWAY_ASSIGN(cluster.base_folder, app::dev_folder(invocation.environment));
  cluster.bin_folder = invocation.config.path("dev.server_bin");
  cluster.name = name_of(invocation, options);
  cluster.keep = true;
  const Wait wait{Deadline::after(k_patience), &invocation.stop};
  SLIPWAY_ASSIGN(const pg::Cluster server, pg::Cluster::start(cluster, wait));
  print_server(invocation, {.name = cluster.name,
                            .folder = server.folder(),
                            .running = true,
                            .socket_connection_string = server.connection_string()});
  invocation.events.on_event(event::Note{fmt::format(
      "the local server \"{}\" is running; slipway dev down removes it", cluster.name)});
  return 0;
}

Result<int> down(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const std::string folder, app::dev_folder(invocation.environment));
  const std::string name = name_of(invocation, options);
  SLIPWAY_ASSIGN(const auto server, pg::find_kept_cluster(folder, name));
  if (server) {
    SLIPWAY_TRY(
        confirm(invocation, fmt::format("Remove the local server \"{}\" and all its data?", name)));
    SLIPWAY_TRY(
        pg::remove_kept_cluster(folder, name, Wait{Deadline::after(k_patience), &invocation.stop}));
  }
  if (invocation.format == Format::json)
    print_json(invocation.out, {{"name", name}, {"removed", server.has_value()}});
  else
    invocation.out.line(server ? fmt::format("removed the local server \"{}\"", name)
                               : fmt::format("there is no local server \"{}\"", name));
  return 0;
}

Result<int> url(Invocation& invocation, const Options& options) {
  SLIPWAY_ASSIGN(const pg::KeptCluster server, running_server(invocation, options));
  print_server(invocation, server);
  return 0;
}

Result<int> psql(Invocation& invocation, const Options& options) {
  if (invocation.format == Format::json)
    return fail(ErrorCode::usage,
                "psql talks to a person and has no JSON; slipway dev url --json has");
  SLIPWAY_ASSIGN(const pg::KeptCluster server, running_server(invocation, options));
  // The socket asks for no password, so none can be seen in the process list.
  os::Command command;
  const auto programs = pg::find_server_programs(invocation.config.path("dev.server_bin"));
  const std::string beside_server =
      programs.empty() ? std::string() : programs.front().bin_folder + "/psql";
  command.arguments = {invocation.files.exists(beside_server) ? beside_server : "psql",
                       server.socket_connection_string};
  command.arguments.insert(command.arguments.end(), options.psql_arguments.begin(),
                           options.psql_arguments.end());
  SLIPWAY_TRY(os::replace_process(command));
  return 0;
}

using Action = Result<int> (*)(Invocation&, const Options&);

CLI::App* add_action(CLI::App& app, const std::shared_ptr<Options>& options, const char* name,
                     const char* summary) {
  CLI::App* action = app.add_subcommand(name, summary);
  action
      ->add_option("--name", options->name,
                   "Which local server; the setting dev.name says the usual one")
      ->type_name("NAME");
  return action;
}

Run configure(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.require_subcommand(1);
  std::vector<std::pair<const CLI::App*, Action>> actions;
  actions.emplace_back(
      add_action(app, options, "up",
                 "start it, and make it first if need be; prints its connection string"),
      up);
  actions.emplace_back(add_action(app, options, "down", "stop it and remove it with all its data"),
                       down);
  CLI::App* open = add_action(app, options, "psql", "open psql on it");
  open->add_option("ARGUMENT", options->psql_arguments, "Handed on to psql; after --, options too");
  actions.emplace_back(open, psql);
  actions.emplace_back(add_action(app, options, "url", "print its connection string"), url);
  return [options, actions](Invocation& invocation) -> Result<int> {
    for (const auto& [parser, action] : actions)
      if (parser->parsed()) return action(invocation, *options);
    return fail(ErrorCode::internal, "no action of slipway dev was parsed");
  };
}

} // namespace

Command dev_command() {
  Command command;
  command.name = "dev";
  command.summary = "a PostgreSQL of your own on this machine";
  command.description =
      "Makes and keeps a server for development from the PostgreSQL programs of this machine. The "
      "connection string it prints goes through a socket in a private folder, and so holds no "
      "password.\n\n"
      "Its data stays until slipway dev down. It is kept in $XDG_STATE_HOME/slipway/dev or ~/.local/state/slipway/dev; for "
      "root, whose folders a server cannot read, in /var/lib/slipway/dev.";
  command.group = "Start";
  command.examples = {
      {"export DATABASE_URL=\"$(slipway dev up)\"", "start it and use it in this shell"},
      {"slipway dev psql -- -c 'select version()'", "ask it something"},
      {"slipway dev down --yes", "remove it"}};
  command.exit_statuses = {{3, "there is no such server, or it is not running"}};
  command.configure = configure;
  return command;
}

} // namespace slipway::cli
