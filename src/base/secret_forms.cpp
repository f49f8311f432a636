// Which parts of a text are secrets judged by what stands around them. One pass from left to right;
// what is ambiguous is taken for a secret, because a masked word costs a glance and a leaked
// password costs a rotation.
#include "secret_forms.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace slipway {

namespace {

// Compared with the end of a word after removing "_" and "-", so PGPASSWORD, sslpassword, x-api-key
// and accessToken all count.
constexpr std::array<std::string_view, 11> k_keys{
    "password",  "passwd",        "pwd",        "secret",     "token",    "apikey",
    "accesskey", "authorization", "passphrase", "privatekey", "secretkey"};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_space(char c) {
  return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
  return is_alpha(c) || is_digit(c) || c == '_';
}

// The key that a word ends with, or nothing.
std::string_view key_of(std::string_view word) {
  // The longest key has 13 letters; the few more are for "_" and "-" between them.
  constexpr std::size_t k_tail = 24;
  std::string folded;
  for (const char c : to_lower_ascii(word.substr(word.size() - std::min(word.size(), k_tail))))
    if (c != '_' && c != '-') folded += c;
  const auto key = std::find_if(k_keys.begin(), k_keys.end(),
                                [&](auto k) { return std::string_view(folded).ends_with(k); });
  return key == k_keys.end() ? std::string_view() : *key;
}

// What may follow a quote that ends a value in running text, SQL or JSON.
bool ends_after_quote(std::string_view text, std::size_t i) {
  return i >= text.size() || is_space(text[i]) ||
         std::string_view(",;:.)]}\"'\\").find(text[i]) != std::string_view::npos;
}

// The last "@" before the end of a run without white space (and, if asked, before its "?" or "#"),
// remembered until the scan passes that end: many starts in one run cost one look.
class LastAt {
public:
  LastAt(std::string_view text, std::string_view more_stops)
      : text_(text), more_stops_(more_stops) {}

  std::size_t from(std::size_t start) {
    if (start >= end_) {
      at_ = std::string_view::npos;
      for (end_ = start; end_ < text_.size() && !is_stop(end_); ++end_)
        if (text_[end_] == '@') at_ = end_;
    }
    return at_ != std::string_view::npos && at_ >= start ? at_ : std::string_view::npos;
  }

private:
  bool is_stop(std::size_t i) const {
    const char c = text_[i];
    return is_space(c) || (c == '"' && ends_after_quote(text_, i + 1)) ||
           more_stops_.find(c) != std::string_view::npos;
  }

  std::string_view text_;
  std::string_view more_stops_;
  std::size_t end_ = 0;
  std::size_t at_ = std::string_view::npos;
};

class Scanner {
public:
  explicit Scanner(std::string_view text)
      : text_(text), at_in_path_(text, "?#"), at_in_url_(text, "") {}

  std::vector<SecretForm> run() {
    std::size_t i = 0;
    while (i < text_.size()) {
      if (starts(i, "://")) {
        i = url(i + 3);
      } else if (is_word(text_[i])) {
        const std::size_t start = i;
        while (i < text_.size() && (is_word(text_[i]) || text_[i] == '-')) ++i;
        i = std::max(i, after_word(start, i));
      } else {
        ++i;
      }
    }
    return std::move(found_);
  }

private:
  bool starts(std::size_t i, std::string_view prefix) const {
    return text_.substr(std::min(i, text_.size())).starts_with(prefix);
  }
  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  void add(std::size_t begin, std::size_t end, std::string closing = {}) {
    if (end > begin) found_.push_back({{begin, end - begin}, std::move(closing)});
  }

  std::size_t skip_blanks(std::size_t i) const {
    while (is_blank(at(i))) ++i;
    return i;
  }

  // White space and comments between two SQL tokens. A comment longer than the bound is left alone,
  // which keeps the scan linear.
  std::size_t skip_sql_space(std::size_t i) const {
    constexpr std::size_t k_comment_bound = 200;
    while (true) {
      while (i < text_.size() && is_space(text_[i])) ++i;
      if (!starts(i, "/*") && !starts(i, "--")) return i;
      const bool block = text_[i] == '/';
      const auto end = text_.substr(i, k_comment_bound).find(block ? "*/" : "\n", 2);
      if (end == std::string_view::npos) return i;
      i += end + (block ? 2 : 1);
    }
  }

  // `begin` is after "://". Returns where to go on.
  std::size_t url(std::size_t begin) {
    if (at(begin) == '[') return begin;
    const std::size_t authority_at = at_in_path_.from(begin);
    const std::size_t at_sign =
        authority_at != std::string_view::npos ? authority_at : at_in_url_.from(begin);
    const std::size_t colon = std::min(text_.find_first_of(":/?#@\"' \t\r\n", begin), text_.size());
    if (at(colon) != ':') return begin;
    if (at_sign == std::string_view::npos) return cut_url(colon + 1);
    if (is_port(colon + 1, at_sign)) return begin;
    add(colon + 1, at_sign);
    return at_sign + 1;
  }

