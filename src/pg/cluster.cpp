// A cluster as its user sees it.
#include "slipway/pg/cluster.hpp"

#include "cluster_settings.hpp"
#include "cluster_start.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/pg/session.hpp"

#include <utility>

namespace slipway::pg {

namespace {

constexpr Millis k_destructor_time{10'000};
constexpr int k_first_with_strategy = 15;

Status run_as_administrator(const Running& running, const SqlText& sql, const Wait& wait) {
  ConnectOptions connect;
  connect.connection_string = socket_url(running.place.folder, running.port, "postgres");
  SLIPWAY_ASSIGN(Session session, Session::open(connect, wait));
  SLIPWAY_TRY(session.execute(sql, wait));
  return {};
}

} // namespace

struct Cluster::State {
  Running running;
};

Result<Cluster> Cluster::start(const ClusterOptions& options, const Wait& wait) {
  Result<Running> running =
      options.keep ? start_kept(options, wait) : start_throwaway(options, wait);
  if (!running) return running.error();
  return Cluster(std::make_unique<State>(State{std::move(*running)}));
}

Cluster::Cluster(std::unique_ptr<State> state) : state_(std::move(state)) {
}
Cluster::Cluster(Cluster&&) noexcept = default;

Cluster& Cluster::operator=(Cluster&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Cluster::~Cluster() {
  if (!state_ || state_->running.keep) return;
  // What cannot be stopped here is left to the reaper, which goes to work when its socket closes.
  [[maybe_unused]] const Status stopped = stop(Wait{Deadline::after(k_destructor_time)});
}

std::string Cluster::connection_string(const std::string& database) const {
  return socket_url(state_->running.place.folder, state_->running.port, database);
}

std::string Cluster::loopback_connection_string(const std::string& database) const {
  if (state_->running.password.empty()) return {};
  return loopback_url(state_->running.password, state_->running.port, database);
}

const std::string& Cluster::folder() const {
  return state_->running.place.folder;
}
const std::string& Cluster::bin_folder() const {
  return state_->running.bin_folder;
}
int Cluster::postmaster_pid() const {
  return static_cast<int>(state_->running.postmaster);
}
int Cluster::port() const {
  return state_->running.port;
}
int Cluster::major_version() const {
  return state_->running.major_version;
}

Status Cluster::create_database(const std::string& name, const std::string& template_database,
                                const Wait& wait) {
  std::string sql = "CREATE DATABASE " + quote_identifier(name);
  if (!template_database.empty()) sql += " TEMPLATE " + quote_identifier(template_database);
  // The default, wal_log, is half as fast for an empty database and worse for a full one.
  if (state_->running.major_version >= k_first_with_strategy) sql += " STRATEGY file_copy";
  return run_as_administrator(state_->running, SqlText(std::move(sql)), wait);
}

Status Cluster::drop_database(const std::string& name, const Wait& wait) {
  return run_as_administrator(
      state_->running, SqlText("DROP DATABASE " + quote_identifier(name) + " WITH (FORCE)"), wait);
}

Status Cluster::stop(const Wait& wait) {
  Running& running = state_->running;
  if (running.postmaster != 0) {
    const StopMode mode = running.keep ? StopMode::fast : StopMode::immediate;
    SLIPWAY_TRY(stop_postmaster(running.postmaster, mode, wait.deadline));
    running.postmaster = 0;
  }
  if (running.keep) return {};
  SLIPWAY_TRY(os::remove_tree(running.place.folder));
  if (running.reaper) running.reaper->dismiss();
  return {};
}

} // namespace slipway::pg
