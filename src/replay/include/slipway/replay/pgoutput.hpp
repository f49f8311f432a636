#pragma once

#include "slipway/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::replay {

/// A place in the write-ahead log.
using Lsn = std::uint64_t;

/// "16/B374D848", as PostgreSQL writes it.
std::string lsn_text(Lsn lsn);
std::optional<Lsn> lsn_from(std::string_view text);

/// What the plugin pgoutput says in version 1 of its protocol, as values.
namespace pgoutput {

struct Begin {
  Lsn final_lsn = 0;
  std::int64_t committed = 0; ///< microseconds since 2000-01-01
  std::uint32_t transaction = 0;
  bool operator==(const Begin&) const = default;
};
struct Commit {
  Lsn commit_lsn = 0;
  Lsn end_lsn = 0;
  std::int64_t committed = 0;
  bool operator==(const Commit&) const = default;
};
struct Origin {
  Lsn commit_lsn = 0;
  std::string name;
  bool operator==(const Origin&) const = default;
};
struct RelationColumn {
  bool in_key = false;
  std::string name;
  std::uint32_t type = 0;
  std::int32_t modifier = 0;
  bool operator==(const RelationColumn&) const = default;
};
/// The shape of a table, sent before its first row and again when it has changed.
struct Relation {
  std::uint32_t id = 0;
  std::string schema;
  std::string name;
  char replica_identity = 'd';
  std::vector<RelationColumn> columns;
  bool operator==(const Relation&) const = default;
};
struct Type {
  std::uint32_t id = 0;
  std::string schema;
  std::string name;
  bool operator==(const Type&) const = default;
};
enum class ValueKind { null, unchanged, text };
struct Value {
  ValueKind kind = ValueKind::null; ///< unchanged: stored out of line and not sent
  std::string text;
  bool operator==(const Value&) const = default;
};
using Tuple = std::vector<Value>;
struct Insert {
  std::uint32_t relation = 0;
  Tuple row;
  bool operator==(const Insert&) const = default;
};
/// `old` is the old key ('K'), or the whole old row ('O') of a table with REPLICA IDENTITY FULL.
struct Update {
  std::uint32_t relation = 0;
  char old_kind = 0; ///< 0: the key did not change
  Tuple old;
  Tuple row;
  bool operator==(const Update&) const = default;
};
struct Delete {
  std::uint32_t relation = 0;
  char old_kind = 'K';
  Tuple old;
  bool operator==(const Delete&) const = default;
};
struct Truncate {
  std::vector<std::uint32_t> relations;
  bool cascade = false;
  bool restart_identity = false;
  bool operator==(const Truncate&) const = default;
};
/// From pg_logical_emit_message.
struct Message {
  bool transactional = false;
  Lsn lsn = 0;
  std::string prefix;
  std::string content;
  bool operator==(const Message&) const = default;
};

using Change =
    std::variant<Begin, Commit, Origin, Relation, Type, Insert, Update, Delete, Truncate, Message>;

/// One message. Never reads beyond `bytes`, whatever they are. Errors: source, when they are not
/// one whole message of this protocol.
Result<Change> decode(std::string_view bytes);

} // namespace pgoutput

} // namespace slipway::replay
