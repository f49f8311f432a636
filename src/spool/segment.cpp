// A header of readable lines, then frames of a fixed head and zstd. Each digest goes over the one
// before it, so that no frame can be taken out or put elsewhere.
#include "slipway/spool/segment.hpp"

#include "slipway/base/sha256.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <zstd.h>

namespace slipway::spool {

namespace {

constexpr std::string_view k_first_line = "slipway spool 1\n";
constexpr std::string_view k_frame = "SPF1";
constexpr std::size_t k_digest = 64;
constexpr std::size_t k_number = 8;
constexpr std::size_t k_size = 4;
constexpr std::size_t k_head = 4 + 4 + 4 * k_number + 2 * k_size;
constexpr std::size_t k_longest_line = 65'536;
constexpr std::size_t k_at_once = std::size_t{1} << 20U;
constexpr int k_level = 1;

void put(std::string& bytes, std::uint64_t value, std::size_t width) {
  for (std::size_t left = width; left > 0; --left)
    bytes.push_back(static_cast<char>((value >> (8 * (left - 1))) & 0xFFU));
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (const char one : bytes.substr(at, width))
    value = (value << 8U) | static_cast<unsigned char>(one);
  return value;
}

tl::unexpected<Error> broken(std::string what) {
  return fail(ErrorCode::source, std::move(what));
}

/// A number as text: JSON's own are not made for 64 bits.
std::string text(std::uint64_t value) {
  return std::to_string(value);
}

std::uint64_t number_in(const nlohmann::json& json, const char* name) {
  const auto& digits = json.at(name).get_ref<const std::string&>();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw nlohmann::json::other_error::create(0, "no number", &json);
  return value;
}

Result<SegmentHeader> header_from(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  try {
    SegmentHeader header;
    header.of = {.system = json.at("system").get<std::string>(),
                 .database = static_cast<std::uint32_t>(number_in(json, "database")),
                 .name = json.at("name").get<std::string>(),
                 .slot = json.at("slot").get<std::string>(),
                 .since = number_in(json, "since")};
    header.number = number_in(json, "number");
    header.begins = {.to = number_in(json, "to"),
                     .last_commit = number_in(json, "last_commit"),
                     .last_end = number_in(json, "last_end"),
                     .transactions = number_in(json, "transactions")};
    header.chain = json.at("chain").get<std::string>();
    return header;
  } catch (const nlohmann::json::exception&) {
    return broken("its header does not say what it is of");
  }
}

std::string digest_of(std::string_view chain, std::string_view head, std::string_view packed) {
  Sha256 digest;
  digest.update(chain);
  digest.update(head);
  digest.update(packed);
  return digest.finish();
}

} // namespace

std::string encode(const SegmentHeader& header) {
  const nlohmann::ordered_json json = {{"system", header.of.system},
                                       {"database", text(header.of.database)},
                                       {"name", header.of.name},
                                       {"slot", header.of.slot},
                                       {"since", text(header.of.since)},
                                       {"number", text(header.number)},
                                       {"to", text(header.begins.to)},
                                       {"last_commit", text(header.begins.last_commit)},
                                       {"last_end", text(header.begins.last_end)},
                                       {"transactions", text(header.begins.transactions)},
                                       {"chain", header.chain}};
  const auto lines = std::string(k_first_line) +
                     json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return lines + sha256_hex(lines) + "\n";
}

Result<std::string> encode_frame(const std::string& messages, const std::optional<Extent>& closes,
                                 std::string& chain) {
  std::string packed;
  if (!messages.empty()) {
    packed.resize(ZSTD_compressBound(messages.size()));
    const auto size =
        ZSTD_compress(packed.data(), packed.size(), messages.data(), messages.size(), k_level);
    if (ZSTD_isError(size) != 0)
      return fail(ErrorCode::internal,
                  fmt::format("cannot compress a spool: {}", ZSTD_getErrorName(size)));
    packed.resize(size);
  }
  const auto extent = closes.value_or(Extent{});
  std::string head(k_frame);
  put(head, closes ? 1 : 0, k_size);
  put(head, extent.to, k_number);
  put(head, extent.last_commit, k_number);
  put(head, extent.last_end, k_number);
  put(head, extent.transactions, k_number);
  put(head, messages.size(), k_size);
  put(head, packed.size(), k_size);
  chain = digest_of(chain, head, packed);
  return head + chain + packed;
}

void add_message(std::string& messages, std::string_view message) {
  put(messages, message.size(), k_size);
  messages.append(message);
}

Status each_message(const Frame& frame, const TakeMessage& take) {
  if (frame.packed.empty() && frame.unpacked == 0) return {};
  const auto size = ZSTD_getFrameContentSize(frame.packed.data(), frame.packed.size());
  if (size != frame.unpacked) return broken("a frame is not as long as it says");
  std::string messages(frame.unpacked, '\0');
  const auto unpacked =
      ZSTD_decompress(messages.data(), messages.size(), frame.packed.data(), frame.packed.size());
  if (ZSTD_isError(unpacked) != 0 || unpacked != messages.size())
    return broken("a frame cannot be unpacked");
  for (std::string_view rest = messages; !rest.empty();) {
    if (rest.size() < k_size) return broken("a frame ends in the midst of a message");
    const auto length = number(rest, 0, k_size);
    rest.remove_prefix(k_size);
    if (length > rest.size()) return broken("a frame ends in the midst of a message");
    SLIPWAY_TRY(take(rest.substr(0, length)));
    rest.remove_prefix(length);
  }
  return {};
}

std::string SegmentReader::bytes(std::uint64_t count) {
  std::string read;
  while (read.size() < count && in_) {
    const auto had = read.size();
    const auto some = std::min<std::uint64_t>(count - had, k_at_once);
    read.resize(had + some);
    in_.read(read.data() + had, static_cast<std::streamsize>(some));
    read.resize(had + static_cast<std::size_t>(in_.gcount()));
  }
  position_ += read.size();
  return read;
}

Result<SegmentHeader> SegmentReader::header() {
  if (bytes(k_first_line.size()) != k_first_line) return broken("it is no segment of a spool");
  std::string line;
  for (std::string letter = bytes(1); !letter.empty() && letter != "\n"; letter = bytes(1)) {
    line += letter;
    if (line.size() > k_longest_line) return broken("its header does not end");
  }
  const auto digest = bytes(k_digest + 1);
  if (digest != sha256_hex(std::string(k_first_line) + line + "\n") + "\n")
    return broken("its header was altered, or is not whole");
  SLIPWAY_ASSIGN(auto header, header_from(line));
  chain_ = header.chain;
  return header;
}

Result<std::optional<Frame>> SegmentReader::next() {
  const auto head = bytes(k_head);
  if (head.empty()) return std::optional<Frame>();
  if (head.size() < k_head) return broken("it ends in the midst of a frame");
  if (!std::string_view(head).starts_with(k_frame)) return broken("a frame does not begin as one");
  std::size_t at = k_frame.size();
  const auto take = [&](std::size_t width) {
    const auto value = number(head, at, width);
    at += width;
    return value;
  };
  Frame frame;
  const bool closes = take(k_size) == 1;
  Extent extent;
  extent.to = take(k_number);
  extent.last_commit = take(k_number);
  extent.last_end = take(k_number);
  extent.transactions = take(k_number);
  frame.unpacked = static_cast<std::uint32_t>(take(k_size));
  const auto packed = take(k_size);
  const auto digest = bytes(k_digest);
  frame.packed = bytes(packed);
  if (digest.size() < k_digest || frame.packed.size() < packed)
    return broken("it ends in the midst of a frame");
  if (digest_of(chain_, head, frame.packed) != digest)
    return broken("a frame was altered, or does not follow the one before it");
  chain_ = digest;
  if (closes) frame.closes = extent;
  return std::optional<Frame>(std::move(frame));
}

} // namespace slipway::spool
