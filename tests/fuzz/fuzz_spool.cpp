// Any bytes as a segment of a spool: read or refused; and what is read, written again, reads the
// same.
#include "promise.hpp"
#include "slipway/spool/segment.hpp"

#include <cstdint>
#include <sstream>

namespace {

using namespace slipway;

void read_whole(const std::string& bytes) {
  std::istringstream in(bytes);
  spool::SegmentReader reader(in);
  const auto header = reader.header();
  if (!header) {
    fuzz::promise(header.error().code == ErrorCode::source, "what is no segment is refused");
    return;
  }
  std::string again = spool::encode(*header);
  std::string chain = header->chain;
  for (;;) {
    const auto frame = reader.next();
    if (!frame) {
      fuzz::promise(frame.error().code == ErrorCode::source, "what is no frame is refused");
      return;
    }
    if (!*frame) break;
    std::string messages;
    const auto unpacked = spool::each_message(**frame, [&](std::string_view one) -> Status {
      spool::add_message(messages, one);
      return {};
    });
    if (!unpacked) return;
    const auto encoded = spool::encode_frame(messages, (*frame)->closes, chain);
    fuzz::promise(encoded.has_value(), "messages that were read can be written");
    again += *encoded;
  }
  std::istringstream second(again);
  spool::SegmentReader reread(second);
  fuzz::promise(reread.header().has_value(), "a header that was read can be written");
}

/// Frames with digests that hold, so that what is behind them is reached.
void read_frame(const std::string& packed, std::uint32_t unpacked) {
  const spool::Frame frame{.closes = {}, .unpacked = unpacked, .packed = packed};
  static_cast<void>(spool::each_message(frame, [](std::string_view) { return Status(); }));
}

void write_and_read(const std::string& bytes) {
  std::string messages;
  std::string text;
  for (const char one : bytes) {
    if (one == '\n') {
      spool::add_message(messages, text);
      text.clear();
    } else {
      text += one;
    }
  }
  std::string chain;
  const auto header = spool::encode(spool::SegmentHeader{});
  const auto frame = spool::encode_frame(messages, spool::Extent{.to = 7}, chain);
  fuzz::promise(frame.has_value(), "any messages can be written");
  std::istringstream in(header + *frame);
  spool::SegmentReader reader(in);
  fuzz::promise(reader.header().has_value(), "a header that was written is read");
  const auto read = reader.next();
  fuzz::promise(read && *read && (*read)->closes == spool::Extent{.to = 7}, "so is a frame");
  std::string again;
  const auto taken = spool::each_message(**read, [&](std::string_view one) -> Status {
    spool::add_message(again, one);
    return {};
  });
  fuzz::promise(taken.has_value() && again == messages, "with the same messages");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read_whole(bytes);
  write_and_read(bytes);
  constexpr std::size_t k_size = 2;
  if (size > k_size)
    read_frame(bytes.substr(k_size), static_cast<std::uint32_t>(data[0]) << 8U | data[1]);
  return 0;
}
