// The way from options to a running server, for clusters that go with us and for those that stay.
#include "cluster_start.hpp"

#include "cluster_kept.hpp"
#include "cluster_lease.hpp"
#include "cluster_programs.hpp"
#include "cluster_settings.hpp"
#include "cluster_template.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/os/file_lock.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/system_error.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/pg/session.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace slipway::pg {

namespace {

namespace fs = std::filesystem;

/// A name for the socket only: without TCP nobody else can use the number.
constexpr int k_socket_port = 5432;
constexpr int k_port_attempts = 5;

/// PostgreSQL refuses to run as root.
Result<RunAs> choose_user(const ClusterOptions& options) {
  if (!os::is_root()) return RunAs{};
  if (!options.run_as.empty()) {
    SLIPWAY_ASSIGN(os::Account named, os::find_account(options.run_as));
    return RunAs{std::move(named)};
  }
  if (Result<os::Account> postgres = os::find_account("postgres"))
    return RunAs{std::move(*postgres)};
  SLIPWAY_ASSIGN(os::Account nobody, os::find_account("nobody"));
  return RunAs{std::move(nobody)};
}

bool has_room(const std::string& folder) {
  constexpr std::uint64_t k_room = std::uint64_t{512} << 20U;
  struct statvfs facts{};
  return ::access(folder.c_str(), W_OK | X_OK) == 0 && ::statvfs(folder.c_str(), &facts) == 0 &&
         std::uint64_t{facts.f_bavail} * facts.f_frsize >= k_room;
}

Result<std::string> choose_base(const std::string& wanted) {
  const std::string base = !wanted.empty()        ? wanted
                           : has_room("/dev/shm") ? "/dev/shm"
                                                  : os::temporary_base();
  if (socket_fits(leased_path_length(base))) return base;
  if (wanted.empty()) return std::string("/tmp");
  return Error(ErrorCode::configuration,
               "the folder " + base + " has too long a path for a unix socket below it")
      .with_hint("choose a base folder that is shorter");
}

/// Takes a cluster whose start failed away again, however far it came.
class StartGuard {
public:
  explicit StartGuard(ClusterPlace place) : place_(std::move(place)) {}
  ~StartGuard() {
    if (done_) return;
    // What resists is left to the reaper and the next start; the error that brought us here matters
    // more.
    if (const std::optional<Postmaster> postmaster = find_postmaster(place_.data()))
      if (!stop_postmaster(postmaster->pid, StopMode::immediate, Deadline::after(Millis(0))))
        return;
    [[maybe_unused]] const Status removed = os::remove_tree(place_.folder);
  }
  StartGuard(const StartGuard&) = delete;
  StartGuard& operator=(const StartGuard&) = delete;
  void done() { done_ = true; }

private:
  ClusterPlace place_;
  bool done_ = false;
};

Status set_password(const Running& running, const Wait& wait) {
  ConnectOptions connect;
  connect.connection_string = socket_url(running.place.folder, running.port, "postgres");
  SLIPWAY_ASSIGN(Session session, Session::open(connect, wait));
  SLIPWAY_TRY(session.execute(
      SqlText("ALTER ROLE postgres PASSWORD " + quote_literal(running.password)), wait));
  return {};
}

Status write_settings(const ClusterOptions& options, const Running& running, Listen listen) {
  SLIPWAY_ASSIGN(const std::string settings,
                 settings_text(options, running.place.folder, running.port, listen));
  SLIPWAY_TRY(write_new_file(running.place.data() + "/" + k_settings_file, settings, 0644));
  return write_new_file(running.place.data() + "/pg_hba.conf", access_text(listen), 0644);
}

/// Between the look for a free port and its use another may take it; then another port is tried.
Status start_on_free_port(const ClusterOptions& options, const RunAs& run_as, Running& running,
                          const Wait& wait) {
  for (int attempt = 1;; ++attempt) {
    if (running.port == 0) {
      SLIPWAY_ASSIGN(running.port, free_port());
    }
    SLIPWAY_TRY(write_settings(options, running, Listen::loopback));
    const Result<pid_t> started =
        start_postmaster(running.bin_folder, running.place, run_as.name(), wait);
    if (started) {
      running.postmaster = *started;
      return {};
    }
    if (attempt == k_port_attempts || !port_was_taken(started.error())) return started.error();
    running.port = 0;
  }
}

Status start_on_socket(const ClusterOptions& options, const RunAs& run_as, Running& running,
                       const Wait& wait) {
  running.port = k_socket_port;
  SLIPWAY_TRY(write_settings(options, running, Listen::socket_only));
  SLIPWAY_ASSIGN(running.postmaster,
                 start_postmaster(running.bin_folder, running.place, run_as.name(), wait));
  return {};
}

/// Programs that can open the data folder of a kept cluster: a server opens those of its own major
/// version only.
Result<Programs> programs_for(const ClusterOptions& options, int major_version) {
  SLIPWAY_ASSIGN(Programs chosen, choose_programs(options.bin_folder));
  if (chosen.server.major_version == major_version) return chosen;
  if (options.bin_folder.empty())
    for (const ServerPrograms& other : find_server_programs(""))
      if (other.major_version == major_version)
        if (std::optional<Programs> programs = programs_in(other.bin_folder))
          return std::move(*programs);
  return Error(ErrorCode::unsupported,
               fmt::format("the kept cluster {} was made by PostgreSQL {}, which is not here",
                           options.name, major_version))
      .with_hint("install that version, or remove the cluster to have a new one made");
}

/// A folder that becomes the cluster by a rename, so that a half-made one is never taken for it.
Status make_kept(const ClusterOptions& options, const RunAs& run_as, const Programs& programs,
                 const KeptPlace& kept, const Wait& wait) {
  std::error_code error;
  if (fs::exists(kept.place.folder, error))
    return Error(ErrorCode::io, kept.place.folder + " is there but is not a cluster")
        .with_hint("remove it if nothing in it is needed");
  SLIPWAY_ASSIGN(const std::string password, random_password());
  SLIPWAY_ASSIGN(os::TemporaryFolder folder,
                 os::TemporaryFolder::make(options.base_folder, ".new-"));
  SLIPWAY_TRY(give_to(run_as, folder.path()));
  const KeptPlace making{ClusterPlace{folder.path()}};
  SLIPWAY_TRY(initialise(programs, run_as, making.place.data(), Durable::yes, wait));
  SLIPWAY_TRY(write_new_file(making.password_file(), password + "\n", 0600));
  SLIPWAY_TRY(write_new_file(making.port_file(), "0\n", 0600));
  if (::rename(folder.path().c_str(), kept.place.folder.c_str()) != 0)
    return os::system_error("make", kept.place.folder, errno);
  folder.release();
  return {};
}

Result<Programs> make_or_find_kept(const ClusterOptions& options, const RunAs& run_as,
                                   const KeptPlace& kept, const Wait& wait) {
  if (const std::optional<KeptFacts> facts = kept_facts(kept))
    return programs_for(options, facts->major_version);
  SLIPWAY_ASSIGN(Programs programs, choose_programs(options.bin_folder));
  SLIPWAY_TRY(make_kept(options, run_as, programs, kept, wait));
  return programs;
}

} // namespace

