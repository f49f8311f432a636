// As much of PostgreSQL's lexical rules as it takes to find commas and parentheses that count. The
// text comes from pg_dump, so it is well formed.
#include "slipway/rehearse/sql_words.hpp"

#include <cctype>

namespace slipway::rehearse {

namespace {

bool is_word_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_byte(char c) {
  return is_word_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$';
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

template<class Holds>
std::size_t while_true(std::string_view text, std::size_t at, Holds holds) {
  while (at < text.size() && holds(text[at])) ++at;
  return at;
}

/// The end of a quote that opens at `at`; a doubled quote is part of it.
std::size_t quote_end(std::string_view text, std::size_t at, bool backslashes) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (backslashes && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return text.size();
}

/// The end of a dollar quote that opens at `at`, or `at` when none does.
std::size_t dollar_end(std::string_view text, std::size_t at) {
  const std::size_t tag_end =
      while_true(text, at + 1, [](char c) { return is_word_byte(c) && c != '$'; });
  if (tag_end >= text.size() || text[tag_end] != '$') return at;
  if (tag_end > at + 1 && !is_word_start(text[at + 1])) return at;
  const std::string_view tag = text.substr(at, tag_end + 1 - at);
  const std::size_t close = text.find(tag, tag_end + 1);
  return close == std::string_view::npos ? text.size() : close + tag.size();
}

std::size_t comment_end(std::string_view text, std::size_t at) {
  if (text[at] == '-') {
    const std::size_t end = text.find('\n', at);
    return end == std::string_view::npos ? text.size() : end;
  }
  std::size_t depth = 0;
  while (at < text.size()) {
    const std::string_view two = text.substr(at, 2);
    if (two == "/*") {
      ++depth;
      at += 2;
    } else if (two == "*/") {
      at += 2;
      if (--depth == 0) return at;
    } else {
      ++at;
    }
  }
  return text.size();
}

std::size_t word_end(std::string_view text, std::size_t at) {
  const char c = text[at];
  const std::string_view two = text.substr(at, 2);
  if (is_space(c)) return while_true(text, at, is_space);
  if (two == "E'" || two == "e'") return quote_end(text, at + 1, true);
  if (is_word_start(c)) return while_true(text, at, is_word_byte);
  if (c == '\'' || c == '"') return quote_end(text, at, false);
  if (two == "--" || two == "/*") return comment_end(text, at);
  if (c == '$')
    if (const std::size_t end = dollar_end(text, at); end > at) return end;
  return at + 1;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

} // namespace

std::vector<std::string_view> sql_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = word_end(text, at);
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::vector<std::string> list_items(std::string_view text) {
  std::vector<std::string> items;
  std::string current;
  int depth = 0;
  for (const std::string_view word : sql_words(text)) {
    if (word == "(" || word == "[") ++depth;
    if (word == ")" || word == "]") --depth;
    if (word == "," && depth == 0) {
      items.push_back(trimmed(current));
      current.clear();
    } else {
      current += word;
    }
  }
  if (std::string last = trimmed(current); !last.empty()) items.push_back(std::move(last));
  return items;
}

std::size_t closing_parenthesis(std::string_view text, std::size_t begin) {
  int depth = 1;
  std::size_t at = begin;
  for (const std::string_view word : sql_words(text.substr(begin))) {
    if (word == "(") ++depth;
    if (word == ")" && --depth == 0) return at;
    at += word.size();
  }
  return std::string_view::npos;
}

} // namespace slipway::rehearse
