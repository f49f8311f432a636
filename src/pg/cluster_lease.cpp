// Which process owns a throwaway cluster, and what to do with those whose owner is gone.
#include "cluster_lease.hpp"

#include "cluster_postmaster.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace slipway::pg {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_prefix = "slipway-pg-";
constexpr Millis k_stop_time{5'000};

struct Owner {
  std::uint64_t pid_namespace = 0;
  pid_t pid = 0;
  std::uint64_t started = 0; ///< clock ticks after boot
};

struct ProcessFacts {
  char state = '?';
  std::uint64_t started = 0;
};

/// Fields 3 and 22 of /proc/PID/stat (proc(5)). The name in field 2 may hold anything, also blanks
/// and parentheses.
std::optional<ProcessFacts> process_facts(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  ProcessFacts facts;
  std::string skipped;
  fields >> facts.state;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> facts.started;
  if (!fields) return std::nullopt;
  return facts;
}

std::uint64_t own_pid_namespace() {
  struct stat facts{};
  return ::stat("/proc/self/ns/pid", &facts) == 0 ? facts.st_ino : 0;
}

std::string prefix_of(const Owner& owner) {
  return fmt::format("{}{:x}-{}-{}-", k_prefix, owner.pid_namespace, owner.pid, owner.started);
}

std::optional<Owner> owner_in(const std::string& name) {
  Owner owner;
  const char* at = name.data() + k_prefix.size();
  const char* end = name.data() + name.size();
  const auto read = [&at, end](auto& number, int base) {
    const auto [rest, error] = std::from_chars(at, end, number, base);
    if (error != std::errc() || rest == end || *rest != '-') return false;
    at = rest + 1;
    return true;
  };
  if (!name.starts_with(k_prefix)) return std::nullopt;
  if (!read(owner.pid_namespace, 16) || !read(owner.pid, 10) || !read(owner.started, 10))
    return std::nullopt;
  return owner;
}

bool is_gone(const Owner& owner) {
  if (::kill(owner.pid, 0) != 0 && errno == ESRCH) return true;
  const std::optional<ProcessFacts> facts = process_facts(owner.pid);
  // There is such a process but it may not be looked at: then it counts as the owner.
  if (!facts) return false;
  return facts->state == 'Z' || facts->state == 'X' || facts->started != owner.started;
}

/// Only root touches what others own, and only what is a real folder.
bool may_sweep(const fs::path& folder) {
  struct stat facts{};
  if (::lstat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return false;
  return os::is_root() || facts.st_uid == ::geteuid();
}

void remove_cluster(const std::string& folder) {
  const ClusterPlace place{folder};
  if (const std::optional<Postmaster> postmaster = find_postmaster(place.data())) {
    const Status stopped =
        stop_postmaster(postmaster->pid, StopMode::immediate, Deadline::after(k_stop_time));
    if (!stopped) return;
  }
  // Its reaper may be removing it at the same time; whoever comes second finds nothing, which is
  // what both want.
  [[maybe_unused]] const Status removed = os::remove_tree(folder);
}

} // namespace

Result<std::string> make_leased_folder(const std::string& base_folder) {
  const pid_t pid = ::getpid();
  const std::optional<ProcessFacts> facts = process_facts(pid);
  if (!facts)
    return Error(ErrorCode::io,
                 "cannot read /proc/self/stat, without which a cluster's owner is not known");
  SLIPWAY_ASSIGN(os::TemporaryFolder folder,
                 os::TemporaryFolder::make(
                     base_folder, prefix_of(Owner{own_pid_namespace(), pid, facts->started})));
  return folder.release();
}

std::size_t leased_path_length(const std::string& base_folder) {
  constexpr Owner k_longest{0xffffffff, 4'194'304, 99'999'999'999};
  return base_folder.size() + 1 + prefix_of(k_longest).size() + 6;
}

void sweep_leases(const std::string& base_folder) {
  // Without /proc every owner would look gone.
  if (!process_facts(::getpid())) return;
  const std::uint64_t here = own_pid_namespace();
  std::vector<std::string> abandoned;
  std::error_code error;
  for (fs::directory_iterator entry(base_folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::optional<Owner> owner = owner_in(entry->path().filename().string());
    if (owner && owner->pid_namespace == here && is_gone(*owner) && may_sweep(entry->path()))
      abandoned.push_back(entry->path().string());
  }
  for (const std::string& folder : abandoned) remove_cluster(folder);
}

} // namespace slipway::pg
