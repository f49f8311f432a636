// Snapshots as text.
#include "slipway/replay/snapshot_text.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace slipway::replay {

bool SnapshotText::sees(std::uint32_t transaction) const {
  const auto ahead = static_cast<std::int32_t>(transaction - static_cast<std::uint32_t>(next));
  if (ahead >= 0) return false;
  const std::uint64_t whole = next - static_cast<std::uint64_t>(-std::int64_t{ahead});
  return std::find(under_way.begin(), under_way.end(), whole) == under_way.end();
}

Result<SnapshotText> read_snapshot(std::string_view text) {
  SnapshotText snapshot;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&](std::uint64_t& into, char after) {
    const auto [stop, error] = std::from_chars(at, end, into);
    const bool good = error == std::errc() && (stop == end ? after == ',' : *stop == after);
    at = stop == end ? end : stop + 1;
    return good;
  };
  bool good = number(snapshot.oldest, ':') && number(snapshot.next, ':') &&
              snapshot.oldest <= snapshot.next;
  while (good && at < end) {
    std::uint64_t one = 0;
    good = number(one, ',');
    snapshot.under_way.push_back(one);
  }
  if (good) return snapshot;
  return fail(ErrorCode::check_failed, "\"" + std::string(text) + "\" is no snapshot of a backup");
}

} // namespace slipway::replay
