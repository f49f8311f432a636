#include "slipway/spool/writer.hpp"

#include "segment_files.hpp"

#include "slipway/os/private_files.hpp"
#include "slipway/os/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace slipway::spool {

namespace {

constexpr std::size_t k_frame = std::size_t{1} << 20U;
constexpr std::uint64_t k_segment = std::uint64_t{64} << 20U;

std::string lsn_text(Lsn lsn) {
  return fmt::format("{:X}/{:X}", lsn >> 32U, lsn & 0xFFFFFFFFU);
}

} // namespace

Result<Writer> Writer::open(const Place& place, Lsn slot_at, const Wait& wait) {
  SLIPWAY_ASSIGN(auto tail, look_at_tail(place, wait));
  if (tail.extent.to < slot_at)
    return fail(
        Error(ErrorCode::check_failed,
              fmt::format("{} ends at {}, and the slot {} gives nothing from before {}: "
                          "what is between is not there",
                          place.folder, lsn_text(tail.extent.to), place.of.slot, lsn_text(slot_at)))
            .with_hint("a rollback compares the two databases")
            .with_state("nothing was changed"));
  SLIPWAY_TRY(os::make_private_folder(place.folder));
  Writer writer(place, std::move(tail));
  SLIPWAY_TRY(writer.open_last());
  return writer;
}

Status Writer::open_last() {
  if (tail_.segments == 0 || tail_.position >= k_segment) return begin_segment();
  name_ = segment_file(place_.folder, tail_.segments);
  file_.reset(::open(name_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file_) return fail(os::system_error("open", name_, errno));
  if (tail_.bytes == tail_.position) return {};
  if (::ftruncate(file_.get(), static_cast<off_t>(tail_.position)) != 0)
    return fail(os::system_error("cut", name_, errno));
  return {};
}

// Whole under its name, so that the header of the last one can always be read.
Status Writer::begin_segment() {
  SegmentHeader header{
      .of = place_.of, .number = tail_.segments + 1, .begins = tail_.extent, .chain = tail_.chain};
  const auto text = encode(header);
  name_ = segment_file(place_.folder, header.number);
  const auto beside = name_ + ".new";
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  SLIPWAY_ASSIGN(file_, os::new_private_file(beside));
  SLIPWAY_TRY(os::write_all(file_.get(), text, beside));
  SLIPWAY_TRY(os::sync_file(file_.get(), beside));
  SLIPWAY_TRY(os::rename_durably(beside, name_));
  if (header.number == 1)
    SLIPWAY_TRY(os::sync_folder(std::filesystem::path(place_.folder).parent_path().string()));
  tail_.segments = header.number;
  tail_.position = text.size();
  return {};
}

Status Writer::add(std::string_view message) {
  if (!begun_ && tail_.position >= k_segment) SLIPWAY_TRY(begin_segment());
  begun_ = true;
  add_message(messages_, message);
  return messages_.size() >= k_frame ? write_frame({}) : Status();
}

Status Writer::close(const Extent& extent) {
  if (!begun_ && tail_.position >= k_segment) SLIPWAY_TRY(begin_segment());
  SLIPWAY_TRY(write_frame(extent));
  tail_.extent = extent;
  begun_ = false;
  return {};
}

Status Writer::write_frame(const std::optional<Extent>& closes) {
  SLIPWAY_ASSIGN(const auto frame, encode_frame(messages_, closes, tail_.chain));
  SLIPWAY_TRY(os::write_all(file_.get(), frame, name_));
  tail_.position += frame.size();
  messages_.clear();
  return {};
}

Status Writer::sync() {
  return os::sync_file(file_.get(), name_);
}

} // namespace slipway::spool
