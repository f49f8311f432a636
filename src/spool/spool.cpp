// The files of a spool: that each is there, is of this slot, and goes on where the one before it
// ended.
#include "slipway/spool/spool.hpp"

#include "segment_files.hpp"

#include "slipway/os/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace slipway::spool {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_ending = ".spool";
constexpr std::size_t k_digits = 8;

Status check_time(const Wait& wait, const std::string& folder) {
  if (!wait.deadline.passed() && !wait.stop_requested()) return {};
  return fail(ErrorCode::cancelled, folder + " was not read in time");
}

/// Reads one segment to its end, or to where it stops being whole.
class Pass {
public:
  Pass(const Place& place, std::uint64_t number, const Wait& wait)
      : place_(place), number_(number), wait_(wait), file_(segment_file(place.folder, number)),
        in_(file_, std::ios::binary), reader_(in_) {}

  Status begin() {
    if (!in_) return fail(ErrorCode::io, "cannot read " + file_);
    const auto header = reader_.header();
    if (!header) return fail(in_file(file_, header.error()));
    if (const auto is_ours = check_header(*header, place_.of, number_); !is_ours)
      return fail(in_file(file_, is_ours.error()));
    header_ = *header;
    tail_ = {.extent = header_.begins,
             .segments = number_,
             .position = reader_.position(),
             .bytes = 0,
             .chain = header_.chain};
    return {};
  }

  /// Messages reach `take` when their piece is closed. What is not whole ends it without an error,
  /// and is in `trouble`.
  Status go(const TakeMessage& take) {
    std::vector<Frame> piece;
    for (;;) {
      SLIPWAY_TRY(check_time(wait_, place_.folder));
      auto frame = reader_.next();
      if (!frame) {
        trouble_ = in_file(file_, std::move(frame).error());
        return {};
      }
      if (!*frame) return {};
      piece.push_back(std::move(**frame));
      if (!piece.back().closes) continue;
      if (take)
        for (const auto& one : piece) SLIPWAY_TRY(each_message(one, take));
      tail_.extent = *piece.back().closes;
      tail_.position = reader_.position();
      tail_.chain = reader_.chain();
      piece.clear();
    }
  }

  const SegmentHeader& header() const { return header_; }
  const Tail& tail() const { return tail_; }
  const std::optional<Error>& trouble() const { return trouble_; }
  const std::string& file() const { return file_; }

private:
  const Place& place_;
  const std::uint64_t number_;
  const Wait& wait_;
  const std::string file_;
  std::ifstream in_;
  SegmentReader reader_;
  SegmentHeader header_;
  Tail tail_;
  std::optional<Error> trouble_;
};

Error not_whole(const Pass& pass) {
  if (pass.trouble()) return *pass.trouble();
  return {ErrorCode::source, pass.file() + " ends in the midst of what it holds"};
}

} // namespace

std::string folder_of(const std::string& all, const Identity& of) {
  return fmt::format("{}/{}-{}-{:016X}", all, of.system, of.slot, of.since);
}

std::string segment_file(const std::string& folder, std::uint64_t number) {
  return fmt::format("{}/{:0{}}{}", folder, number, k_digits, k_ending);
}

Result<std::uint64_t> count_segments(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return std::uint64_t{0};
  std::uint64_t count = 0;
  std::string last;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!name.ends_with(k_ending)) continue;
    ++count;
    last = std::max(last, name);
  }
  if (error) return fail(ErrorCode::io, "cannot list " + folder + ": " + error.message());
  for (std::uint64_t one = 1; one <= count; ++one)
    if (!fs::exists(segment_file(folder, one), error))
      return fail(ErrorCode::source,
                  fmt::format("{} is missing, and {} is there", segment_file(folder, one), last));
  return count;
}

Error in_file(const std::string& file, Error error) {
  error.message = file + ": " + error.message;
  return error;
}

Status check_header(const SegmentHeader& header, const Identity& of, std::uint64_t number) {
  if (header.of.system != of.system)
    return fail(ErrorCode::source, "it is of another cluster, " + header.of.system);
  if (header.of.database != of.database)
    return fail(ErrorCode::source, "it is of another database, " + header.of.name);
  if (!header.of.is_same(of))
    return fail(ErrorCode::source, "it is of another slot, " + header.of.slot);
  if (header.number != number)
    return fail(ErrorCode::source, fmt::format("it is segment {}", header.number));
  return {};
}

Result<Tail> look_at_tail(const Place& place, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto count, count_segments(place.folder));
  if (count == 0) {
    Tail none;
    none.extent.to = place.of.since;
    return none;
  }
  Pass last(place, count, wait);
  SLIPWAY_TRY(last.begin());
  SLIPWAY_TRY(last.go({}));
  auto tail = last.tail();
  std::error_code error;
  tail.bytes = fs::file_size(last.file(), error);
  if (error) return fail(ErrorCode::io, "cannot look at " + last.file() + ": " + error.message());
  return tail;
}

Result<Extent> read_all(const Place& place, const TakeMessage& take, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto count, count_segments(place.folder));
  Extent extent;
  extent.to = place.of.since;
  std::string chain;
  for (std::uint64_t number = 1; number <= count; ++number) {
    Pass pass(place, number, wait);
    SLIPWAY_TRY(pass.begin());
    if (pass.header().begins != extent || pass.header().chain != chain)
      return fail(ErrorCode::source, pass.file() + " does not go on where the one before it ended");
    SLIPWAY_TRY(pass.go(take));
    extent = pass.tail().extent;
    chain = pass.tail().chain;
    if (number == count) break;
    std::error_code error;
    if (pass.trouble() || pass.tail().position != fs::file_size(pass.file(), error))
      return fail(not_whole(pass));
  }
  return extent;
}

std::uint64_t size_of(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const auto size = entry->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

std::vector<Found> spools_in(const std::string& all) {
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator entry(all, error), end; !error && entry != end;
       entry.increment(error)) {
    std::ifstream in(segment_file(entry->path().string(), 1), std::ios::binary);
    if (!in) continue;
    if (auto header = SegmentReader(in).header())
      found.push_back({entry->path().string(), std::move(header->of)});
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.folder < b.folder; });
  return found;
}

Status remove(const std::string& folder) {
  return os::remove_tree(folder);
}

} // namespace slipway::spool
