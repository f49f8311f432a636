#include "part_reader.hpp"

#include "slipway/os/piped_program.hpp"
#include "slipway/os/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <unistd.h>
#include <vector>
#include <zstd.h>

namespace slipway::backup {

namespace {

constexpr std::size_t k_piece = std::size_t{4} << 20U;

struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// The stored bytes, decrypted.
class Bytes {
public:
  static Result<Bytes> open(const std::string& file, const Cipher& cipher, const Wait& wait) {
    Bytes bytes(file, wait);
    bytes.file_.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!bytes.file_) return fail(os::system_error("read", file, errno));
    if (cipher.program != Cipher::Program::none) {
      SLIPWAY_ASSIGN(auto program,
                     os::PipedProgram::read_from(cipher.decrypt(), bytes.file_.get()));
      bytes.program_.emplace(std::move(program));
    }
    return bytes;
  }

  Result<std::size_t> read(std::vector<char>& buffer) {
    if (wait_.deadline.passed() || wait_.stop_requested())
      return fail(ErrorCode::cancelled, name_ + " was not read in time");
    if (program_) {
      SLIPWAY_ASSIGN(const std::size_t got, program_->read(buffer.data(), buffer.size(), wait_));
      if (got == 0) SLIPWAY_TRY(program_->finish(wait_));
      return got;
    }
    for (;;) {
      const ssize_t got = ::read(file_.get(), buffer.data(), buffer.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(os::system_error("read", name_, errno));
    }
  }

private:
  Bytes(std::string name, const Wait& wait) : name_(std::move(name)), wait_(wait) {}
  std::string name_;
  Wait wait_;
  os::UniqueFd file_;
  std::optional<os::PipedProgram> program_;
};

/// Hands on all whole lines; what follows the last line end stays.
Status hand_on(std::string& text, const std::function<Status(std::string_view)>& take) {
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) return {};
  SLIPWAY_TRY(take(std::string_view(text).substr(0, end + 1)));
  text.erase(0, end + 1);
  return {};
}

} // namespace

Status read_part(const std::string& file, const Cipher& cipher,
                 const std::function<Status(std::string_view)>& take, const Wait& wait) {
  SLIPWAY_ASSIGN(auto bytes, Bytes::open(file, cipher, wait));
  const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  std::vector<char> stored(ZSTD_DStreamInSize());
  std::vector<char> plain(ZSTD_DStreamOutSize());
  std::string text;
  std::size_t state = 1;
  for (;;) {
    SLIPWAY_ASSIGN(const std::size_t got, bytes.read(stored));
    if (got == 0) break;
    ZSTD_inBuffer input{stored.data(), got, 0};
    bool is_full = true;
    while (input.pos < input.size || is_full) {
      ZSTD_outBuffer output{plain.data(), plain.size(), 0};
      state = ZSTD_decompressStream(context.get(), &output, &input);
      if (ZSTD_isError(state) != 0)
        return fail(ErrorCode::io,
                    fmt::format("{} is damaged: {}", file, ZSTD_getErrorName(state)));
      text.append(plain.data(), output.pos);
      is_full = output.pos == output.size;
      if (text.size() >= k_piece) SLIPWAY_TRY(hand_on(text, take));
      if (state == 0) break;
    }
  }
  if (state != 0) return fail(ErrorCode::io, file + " is damaged: it is cut off");
  if (!text.empty()) SLIPWAY_TRY(take(text));
  return {};
}

Result<std::string> read_whole_part(const std::string& file, const Cipher& cipher,
                                    const Wait& wait) {
  std::string whole;
  SLIPWAY_TRY(read_part(
      file, cipher,
      [&](std::string_view piece) -> Status {
        whole.append(piece);
        return {};
      },
      wait));
  return whole;
}

} // namespace slipway::backup
