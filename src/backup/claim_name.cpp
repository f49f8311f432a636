#include "claim_name.hpp"

#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr int k_attempts = 100;

} // namespace

Result<std::string> claim_name(Store& store, const std::string& wanted, const Wait& wait) {
  for (int number = 1; number <= k_attempts; ++number) {
    auto name = number == 1 ? wanted : fmt::format("{}.{}", wanted, number);
    SLIPWAY_ASSIGN(const bool is_ours, store.claim(name, wait));
    if (!is_ours) continue;
    SLIPWAY_TRY(store.write("{}\n", name + "/" + std::string(k_begun_file), wait));
    return name;
  }
  return fail(ErrorCode::check_failed, fmt::format("{} has {} backups called {} already",
                                                   store.describe(), k_attempts, wanted));
}

} // namespace slipway::backup
