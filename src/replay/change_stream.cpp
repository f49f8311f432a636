// The stream of a slot by the SQL function that only looks. There is no walsender that could time
// out and look like a clean end.
#include "change_stream.hpp"

#include "quiet_session.hpp"

#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr int k_messages_since = 140'000;

std::string unhexed(std::string_view hex) {
  std::string bytes;
  const auto digit = [](char letter) { return letter <= '9' ? letter - '0' : letter - 'a' + 10; };
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
    bytes.push_back(static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1])));
  return bytes;
}

SqlText peek(const pg::Session& origin, const StreamSource& source, Lsn end) {
  const std::string messages =
      origin.server_version() >= k_messages_since ? ", 'messages', 'true'" : "";
  return SqlText(fmt::format(
      "COPY (SELECT pg_catalog.encode(c.data, 'hex') FROM pg_catalog.pg_logical_slot_peek_binary_changes("
      "{0}::name, {1}::pg_lsn, NULL, 'proto_version', '1', 'publication_names', {2}{3}) AS c) TO STDOUT",
      quote_literal(source.slot), quote_literal(lsn_text(end)),
      quote_literal(quote_identifier(source.publication)), messages));
}

} // namespace

Status read_messages(pg::Session& origin, const StreamSource& source, Lsn end,
                     const TakeBytes& take, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::string time_zone, time_zone_of(origin, wait));
  SLIPWAY_TRY(begin_reading(origin, time_zone, wait));
  Status taken;
  const auto take_row = [&](std::string_view hex) {
    if (taken) taken = take(unhexed(hex));
  };
  const Result<pg::Rows> read = origin.copy_out(peek(origin, source, end), take_row, wait);
  roll_back(origin);
  if (taken && !read) return fail(read.error());
  return taken;
}

Status read_changes(pg::Session& origin, const StreamSource& source, Lsn end,
                    const TakeChange& take, const Wait& wait) {
  const auto decoded = [&](std::string_view bytes) -> Status {
    SLIPWAY_ASSIGN(const pgoutput::Change change, pgoutput::decode(bytes));
    return take(change);
  };
  return read_messages(origin, source, end, decoded, wait);
}

} // namespace slipway::replay