Result<Running> start_throwaway(const ClusterOptions& options, const Wait& wait) {
  SLIPWAY_ASSIGN(const Programs programs, choose_programs(options.bin_folder));
  SLIPWAY_ASSIGN(const RunAs run_as, choose_user(options));
  SLIPWAY_ASSIGN(const std::string base, choose_base(options.base_folder));
  sweep_leases(base);

  Running running;
  running.bin_folder = programs.server.bin_folder;
  running.major_version = programs.server.major_version;
  SLIPWAY_ASSIGN(running.place.folder, make_leased_folder(base));
  StartGuard guard(running.place);
  SLIPWAY_TRY(give_to(run_as, running.place.folder));
  SLIPWAY_TRY(TemplateCache(options.cache_folder)
                  .make_data_folder(programs, run_as, running.place.data(), wait));
  SLIPWAY_ASSIGN(running.reaper, Reaper::start(running.place.folder));
  if (options.loopback) {
    SLIPWAY_ASSIGN(running.password, random_password());
    SLIPWAY_TRY(start_on_free_port(options, run_as, running, wait));
    SLIPWAY_TRY(set_password(running, wait));
  } else {
    SLIPWAY_TRY(start_on_socket(options, run_as, running, wait));
  }
  guard.done();
  return running;
}

Result<Running> start_kept(const ClusterOptions& options, const Wait& wait) {
  SLIPWAY_ASSIGN(const KeptPlace kept, kept_place(options.base_folder, options.name));
  std::error_code error;
  fs::create_directories(options.base_folder, error);
  if (error) return os::system_error("make folder", options.base_folder, error.value());
  // Two starts of one name at a time would both make it, or both start it.
  SLIPWAY_ASSIGN(const os::FileLock lock, os::FileLock::obtain(kept.place.folder + ".lock", wait));
  SLIPWAY_ASSIGN(const RunAs run_as, choose_user(options));
  SLIPWAY_ASSIGN(const Programs programs, make_or_find_kept(options, run_as, kept, wait));
  const std::optional<KeptFacts> facts = kept_facts(kept);
  if (!facts)
    return Error(ErrorCode::io, "the kept cluster in " + kept.place.folder + " is incomplete");

  Running running;
  running.place = kept.place;
  running.bin_folder = programs.server.bin_folder;
  running.major_version = facts->major_version;
  running.keep = true;
  running.port = facts->port;
  running.password = facts->password;
  if (const std::optional<Postmaster> there = find_postmaster(kept.place.data())) {
    running.postmaster = there->pid;
    running.port = there->port;
    return running;
  }
  SLIPWAY_TRY(start_on_free_port(options, run_as, running, wait));
  Status ready = write_new_file(kept.port_file(), fmt::format("{}\n", running.port), 0600);
  if (ready) ready = set_password(running, wait);
  if (ready) return running;
  // Running without its password it would look complete to the next start.
  SLIPWAY_TRY(stop_postmaster(running.postmaster, StopMode::immediate, wait.deadline));
  return ready.error();
}

} // namespace slipway::pg
