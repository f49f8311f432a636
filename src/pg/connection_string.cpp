// Connection strings for people: nothing secret in them. A string that libpq reads is masked
// exactly; in any other, all that might be part of a password goes, for a mistyped string is what
// ends up in an error message.
#include "connection_string.hpp"

#include "handles.hpp"
#include "slipway/pg/session.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::pg {

namespace {

constexpr std::string_view k_mask = "***";
constexpr auto npos = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::size_t scheme_length(std::string_view text) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (text.substr(0, scheme.size()) == scheme) return scheme.size();
  return 0;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

enum class Keyword { unknown, secret, harmless };

/// What libpq thinks of a keyword. It marks those not to be shown with an asterisk.
Keyword keyword_kind(const std::string& keyword) {
  if (keyword == "ssl" || keyword == "requiressl") return Keyword::harmless;
  const ConninfoHandle known(PQconninfoParse("", nullptr));
  for (const PQconninfoOption* at = known.get(); at != nullptr && at->keyword != nullptr; ++at)
    if (keyword == at->keyword)
      return std::string_view(at->dispchar) == "*" ? Keyword::secret : Keyword::harmless;
  return Keyword::unknown;
}

/// Where the password in the userinfo of a URL stands; empty when there is none.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool empty() const { return begin >= end; }
};

/// By libpq's rule: userinfo ends at the first @ if no slash comes before it, and the password
/// begins after its colon.
Range userinfo_password(std::string_view url) {
  const std::size_t begin = scheme_length(url);
  const std::size_t at = url.find('@', begin);
  if (at == npos || url.find('/', begin) < at) return {};
  const std::size_t colon = url.find(':', begin);
  return colon < at ? Range{colon + 1, at} : Range{};
}

/// All that might be a password in a URL that was not meant as libpq reads it: up to the last @,
/// else the rest of what stands where a port should.
Range suspected_password(std::string_view url) {
  const std::size_t colon = url.find(':', scheme_length(url));
  if (colon == npos) return {};
  const std::size_t at = url.rfind('@');
  if (at != npos && at > colon) return {colon + 1, at};
  return {colon + 1, std::min(url.find_first_of("/?", colon), url.size())};
}

/// `key=value&key=value` with secrets and everything unknown masked.
std::string masked_parameters(std::string_view text) {
  std::string shown;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('&', begin), text.size());
    const std::string_view pair = text.substr(begin, end - begin);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const Keyword kind = keyword_kind(percent_decoded(pair.substr(0, equals)));
    if (begin > 0) shown += '&';
    if (kind == Keyword::harmless)
      shown += pair;
    else if (kind == Keyword::secret)
      shown.append(pair.substr(0, equals)).append("=").append(k_mask);
    else if (!pair.empty())
      shown += k_mask;
    begin = end + 1;
  }
  return shown;
}

std::string masked_url(std::string_view url, Range password, std::string_view parameter_marks) {
  std::string shown;
  std::size_t rest = 0;
  if (!password.empty()) {
    shown.append(url.substr(0, password.begin)).append(k_mask);
    rest = password.end;
  }
  const std::size_t query = url.find_first_of(parameter_marks, std::max(rest, scheme_length(url)));
  shown += url.substr(rest, std::min(query, url.size()) - rest);
  if (query != npos) shown.append(1, url[query]).append(masked_parameters(url.substr(query + 1)));
  return shown;
}

/// One keyword = value of the other form, by libpq's rules.
struct Pair {
  std::string keyword;
  std::string value;
  Range raw_value;
  bool complete = false; ///< false: from here on the text cannot be read
};

class PairReader {
public:
  explicit PairReader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_space();
    return at_ >= text_.size();
  }
  std::size_t position() const { return at_; }

  Pair next() {
    Pair pair;
    while (at_ < text_.size() && text_[at_] != '=' && !is_space(text_[at_]))
      pair.keyword += text_[at_++];
    skip_space();
    if (at_ >= text_.size() || text_[at_] != '=') return pair;
    ++at_;
    skip_space();
    pair.raw_value.begin = at_;
    pair.complete =
        at_ < text_.size() && text_[at_] == '\'' ? take_quoted(pair.value) : take_bare(pair.value);
    pair.raw_value.end = at_;
    return pair;
  }

private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  void take_one(std::string& value) {
    if (text_[at_] == '\\') ++at_;
    if (at_ < text_.size()) value += text_[at_++];
  }

  bool take_bare(std::string& value) {
    while (at_ < text_.size() && !is_space(text_[at_])) take_one(value);
    return true;
  }

  bool take_quoted(std::string& value) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '\'') take_one(value);
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string masked_pairs(std::string_view text) {
  std::string shown;
  PairReader reader(text);
  for (std::size_t begin = 0; !reader.at_end(); begin = reader.position()) {
    const Pair pair = reader.next();
    const Keyword kind = keyword_kind(pair.keyword);
    // An unknown keyword may be the second word of an unquoted password.
    if (kind == Keyword::unknown || (kind == Keyword::harmless && !pair.complete))
      return shown.append(shown.empty() ? "" : " ").append(k_mask);
    if (kind == Keyword::harmless)
      shown += text.substr(begin, pair.raw_value.end - begin);
    else
      shown.append(text.substr(begin, pair.raw_value.begin - begin)).append(k_mask);
    if (!pair.complete) return shown;
  }
  return shown;
}

std::optional<std::string> password_of_pairs(std::string_view text) {
  PairReader reader(text);
  while (!reader.at_end()) {
    Pair pair = reader.next();
    if (pair.keyword == "password" && !pair.value.empty()) return std::move(pair.value);
  }
  return std::nullopt;
}

bool is_port_list(std::string_view ports) {
  return ports.find_first_not_of("0123456789,") == npos;
}

bool has_at_inside(std::string_view hosts) {
  for (std::size_t at = hosts.find('@'); at != npos; at = hosts.find('@', at + 1))
    if (at > 0 && hosts[at - 1] != ',') return true;
  return false;
}

bool has_at_after_slash(std::string_view url) {
  const std::size_t slash = url.find('/', scheme_length(url));
  const std::size_t at = slash == npos ? npos : url.find('@', slash);
  return at != npos && at < url.find('?', slash);
}

} // namespace

bool is_misread(const std::string& connection_string, const Conninfo& options) {
  const bool is_url = scheme_length(connection_string) > 0;
  return !is_port_list(option(options, "port")) ||
         (is_url &&
          (has_at_inside(option(options, "host")) || has_at_after_slash(connection_string)));
}

std::string masked(const std::string& connection_string) {
  if (scheme_length(connection_string) == 0) return masked_pairs(connection_string);
  const auto options = read_conninfo(connection_string);
  if (options && !is_misread(connection_string, *options))
    return masked_url(connection_string, userinfo_password(connection_string), "?");
  return masked_url(connection_string, suspected_password(connection_string), "?&");
}

std::optional<std::string> password_in(const std::string& connection_string) {
  const auto options = read_conninfo(connection_string);
  const bool is_url = scheme_length(connection_string) > 0;
  if (options && !is_misread(connection_string, *options)) {
    const std::string password = option(*options, "password");
    return password.empty() ? std::nullopt : std::optional(password);
  }
  if (!is_url) return password_of_pairs(connection_string);
  const Range range = suspected_password(connection_string);
  if (range.empty()) return std::nullopt;
  return percent_decoded(
      std::string_view(connection_string).substr(range.begin, range.end - range.begin));
}

} // namespace slipway::pg