  // A statement shown in part may end inside a URL, before the "@". Only digits can be a port.
  std::size_t cut_url(std::size_t begin) {
    std::size_t i = begin;
    while (is_digit(at(i))) ++i;
    if (!is_alpha(at(i)) && (i > begin || at(i) != '%')) return i;
    const std::size_t end = std::min(text_.find_first_of("/?#\"'<>) \t\r\n", begin), text_.size());
    add(begin, end);
    return end;
  }

  // A number and then a path or another host: not a password, although an "@" comes later.
  bool is_port(std::size_t i, std::size_t at_sign) const {
    while (i < at_sign && is_digit(text_[i])) ++i;
    return i < at_sign && std::string_view("/,?#").find(text_[i]) != std::string_view::npos;
  }

  // Looks behind a word for a value of it. Returns where to go on, or 0 when the word is no key or
  // has no value.
  std::size_t after_word(std::size_t start, std::size_t end) {
    const std::string_view key = key_of(text_.substr(start, end - start));
    if (key.empty()) return 0;
    if (const std::size_t next = pair_value(key, start, end)) return next;
    // Parsers speak of an "unexpected token 'x'"; that is no secret.
    return key == "token" || key == "authorization" ? 0 : sql_value(end);
  }

  // KEY = VALUE, KEY: VALUE, "KEY": VALUE, ?KEY=VALUE&, and "Key (KEY)=(VALUE)" of a unique
  // violation.
  std::size_t pair_value(std::string_view key, std::size_t start, std::size_t end) {
    std::size_t i = end;
    while (at(i) == '\\') ++i;
    const bool quoted_key = at(i) == '"' || at(i) == '\'';
    if (quoted_key) ++i;
    if (starts(i, ")=(")) return parenthesis(i + 3);
    i = skip_blanks(i);
    if (at(i) != '=' && at(i) != ':') return 0;
    if (starts(i, "::")) return 0;
    const bool colon = text_[i] == ':';
    ++i;
    if (at(i) == '=' || (!colon && at(i) == '>')) ++i;
    const bool query = !colon && start > 0 && (text_[start - 1] == '?' || text_[start - 1] == '&');
    if (query) return bare_query(i);
    i = skip_blanks(i);
    if (const std::size_t next = pair_literal(i)) return next;
    if (quoted_key && colon && is_json_word(i)) return json_word(i);
    return bare(key, i);
  }

  // Part of a JSON document in running text, where a value without quotes is no text.
  bool is_json_word(std::size_t i) const {
    return is_digit(at(i)) || at(i) == '-' || starts(i, "{") || starts(i, "[") ||
           starts(i, "null") || starts(i, "true") || starts(i, "false");
  }

  std::size_t json_word(std::size_t begin) {
    const std::size_t end = std::min(text_.find_first_of(",]} \t\r\n", begin), text_.size());
    if (is_digit(at(begin)) || at(begin) == '-') add(begin, end);
    return end;
  }

  std::size_t parenthesis(std::size_t begin) {
    const std::size_t end = std::min(text_.find(')', begin), text_.size());
    add(begin, end);
    return end;
  }

  std::size_t bare_query(std::size_t begin) {
    const std::size_t end = bare_end(begin, '&');
    add(begin, end);
    return end;
  }

  // An unquoted value: to white space, with a backslash hiding the next character as in a
  // connection string. A quote ends it only when text goes on as if it had been quoted as a whole.
  std::size_t bare_end(std::size_t i, char stop = '\x1b') const {
    while (i < text_.size() && !is_space(text_[i]) && text_[i] != stop) {
      const char c = text_[i];
      if ((c == '"' || c == '\'') && ends_after_quote(text_, i + 1)) break;
      if (c == '\\' && at(i + 1) == '"' && ends_after_quote(text_, i + 2)) break;
      i += c == '\\' && i + 1 < text_.size() ? 2 : 1;
    }
    return std::min(i, text_.size());
  }

  std::size_t bare(std::string_view key, std::size_t begin) {
    const std::size_t masked_end = begin + k_secret_mask.size();
    if (starts(begin, k_secret_mask) &&
        (ends_after_quote(text_, masked_end) || at(masked_end) == '&'))
      return masked_end;
    std::size_t end = bare_end(begin);
    if (key == "authorization" && is_scheme(text_.substr(begin, end - begin)))
      end = bare_end(skip_blanks(end));
    add(begin, end);
    return end;
  }

  static bool is_scheme(std::string_view word) {
    const std::string lower = to_lower_ascii(word);
    return lower == "bearer" || lower == "basic" || lower == "digest" || lower == "token" ||
           lower == "negotiate";
  }

  // PASSWORD 'x', with the string continued on further lines as SQL allows.
  std::size_t sql_value(std::size_t end) {
    const bool genitive = starts(end, "'s") && !is_word(at(end + 2));
    if (genitive) return 0;
    if (at(end) == '"') ++end;
    std::size_t next = sql_literal(skip_sql_space(end));
    if (next == 0) return 0;
    while (true) {
      const std::size_t more = skip_sql_space(next);
      if (at(more) != '\'' || more == next) return next;
      next = sql_literal(more);
    }
  }

