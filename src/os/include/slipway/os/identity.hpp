#pragma once

#include "slipway/base/result.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace slipway::os {

/// An account of this machine, with everything a process needs to become it.
struct Account {
  std::string name;
  uid_t user_id = 0;
  gid_t group_id = 0;
  std::vector<gid_t> groups;
  std::string home;
};

/// The account of that name. Errors: io when there is none.
Result<Account> find_account(const std::string& name);

/// Whether this process may become another user.
bool is_root();
/// Name of the effective user, or its number when it has none.
std::string user_name();
std::string host_name();
int process_id();
/// Path of the running program, or empty when the system does not tell.
std::string executable_path();

} // namespace slipway::os
