// Compression with zstd, a digest of what is stored, and an encrypting program in between.
#include "part_writer.hpp"

#include "private_files.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/os/piped_program.hpp"
#include "slipway/os/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>
#include <vector>
#include <zstd.h>

namespace slipway::backup {

namespace {

constexpr std::size_t k_buffer = std::size_t{256} << 10U;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

} // namespace

struct PartWriter::State {
  State(std::string path, const Cipher& how, const Wait& limits)
      : file_name(std::move(path)), cipher(how), wait(limits), compressor(ZSTD_createCCtx()),
        compressed(ZSTD_CStreamOutSize()) {
    pending.reserve(k_buffer + k_buffer / 4);
  }

  void keep(Status status) {
    if (!status && !error) error = std::move(status).error();
  }

  void store(std::string_view bytes) {
    if (bytes.empty() || error) return;
    if (program) return keep(program->write(bytes, wait));
    digest.update(bytes);
    stored += bytes.size();
    keep(write_all(file.get(), bytes, file_name));
  }

  void compress(ZSTD_EndDirective end) {
    ZSTD_inBuffer input{pending.data(), pending.size(), 0};
    for (bool done = false; !done && !error;) {
      ZSTD_outBuffer output{compressed.data(), compressed.size(), 0};
      const std::size_t left = ZSTD_compressStream2(compressor.get(), &output, &input, end);
      if (ZSTD_isError(left) != 0) {
        error = Error(ErrorCode::io,
                      fmt::format("cannot compress {}: {}", file_name, ZSTD_getErrorName(left)));
        return;
      }
      store({compressed.data(), output.pos});
      done = end == ZSTD_e_end ? left == 0 : input.pos == input.size;
    }
    pending.clear();
  }

  std::string file_name;
  const Cipher& cipher;
  Wait wait;
  os::UniqueFd file;
  std::optional<os::PipedProgram> program;
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> compressor;
  std::vector<char> compressed;
  std::string pending;
  Sha256 digest;
  std::uint64_t stored = 0;
  std::optional<Error> error;
};

PartWriter::PartWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
}
PartWriter::PartWriter(PartWriter&&) noexcept = default;
PartWriter& PartWriter::operator=(PartWriter&&) noexcept = default;
PartWriter::~PartWriter() = default;

Result<PartWriter> PartWriter::open(const std::string& file, const Cipher& cipher, int level,
                                    const Wait& wait) {
  auto state = std::make_unique<State>(file, cipher, wait);
  SLIPWAY_ASSIGN(state->file, new_private_file(file));
  ZSTD_CCtx_setParameter(state->compressor.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state->compressor.get(), ZSTD_c_checksumFlag, 1);
  if (cipher.program != Cipher::Program::none) {
    SLIPWAY_ASSIGN(auto program, os::PipedProgram::fed(cipher.encrypt(), state->file.get()));
    state->program.emplace(std::move(program));
  }
  return PartWriter(std::move(state));
}

void PartWriter::add(std::string_view bytes) {
  if (state_->error) return;
  state_->pending.append(bytes);
  if (state_->pending.size() >= k_buffer) state_->compress(ZSTD_e_continue);
}

void PartWriter::add_line(std::string_view line) {
  add(line);
  add("\n");
}

Result<Part> PartWriter::finish(const std::string& path) {
  State& state = *state_;
  if (!state.error) state.compress(ZSTD_e_end);
  if (!state.error && state.program) state.keep(state.program->finish(state.wait));
  if (!state.error) state.keep(sync_file(state.file.get(), state.file_name));
  if (state.error) return fail(std::move(*state.error));
  if (state.program) return part_of_file(state.file_name, path, state.wait);
  return Part{path, state.stored, state.digest.finish()};
}

Result<Part> part_of_file(const std::string& file, const std::string& path, const Wait& wait) {
  const os::UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return fail(os::system_error("read", file, errno));
  Part part{path, 0, {}};
  Sha256 digest;
  std::vector<char> buffer(k_buffer);
  for (;;) {
    if (wait.deadline.passed() || wait.stop_requested())
      return fail(ErrorCode::cancelled, file + " was not read in time");
    const ssize_t got = ::read(opened.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(os::system_error("read", file, errno));
    if (got == 0) break;
    digest.update({buffer.data(), static_cast<std::size_t>(got)});
    part.bytes += static_cast<std::uint64_t>(got);
  }
  part.sha256 = digest.finish();
  return part;
}

} // namespace slipway::backup
