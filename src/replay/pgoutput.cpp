// The logical replication message formats of PostgreSQL's protocol chapter. Every read is checked
// against what is there.
#include "slipway/replay/pgoutput.hpp"

#include <charconv>
#include <fmt/format.h>

namespace slipway::replay {

std::string lsn_text(Lsn lsn) {
  return fmt::format("{:X}/{:X}", lsn >> 32U, lsn & 0xFFFFFFFFU);
}

std::optional<Lsn> lsn_from(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto part = [](std::string_view digits) -> std::optional<std::uint32_t> {
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto high = part(text.substr(0, slash));
  const auto low = part(text.substr(slash + 1));
  if (!high || !low) return std::nullopt;
  return (Lsn{*high} << 32U) | *low;
}

namespace pgoutput {

namespace {

/// Reads front to back. Once something was not there, it stays failed and yields zeros.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

  std::string_view bytes(std::size_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  template<class Unsigned>
  Unsigned number() {
    Unsigned value = 0;
    for (const char byte : bytes(sizeof(Unsigned)))
      value =
          static_cast<Unsigned>((std::uint64_t{value} << 8U) | static_cast<unsigned char>(byte));
    return value;
  }
  char letter() { return static_cast<char>(number<std::uint8_t>()); }

  std::string text() {
    const std::size_t end = rest_.find('\0');
    if (failed_ || end == std::string_view::npos) {
      failed_ = true;
      return {};
    }
    std::string taken(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return taken;
  }

  void fail() { failed_ = true; }

private:
  std::string_view rest_;
  bool failed_ = false;
};

Value read_value(Reader& reader) {
  switch (reader.letter()) {
  case 'n':
    return {};
  case 'u':
    return {ValueKind::unchanged, {}};
  case 't':
    return {ValueKind::text, std::string(reader.bytes(reader.number<std::uint32_t>()))};
  default:
    reader.fail();
    return {};
  }
}

Tuple read_tuple(Reader& reader) {
  const auto count = reader.number<std::uint16_t>();
  Tuple tuple;
  for (unsigned at = 0; at < count && !reader.failed(); ++at) tuple.push_back(read_value(reader));
  return tuple;
}

Change read_begin(Reader& reader) {
  Begin begin;
  begin.final_lsn = reader.number<std::uint64_t>();
  begin.committed = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  begin.transaction = reader.number<std::uint32_t>();
  return begin;
}

Change read_commit(Reader& reader) {
  Commit commit;
  reader.number<std::uint8_t>();
  commit.commit_lsn = reader.number<std::uint64_t>();
  commit.end_lsn = reader.number<std::uint64_t>();
  commit.committed = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  return commit;
}

Change read_origin(Reader& reader) {
  Origin origin;
  origin.commit_lsn = reader.number<std::uint64_t>();
  origin.name = reader.text();
  return origin;
}

Change read_relation(Reader& reader) {
  Relation relation;
  relation.id = reader.number<std::uint32_t>();
  relation.schema = reader.text();
  relation.name = reader.text();
  relation.replica_identity = reader.letter();
  const auto count = reader.number<std::uint16_t>();
  for (unsigned at = 0; at < count && !reader.failed(); ++at) {
    RelationColumn column;
    column.in_key = (reader.number<std::uint8_t>() & 1U) != 0;
    column.name = reader.text();
    column.type = reader.number<std::uint32_t>();
    column.modifier = static_cast<std::int32_t>(reader.number<std::uint32_t>());
    relation.columns.push_back(std::move(column));
  }
  return relation;
}

Change read_type(Reader& reader) {
  Type type;
  type.id = reader.number<std::uint32_t>();
  type.schema = reader.text();
  type.name = reader.text();
  return type;
}

Change read_insert(Reader& reader) {
  Insert insert;
  insert.relation = reader.number<std::uint32_t>();
  if (reader.letter() != 'N') reader.fail();
  insert.row = read_tuple(reader);
  return insert;
}

Change read_update(Reader& reader) {
  Update update;
  update.relation = reader.number<std::uint32_t>();
  char kind = reader.letter();
  if (kind == 'K' || kind == 'O') {
    update.old_kind = kind;
    update.old = read_tuple(reader);
    kind = reader.letter();
  }
  if (kind != 'N') reader.fail();
  update.row = read_tuple(reader);
  return update;
}

Change read_delete(Reader& reader) {
  Delete removed;
  removed.relation = reader.number<std::uint32_t>();
  removed.old_kind = reader.letter();
  if (removed.old_kind != 'K' && removed.old_kind != 'O') reader.fail();
  removed.old = read_tuple(reader);
  return removed;
}

Change read_truncate(Reader& reader) {
  Truncate truncate;
  const auto count = reader.number<std::uint32_t>();
  const auto options = reader.number<std::uint8_t>();
  truncate.cascade = (options & 1U) != 0;
  truncate.restart_identity = (options & 2U) != 0;
  for (std::uint32_t at = 0; at < count && !reader.failed(); ++at)
    truncate.relations.push_back(reader.number<std::uint32_t>());
  return truncate;
}

Change read_message(Reader& reader) {
  Message message;
  message.transactional = (reader.number<std::uint8_t>() & 1U) != 0;
  message.lsn = reader.number<std::uint64_t>();
  message.prefix = reader.text();
  message.content = reader.bytes(reader.number<std::uint32_t>());
  return message;
}

Change read_change(Reader& reader) {
  switch (reader.letter()) {
  case 'B':
    return read_begin(reader);
  case 'C':
    return read_commit(reader);
  case 'O':
    return read_origin(reader);
  case 'R':
    return read_relation(reader);
  case 'Y':
    return read_type(reader);
  case 'I':
    return read_insert(reader);
  case 'U':
    return read_update(reader);
  case 'D':
    return read_delete(reader);
  case 'T':
    return read_truncate(reader);
  case 'M':
    return read_message(reader);
  default:
    reader.fail();
    return Begin();
  }
}

} // namespace

Result<Change> decode(std::string_view bytes) {
  Reader reader(bytes);
  Change change = read_change(reader);
  if (!reader.failed() && reader.at_end()) return change;
  return slipway::fail(
      ErrorCode::source,
      fmt::format("{} bytes of a change stream are no message of pgoutput", bytes.size()));
}

} // namespace pgoutput

} // namespace slipway::replay
