// Who and where we are.
#include "slipway/os/identity.hpp"

#include "slipway/os/system_error.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <functional>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <unistd.h>

namespace slipway::os {

namespace {

struct Lookup {
  int error = 0;
  std::optional<Account> account;
};

using PasswdCall = std::function<int(passwd*, char*, std::size_t, passwd**)>;

Lookup look_up(const PasswdCall& call) {
  std::vector<char> buffer(4096);
  for (;;) {
    passwd entry{};
    passwd* found = nullptr;
    const int error = call(&entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (found == nullptr) return Lookup{error, std::nullopt};
    return Lookup{0, Account{entry.pw_name, entry.pw_uid, entry.pw_gid, {}, entry.pw_dir}};
  }
}

std::vector<gid_t> groups_of(const Account& account) {
  int count = 32;
  for (;;) {
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    const int before = count;
    const int found = ::getgrouplist(account.name.c_str(), account.group_id, groups.data(), &count);
    if (found >= 0) {
      groups.resize(static_cast<std::size_t>(found));
      return groups;
    }
    if (count <= before) count = before * 2;
  }
}

} // namespace

Result<Account> find_account(const std::string& name) {
  Lookup lookup = look_up([&name](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwnam_r(name.c_str(), entry, buffer, size, found);
  });
  if (!lookup.account) {
    if (lookup.error != 0) return system_error("look up user", name, lookup.error);
    return Error(ErrorCode::io, "there is no user named " + name + " on this machine");
  }
  lookup.account->groups = groups_of(*lookup.account);
  return std::move(*lookup.account);
}

bool is_root() {
  return ::geteuid() == 0;
}

std::string user_name() {
  const uid_t user = ::geteuid();
  const Lookup lookup =
      look_up([user](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return ::getpwuid_r(user, entry, buffer, size, found);
      });
  return lookup.account ? lookup.account->name : std::to_string(user);
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

int process_id() {
  return static_cast<int>(::getpid());
}

std::string executable_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  return length <= 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(length));
}

} // namespace slipway::os