  // A quoted value after "=" or ":"; 0 when none starts here.
  std::size_t pair_literal(std::size_t i) {
    std::size_t backslashes = 0;
    while (at(i + backslashes) == '\\') ++backslashes;
    if (at(i + backslashes) == '"') return escaped_quotes(i + backslashes + 1, backslashes);
    if (at(i) == '\'' && at(i + 1) != '\'') return escape_string(i + 1);
    // A dollar sign also starts many a password hash; SQL's quotes come in pairs.
    constexpr std::size_t k_dollar_bound = 4096;
    if (const std::string_view tag = dollar_tag(i); !tag.empty()) {
      const bool closed =
          text_.substr(i + tag.size(), k_dollar_bound).find(tag) != std::string_view::npos;
      return closed ? dollar(i, tag) : 0;
    }
    return sql_literal(i);
  }

  // A string constant of SQL; 0 when none starts here.
  std::size_t sql_literal(std::size_t i) {
    if (const std::string_view tag = dollar_tag(i); !tag.empty()) return dollar(i, tag);
    if ((at(i) == 'E' || at(i) == 'e') && at(i + 1) == '\'') return escape_string(i + 2);
    if ((at(i) == 'U' || at(i) == 'u') && at(i + 1) == '&' && at(i + 2) == '\'') i += 2;
    return at(i) == '\'' ? constant(i) : 0;
  }

  // With a backslash before a quote of the value; `begin` is after the opening apostrophe.
  std::size_t escape_string(std::size_t begin) {
    std::size_t i = begin;
    while (i < text_.size() && (text_[i] != '\'' || at(i + 1) == '\'')) {
      const bool escaped = text_[i] == '\\' || text_[i] == '\'';
      i += escaped ? 2 : 1;
    }
    return close(begin, i, "'");
  }

  // In double quotes with so many backslashes before the opening one: 1 in JSON in a string of
  // JSON, 3 one level deeper. With k of them, j backslashes of the innermost value and then its end
  // are 2j(k+1)+k.
  std::size_t escaped_quotes(std::size_t begin, std::size_t backslashes) {
    const std::string quote = std::string(backslashes, '\\') + '"';
    std::size_t run = 0;
    for (std::size_t i = begin; i < text_.size(); ++i) {
      if (text_[i] == '"' && run >= backslashes &&
          (run - backslashes) % (2 * (backslashes + 1)) == 0)
        return close(begin, i - backslashes, quote);
      run = text_[i] == '\\' ? run + 1 : 0;
    }
    return close(begin, text_.size(), quote);
  }

  // The value is `begin` to `end`; a quote that is missing there is written after the mask, so that
  // text put behind this one is not taken for a part of the value.
  std::size_t close(std::size_t begin, std::size_t end, std::string_view quote) {
    if (end < text_.size()) {
      add(begin, end);
      return std::min(end + quote.size(), text_.size());
    }
    add(begin, text_.size(), std::string(quote));
    return text_.size();
  }

  std::size_t quote_run(std::size_t i) const {
    const std::size_t end = std::min(text_.find_first_not_of('\'', i), text_.size());
    return end - i;
  }

  // A string constant, perhaps inside a constant inside a constant: each level doubles the quotes,
  // so it opens with 1, 2 or 4 of them, a quote of its value is twice as many, and more than none
  // but less than that many more may follow its end, which end the outer ones.
  std::size_t constant(std::size_t i) {
    const std::size_t opening = quote_run(i);
    const bool only_quotes = ends_after_quote(text_, i + opening);
    const std::size_t level = only_quotes ? 1 : opening & (~opening + 1);
    const std::string quote(level, '\'');
    const std::size_t begin = i + level;
    for (i = begin; i < text_.size();) {
      const std::size_t run = quote_run(i);
      if (run % (2 * level) >= level) return close(begin, i + run - run % (2 * level), quote);
      i = std::min(text_.find('\'', i + run), text_.size());
    }
    return close(begin, text_.size(), quote);
  }

  // "$$" or "$tag$" when one starts here. A tag is an identifier, so "$2a$" is none.
  std::string_view dollar_tag(std::size_t i) const {
    if (at(i) != '$' || is_digit(at(i + 1))) return {};
    std::size_t end = i + 1;
    while (end < text_.size() &&
           (is_word(text_[end]) || static_cast<unsigned char>(text_[end]) >= 0x80U))
      ++end;
    return at(end) == '$' ? text_.substr(i, end + 1 - i) : std::string_view();
  }

  std::size_t dollar(std::size_t i, std::string_view tag) {
    const std::size_t begin = i + tag.size();
    return close(begin, text_.find(tag, begin), tag);
  }

  std::string_view text_;
  LastAt at_in_path_;
  LastAt at_in_url_;
  std::vector<SecretForm> found_;
};

} // namespace

bool is_secret_name(std::string_view name) {
  return !key_of(name).empty();
}

std::vector<SecretForm> find_secret_forms(std::string_view text) {
  return Scanner(text).run();
}

} // namespace slipway
