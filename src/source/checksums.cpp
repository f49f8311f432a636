// The two checksums that need no parsing.
#include "slipway/source/migration.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/base/sha256.hpp"
#include "source_text.hpp"

namespace slipway::source {

namespace {

// Without a byte order mark, and with LF for CRLF and CR.
std::string normalised(std::string_view text) {
  text.remove_prefix(start_of_text(text));
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_return = text[i] == '\r';
    if (is_return && i + 1 < text.size() && text[i + 1] == '\n') continue;
    plain += is_return ? '\n' : text[i];
  }
  return plain;
}

} // namespace

std::string bytes_checksum(const MigrationFile& file) {
  SLIPWAY_ASSERT(file.text != nullptr);
  Sha256 digest;
  digest.update(*file.text);
  if (file.down_text) digest.update(*file.down_text);
  return digest.finish();
}

std::string normalised_checksum(const MigrationFile& file) {
  SLIPWAY_ASSERT(file.text != nullptr);
  Sha256 digest;
  digest.update(normalised(*file.text));
  if (file.down_text) digest.update(normalised(*file.down_text));
  return digest.finish();
}

} // namespace slipway::source
