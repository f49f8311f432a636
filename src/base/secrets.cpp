// What a text reads like without its secrets.
#include "slipway/base/secrets.hpp"

#include "secret_forms.hpp"
#include "secret_json.hpp"
#include "secret_values.hpp"

#include <algorithm>

namespace slipway {

namespace {

// JSON in a string of JSON in a string of JSON is looked into; deeper nesting is taken as plain
// text.
constexpr int k_json_depth = 4;

std::string replace(std::string_view text, const std::vector<SecretForm>& secrets) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  for (std::size_t i = 0; i < secrets.size();) {
    const std::size_t begin = secrets[i].span.offset;
    std::size_t end = begin;
    std::string_view closing;
    for (; i < secrets.size() && (end == begin || secrets[i].span.offset < end); ++i) {
      end = std::max(end, secrets[i].span.end());
      if (!secrets[i].closing.empty()) closing = secrets[i].closing;
    }
    out += text.substr(copied, begin - copied);
    out += k_secret_mask;
    out += closing;
    copied = end;
  }
  out += text.substr(copied);
  return out;
}

std::string mask_plain_once(std::string_view text, const std::vector<std::string>& secrets) {
  std::vector<SecretForm> found = find_secret_forms(text);
  const auto forms = static_cast<std::ptrdiff_t>(found.size());
  for (const Span& value : find_secret_values(text, secrets)) found.push_back({value, {}});
  if (found.empty()) return std::string(text);
  std::inplace_merge(
      found.begin(), found.begin() + forms, found.end(),
      [](const SecretForm& a, const SecretForm& b) { return a.span.offset < b.span.offset; });
  return replace(text, found);
}

std::string mask_once(std::string_view text, const std::vector<std::string>& secrets, int depth) {
  if (depth > 0) {
    const auto inner = [&](std::string_view value) { return mask_once(value, secrets, depth - 1); };
    if (auto json = mask_json(text, inner)) return *std::move(json);
  }
  return mask_plain_once(text, secrets);
}

} // namespace

Masker::Masker(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
}

void Masker::add(std::string secret) {
  secrets_.push_back(std::move(secret));
}

std::string Masker::mask(std::string_view text) const {
  std::string masked = mask_once(text, secrets_, k_json_depth);
  if (masked == text) return masked;
  // What replaced a value can complete a form that was none before; the text settles after a few
  // rounds.
  constexpr int k_rounds = 8;
  for (int round = 0; round < k_rounds; ++round) {
    std::string again = mask_once(masked, secrets_, k_json_depth);
    if (again == masked) break;
    masked = std::move(again);
  }
  return masked;
}

} // namespace slipway
