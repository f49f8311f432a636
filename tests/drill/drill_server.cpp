#include "drill_server.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/os/child.hpp"

#include <csignal>
#include <filesystem>
#include <stdexcept>

namespace slipway::test {

namespace {

os::TemporaryFolder make_folder() {
  auto folder = os::TemporaryFolder::make();
  if (!folder) throw std::runtime_error(folder.error().message);
  std::filesystem::permissions(folder->path(), std::filesystem::perms(0755));
  return std::move(*folder);
}

} // namespace

DrillServer::DrillServer() : folder_(make_folder()), server_(start()) {
}

DrillServer::~DrillServer() {
  static_cast<void>(server_.cluster().stop(long_wait()));
}

pg::ClusterOptions DrillServer::options() const {
  auto options = server_options();
  options.keep = true;
  options.name = "drill";
  options.base_folder = folder_.path() + "/servers";
  // As safe as in production, but in the processes' order only: no test pulls the plug.
  options.settings["fsync"] = "off";
  options.settings["wal_level"] = "logical";
  // Any walsender would be ended at once: nothing that is tried here may depend on one.
  options.settings["wal_sender_timeout"] = "1ms";
  return options;
}

pg::Cluster DrillServer::start() const {
  auto cluster = pg::Cluster::start(options(), long_wait());
  if (!cluster) throw std::runtime_error(cluster.error().message);
  return std::move(*cluster);
}

int DrillServer::postmaster_pid() {
  auto session = control();
  return std::stoi(
      value(session, "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int"));
}

void DrillServer::stop_and_start() {
  const auto postmaster = postmaster_pid();
  kill(postmaster, SIGQUIT);
  if (!os::wait_for_end(postmaster, long_wait().deadline))
    throw std::runtime_error("the server does not end");
  const auto address = url("postgres");
  auto again = pg::Cluster::start(options(), long_wait());
  if (!again) throw std::runtime_error(again.error().message);
  if (again->connection_string() != address)
    throw std::runtime_error("the server is at another address");
}

void DrillServer::make_database(const std::string& name, const std::string& template_database) {
  const auto made = server_.cluster().create_database(name, template_database, long_wait());
  if (!made) throw std::runtime_error(made.error().message);
}

void DrillServer::drop_slots() {
  auto session = control();
  exec(session, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
}

void DrillServer::drop_databases(const std::string& beginning) {
  auto session = control();
  for (const auto& row :
       rows(session,
            "SELECT datname FROM pg_database WHERE starts_with(datname, '" + beginning + "')"))
    exec(session, "DROP DATABASE " + quote_identifier(row[0]) + " WITH (FORCE)");
}

} // namespace slipway::test
