#pragma once

#include "slipway/base/result.hpp"

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::spool {

/// A place in the write-ahead log.
using Lsn = std::uint64_t;

/// Which stream of changes a spool holds.
struct Identity {
  std::string system;         ///< the cluster's system identifier
  std::uint32_t database = 0; ///< its number
  std::string name;           ///< of the database when the spool was begun, for people
  std::string slot;
  Lsn since = 0; ///< where the slot began
  /// The name may have changed.
  bool is_same(const Identity& other) const {
    return system == other.system && database == other.database && slot == other.slot &&
           since == other.since;
  }
};

/// How far a spool is: it has every transaction whose commit begins before `to`.
struct Extent {
  Lsn to = 0;
  Lsn last_commit = 0; ///< where the commit of its last transaction begins; 0: it has none
  Lsn last_end = 0;    ///< ... and ends
  std::uint64_t transactions = 0;
  bool operator==(const Extent&) const = default;
};

/// The first lines of a segment. It can be read without the ones before it.
struct SegmentHeader {
  Identity of;
  std::uint64_t number = 1;
  Extent begins;     ///< how far the spool was when the segment was begun
  std::string chain; ///< the digest of the frame before it; of the first one: nothing
};

/// Some messages of the stream, packed. The last frame of a piece says how far the spool is with
/// it; messages count only when their piece is closed.
struct Frame {
  std::optional<Extent> closes;
  std::uint32_t unpacked = 0; ///< bytes
  std::string packed;
};

std::string encode(const SegmentHeader& header);

/// A frame of these messages, each with its length before it. `chain` is the digest of the frame
/// before it, and becomes the one of this. Errors: internal.
Result<std::string> encode_frame(const std::string& messages, const std::optional<Extent>& closes,
                                 std::string& chain);
void add_message(std::string& messages, std::string_view message);

/// Takes one message of the stream.
using TakeMessage = std::function<Status(std::string_view)>;

/// Unpacks. Errors: source; of `take`.
Status each_message(const Frame& frame, const TakeMessage& take);

/// Reads a segment front to back. Never trusts a length that it has not seen the bytes of.
class SegmentReader {
public:
  explicit SegmentReader(std::istream& in) : in_(in) {}
  /// Errors: source.
  Result<SegmentHeader> header();
  /// Nothing at the end. Errors: source, when what is there is no whole frame that follows the one
  /// before; then nothing more can be read.
  Result<std::optional<Frame>> next();
  /// Bytes read so far.
  std::uint64_t position() const { return position_; }
  const std::string& chain() const { return chain_; }

private:
  /// Fewer at the end.
  std::string bytes(std::uint64_t count);
  std::istream& in_;
  std::uint64_t position_ = 0;
  std::string chain_;
};

} // namespace slipway::spool
