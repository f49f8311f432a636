#include "split/string_setting.hpp"

#include "lex/words.hpp"

#include <algorithm>

namespace slipway::sql {

namespace {

constexpr std::string_view k_setting = "standard_conforming_strings";

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
      text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

// The server takes any unambiguous beginning of off, false and no, and 0.
bool is_off(std::string_view value) {
  const auto begins = [&](std::string_view word, std::size_t least) {
    return value.size() >= least && value.size() <= word.size() &&
           same_word(value, word.substr(0, value.size()));
  };
  return value == "0" || begins("off", 2) || begins("false", 1) || begins("no", 1);
}

bool is_setting(std::string_view text) {
  return same_word(without_quotes(text), k_setting);
}

} // namespace

void StringSetting::set(std::string_view value, bool local) {
  current_ = !is_off(without_quotes(value));
  if (!local) session_ = current_;
  if (!in_block_ && !local) before_ = session_;
}

void StringSetting::end_transaction(bool keeps) {
  if (!keeps) session_ = before_;
  current_ = before_ = session_;
  in_block_ = false;
}

void StringSetting::after_statement(const LeadingTokens& lead, std::string_view script) {
  const auto word = [&](std::size_t n) { return lead.at(n, script); };
  const auto is = [&](std::size_t n, std::string_view lower) { return same_word(word(n), lower); };
  if (is(0, "set")) {
    const bool local = is(1, "local");
    const std::size_t name = local || is(1, "session") ? 2 : 1;
    if (is_setting(word(name))) set(word(name + 2), local);
  } else if (is(0, "reset") && (is_setting(word(1)) || is(1, "all"))) {
    set("on", false);
  } else if (is(0, "discard") && is(1, "all")) {
    set("on", false);
  } else if (is(0, "select")) {
    const std::size_t call = is(1, "pg_catalog") ? 3 : 1;
    if (is(call, "set_config") && is_setting(word(call + 2)))
      set(word(call + 4), is(call + 6, "true"));
  } else if (is(0, "begin") || (is(0, "start") && is(1, "transaction"))) {
    in_block_ = true;
  } else if (is(0, "commit") || is(0, "end")) {
    if (!is(1, "prepared")) end_transaction(true);
  } else if (is(0, "abort") || is(0, "rollback")) {
    const bool to_savepoint = is(1, "to") || is(2, "to");
    if (!to_savepoint && !is(1, "prepared")) end_transaction(false);
  }
}

} // namespace slipway::sql
