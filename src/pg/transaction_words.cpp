// Which transaction commands a text holds. After a lost connection this decides between "failed"
// and "unknown", so a word that might be a COMMIT counts as one.
#include "transaction_words.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>

namespace slipway::pg {

namespace {

bool is_word_start(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
         byte >= 0x80;
}

bool is_word_part(char c) {
  return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

/// Reads over a text. Each step_ function expects to stand on the first byte of what it steps over.
class Scanner {
public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::vector<LeadingWords> statements() {
    std::vector<LeadingWords> found;
    LeadingWords current;
    const auto finish = [&] {
      if (!current.first.empty()) found.push_back(current);
      current = {};
    };
    while (at_ < sql_.size()) {
      if (sql_[at_] == ';') {
        finish();
        ++at_;
      } else if (is_word_start(sql_[at_])) {
        std::string word = take_word();
        if (current.first.empty())
          current.first = std::move(word);
        else if (current.second.empty())
          current.second = std::move(word);
      } else {
        step();
      }
    }
    finish();
    return found;
  }

private:
  bool looking_at(std::string_view text) const { return sql_.substr(at_, text.size()) == text; }

  void step() {
    if (looking_at("--"))
      step_to("\n", 2);
    else if (looking_at("/*"))
      step_over_block_comment();
    else if (sql_[at_] == '\'')
      step_over_quoted('\'', false);
    else if (sql_[at_] == '"')
      step_over_quoted('"', false);
    else if (sql_[at_] == '$')
      step_over_dollar();
    else
      ++at_;
  }

  std::string take_word() {
    const std::size_t begin = at_;
    while (at_ < sql_.size() && is_word_part(sql_[at_])) ++at_;
    std::string word = to_lower_ascii(sql_.substr(begin, at_ - begin));
    if (word == "e" && at_ < sql_.size() && sql_[at_] == '\'') step_over_quoted('\'', true);
    return word;
  }

  void step_to(std::string_view end, std::size_t from) {
    const std::size_t found = sql_.find(end, at_ + from);
    at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
  }

  void step_over_block_comment() {
    int depth = 0;
    do {
      if (looking_at("/*")) {
        ++depth;
        at_ += 2;
      } else if (looking_at("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < sql_.size());
  }

  // A doubled quote reads as two strings side by side, which ends at the same place.
  void step_over_quoted(char quote, bool backslashes) {
    for (++at_; at_ < sql_.size() && sql_[at_] != quote; ++at_)
      if (backslashes && sql_[at_] == '\\') ++at_;
    at_ = std::min(at_ + 1, sql_.size());
    if (backslashes && at_ < sql_.size() && sql_[at_] == quote) step_over_quoted(quote, true);
  }

  void step_over_dollar() {
    std::size_t end = at_ + 1;
    if (end < sql_.size() && is_word_start(sql_[end]))
      while (end < sql_.size() && is_word_part(sql_[end]) && sql_[end] != '$') ++end;
    if (end >= sql_.size() || sql_[end] != '$') {
      ++at_;
      return;
    }
    const std::string_view tag = sql_.substr(at_, end + 1 - at_);
    step_to(tag, tag.size());
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

bool commits(const LeadingWords& words) {
  return words.first == "commit" || words.first == "end" ||
         (words.first == "prepare" && words.second == "transaction");
}

} // namespace

std::vector<LeadingWords> leading_words(std::string_view sql) {
  return Scanner(sql).statements();
}

bool may_commit(std::string_view sql) {
  const auto statements = leading_words(sql);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (commits(statements[i])) return true;
    const bool ends = statements[i].first == "rollback" || statements[i].first == "abort";
    if (ends && i + 1 < statements.size()) return true;
  }
  return false;
}

bool begins_transaction(std::string_view sql) {
  const auto statements = leading_words(sql);
  return !statements.empty() && (statements[0].first == "begin" || statements[0].first == "start");
}

bool ends_with_commit(std::string_view sql) {
  const auto statements = leading_words(sql);
  return !statements.empty() &&
         (statements.back().first == "commit" || statements.back().first == "end");
}

} // namespace slipway::pg
