// Kept clusters: where they are and how they are found again.
#include "cluster_kept.hpp"

#include "cluster_settings.hpp"
#include "slipway/os/file_lock.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <algorithm>
#include <fstream>

namespace slipway::pg {

namespace {

bool is_cluster_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.front() != '.' && name.size() <= 60 &&
         std::all_of(name.begin(), name.end(), fits);
}

template<class Value>
std::optional<Value> first_word(const std::string& path) {
  std::ifstream in(path);
  Value value{};
  if (!(in >> value)) return std::nullopt;
  return value;
}

} // namespace

Result<KeptPlace> kept_place(const std::string& base_folder, const std::string& name) {
  if (base_folder.empty())
    return Error(ErrorCode::configuration, "a kept cluster needs a base folder");
  if (!is_cluster_name(name))
    return Error(ErrorCode::configuration, "\"" + name + "\" cannot name a cluster")
        .with_hint("use up to 60 letters, digits, \"_\", \"-\" and \".\"");
  KeptPlace kept{ClusterPlace{base_folder + "/" + name}};
  if (!socket_fits(kept.place.folder.size()))
    return Error(ErrorCode::configuration,
                 "the folder " + kept.place.folder + " has too long a path for a unix socket")
        .with_hint("choose a base folder or a name that is shorter");
  return kept;
}

std::optional<KeptFacts> kept_facts(const KeptPlace& kept) {
  const auto password = first_word<std::string>(kept.password_file());
  const auto port = first_word<int>(kept.port_file());
  const auto major = first_word<int>(kept.version_file());
  if (!password || !port || !major) return std::nullopt;
  return KeptFacts{*password, *port, *major};
}

Result<std::optional<KeptCluster>> find_kept_cluster(const std::string& base_folder,
                                                     const std::string& name) {
  SLIPWAY_ASSIGN(const KeptPlace kept, kept_place(base_folder, name));
  const std::optional<KeptFacts> facts = kept_facts(kept);
  if (!facts) return std::optional<KeptCluster>();
  const std::optional<Postmaster> running = find_postmaster(kept.place.data());
  const int port = running ? running->port : facts->port;
  return std::optional<KeptCluster>(KeptCluster{name, kept.place.folder, running.has_value(),
                                                loopback_url(facts->password, port, "postgres"),
                                                socket_url(kept.place.folder, port, "postgres")});
}

Status remove_kept_cluster(const std::string& base_folder, const std::string& name,
                           const Wait& wait) {
  SLIPWAY_ASSIGN(const KeptPlace kept, kept_place(base_folder, name));
  if (!kept_facts(kept))
    return Error(ErrorCode::io, "there is no kept cluster in " + kept.place.folder);
  SLIPWAY_ASSIGN(const os::FileLock lock, os::FileLock::obtain(kept.place.folder + ".lock", wait));
  if (const std::optional<Postmaster> postmaster = find_postmaster(kept.place.data()))
    SLIPWAY_TRY(stop_postmaster(postmaster->pid, StopMode::immediate, wait.deadline));
  return os::remove_tree(kept.place.folder);
}

} // namespace slipway::pg
