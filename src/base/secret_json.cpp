// JSON needs its own walk: inside its strings each quote and line end has a backslash before it, so
// forms that are plain in the message are not in its JSON, and a value taken too long would swallow
// the end of the string.
#include "secret_json.hpp"

#include "escapes.hpp"
#include "secret_forms.hpp"

#include <algorithm>

namespace slipway {

namespace {

bool is_json_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_number(std::string_view word) {
  return !word.empty() && (word.front() == '-' || (word.front() >= '0' && word.front() <= '9')) &&
         word.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

std::string encoded(std::string_view value) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < 0x20U)
      (out += "\\u00") += {k_digits[byte >> 4U], k_digits[byte & 0x0FU]};
    else
      out += c;
  }
  return out += '"';
}

class Walk {
public:
  Walk(std::string_view text, const std::function<std::string(std::string_view)>& mask)
      : text_(text), mask_(mask) {}

  // False when a token is none of JSON's.
  bool run() {
    while (i_ < text_.size()) {
      const char c = text_[i_];
      if (is_json_space(c) || std::string_view("{}[],:").find(c) != std::string_view::npos) {
        if (!is_json_space(c) && c != ':') secret_value_ = false;
        out_ += c;
        ++i_;
      } else if (!(c == '"' ? string() : word())) {
        return false;
      }
    }
    return true;
  }

  std::string take() { return std::move(out_); }

private:
  bool string() {
    const std::size_t begin = i_++;
    std::string value;
    while (i_ < text_.size() && text_[i_] != '"') {
      if (static_cast<unsigned char>(text_[i_]) < 0x20U) return false;
      const Unit unit = text_[i_] == '\\' ? backslash_escape(text_, i_) : Unit{{text_[i_]}};
      value += unit.view();
      i_ += unit.taken;
    }
    if (i_ >= text_.size()) return false;
    ++i_;
    const auto next = std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(i_), text_.end(),
                                       is_json_space);
    const bool key = next != text_.end() && *next == ':';
    const std::string masked =
        secret_value_ && !value.empty() ? std::string(k_secret_mask) : mask_(value);
    out_ += masked == value ? std::string(text_.substr(begin, i_ - begin)) : encoded(masked);
    secret_value_ = key && is_secret_name(value);
    return true;
  }

  bool word() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n{}[],:\"", i_), text_.size());
    const std::string_view word = text_.substr(i_, end - i_);
    const bool number = is_number(word);
    if (!number && word != "true" && word != "false" && word != "null") return false;
    const bool secret = number && (secret_value_ || mask_(word) != word);
    out_ += secret ? encoded(k_secret_mask) : std::string(word);
    secret_value_ = false;
    i_ = end;
    return true;
  }

  std::string_view text_;
  const std::function<std::string(std::string_view)>& mask_;
  std::string out_;
  std::size_t i_ = 0;
  bool secret_value_ = false; // the value that comes next stands under a secret name
};

} // namespace

std::optional<std::string> mask_json(std::string_view text,
                                     const std::function<std::string(std::string_view)>& mask) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_json_space);
  if (first == text.end() || std::string_view("{[\"").find(*first) == std::string_view::npos)
    return std::nullopt;
  Walk walk(text, mask);
  if (!walk.run()) return std::nullopt;
  return walk.take();
}

} // namespace slipway
