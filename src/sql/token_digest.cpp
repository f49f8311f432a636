#include "slipway/sql/facts.hpp"

#include "split/script_scanner.hpp"

#include "slipway/base/sha256.hpp"

#include <iterator>

#include <fmt/format.h>

namespace slipway::sql {

namespace {

// Each part goes in behind its kind and length, so that no two sequences of parts read the same.
class Digester final : public ScanListener {
public:
  explicit Digester(std::string_view script) : script_(script) {}

  void token(const Token& token) override {
    if (token.kind == TokenKind::word)
      add('t', to_lower_ascii(token.text(script_)));
    else
      add('t', token.text(script_));
  }
  void statement_end() override { add('e', {}); }
  void copy_data(std::string_view data) override { add('d', data); }

  std::string finish() {
    hash_.update(waiting_);
    return hash_.finish();
  }

private:
  void add(char kind, std::string_view part) {
    fmt::format_to(std::back_inserter(waiting_), "{}{}:", kind, part.size());
    waiting_ += part;
    if (waiting_.size() < k_enough) return;
    hash_.update(waiting_);
    waiting_.clear();
  }

  // A token is short: hashing them one by one costs more than the hash.
  static constexpr std::size_t k_enough = 4096;

  std::string_view script_;
  std::string waiting_;
  Sha256 hash_;
};

} // namespace

std::string token_digest(std::string_view script) {
  if (script.find('\0') == script.npos && !find_invalid_utf8(script)) {
    Digester digester(script);
    if (ScriptScanner(script, {}, &digester).scan()) return digester.finish();
  }
  Sha256 hash;
  hash.update("text:");
  hash.update(script);
  return hash.finish();
}

} // namespace slipway::sql
