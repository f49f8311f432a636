#include "split/script_scanner.hpp"

#include "split/script_error.hpp"

#include "lex/words.hpp"

#include <algorithm>

namespace slipway::sql {

namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

bool only_space_before_on_line(std::string_view script, std::size_t offset) {
  for (; offset > 0; --offset) {
    const char c = script[offset - 1];
    if (c == '\n' || c == '\r') return true;
    if (c != ' ' && c != '\t' && c != '\f' && c != '\v')
      return offset == k_byte_order_mark.size() && script.starts_with(k_byte_order_mark);
  }
  return true;
}

} // namespace

Error ScriptScanner::error(const Token& token, std::string message, std::string hint) const {
  return script_error(script_, file_, {token.offset, token.length}, std::move(message),
                      std::move(hint));
}

Result<Script> ScriptScanner::scan() {
  if (script_.starts_with(k_byte_order_mark)) lexer_.seek(k_byte_order_mark.size());
  for (;;) {
    const Token token = lexer_.next();
    if (copy_line_reached(token) || (token.kind == TokenKind::end && !copies_.empty())) {
      SLIPWAY_TRY(read_copies());
      continue;
    }
    if (token.kind == TokenKind::end) {
      SLIPWAY_TRY(at_end());
      return std::move(out_);
    }
    SLIPWAY_TRY(take(token));
  }
}

Status ScriptScanner::take(const Token& token) {
  if (is_unterminated(token.kind)) return fail(unterminated_error(script_, file_, token));
  if (!copies_.empty() && token.end() > copy_line_end_)
    return fail(error(token, "this runs on into the data lines of the COPY on its line",
                      "start it on the line below the data"));
  switch (token.kind) {
  case TokenKind::line_comment:
    take_comment(token);
    return {};
  case TokenKind::block_comment:
    return {};
  case TokenKind::byte_order_mark:
    return fail(
        error(token, "a byte order mark inside the script",
              "it belongs at the very start; files joined together carry theirs along: remove it"));
  case TokenKind::backslash:
    return take_backslash(token);
  case TokenKind::semicolon:
    if (!open_) return {};
    if (open_->ends_at_semicolon()) return end_statement(token.end());
    [[fallthrough]];
  default:
    take_into_statement(token);
    return {};
  }
}

void ScriptScanner::take_into_statement(const Token& token) {
  if (!open_) {
    open_.emplace();
    open_->begin = token.offset;
    open_->position = cursor_.advance_to(token.offset);
  }
  const std::string_view text = token.text(script_);
  const bool in_parens = open_->parens > 0;
  open_->end = token.end();
  open_->lead.add(token);
  open_->body.feed(token, text, in_parens);
  open_->copy.feed(token, text, in_parens);
  if (token.kind == TokenKind::open_paren) ++open_->parens;
  if (token.kind == TokenKind::close_paren && open_->parens > 0) --open_->parens;
  if (listener_ != nullptr) listener_->token(token);
}

void ScriptScanner::take_comment(const Token& token) {
  if (open_ && open_->body.open()) return;
  out_.comments.push_back({{token.offset, token.length},
                           cursor_.advance_to(token.offset),
                           only_space_before_on_line(script_, token.offset)});
}

Status ScriptScanner::take_backslash(const Token& token) {
  const std::string_view rest = script_.substr(token.offset + 1);
  const bool between = !open_ || open_->ends_at_semicolon();
  if (rest.starts_with(';') && between) {
    lexer_.seek(token.offset + 2);
    return open_ ? end_statement(token.offset + 2) : Status{};
  }
  const std::string_view line = rest.substr(0, rest.find_first_of("\n\r"));
  const std::string_view command = line.substr(0, line.find_first_of(" \t\f\v"));
  const bool guard = command == "restrict" || command == "unrestrict";
  // A second backslash on the line would begin another command, or end this one with SQL behind it.
  if (!guard || open_ || line.find('\\') != line.npos)
    return fail(backslash_error(script_, file_, token.offset));
  lexer_.seek(token.offset + 1 + line.size());
  return {};
}

Status ScriptScanner::end_statement(std::size_t after) {
  out_.statements.push_back(
      {{open_->begin, open_->end - open_->begin}, open_->position, std::nullopt});
  setting_.after_statement(open_->lead, script_);
  lexer_.set_standard_strings(setting_.standard_strings());
  if (listener_ != nullptr) listener_->statement_end();
  if (open_->copy.found()) {
    if (copies_.empty())
      copy_line_end_ = std::min(script_.find_first_of("\n\r", after), script_.size());
    copies_.push_back(out_.statements.size() - 1);
  }
  open_.reset();
  return {};
}

Status ScriptScanner::read_copies() {
  if (open_)
    return fail(script_error(script_, file_, {open_->begin, 1},
                             "this runs on into the data lines of the COPY on its line",
                             "start it on the line below the data"));
  const std::string_view ending = script_.substr(copy_line_end_, 2);
  const char newline = ending.starts_with('\r') && ending != "\r\n" ? '\r' : '\n';
  std::size_t at = std::min(copy_line_end_ + (ending == "\r\n" ? 2 : 1), script_.size());
  for (const std::size_t index : copies_) {
    const CopyData data = read_copy_data(script_, at, newline);
    if (!data.ended)
      return fail(script_error(script_, file_, {out_.statements[index].span.offset, 4},
                               "the data of this COPY does not end",
                               "the data lines must end with a line that is just \\."));
    out_.statements[index].copy_data = Span{at, data.data_end - at};
    if (listener_ != nullptr) listener_->copy_data(script_.substr(at, data.data_end - at));
    at = data.next;
  }
  copies_.clear();
  lexer_.seek(at);
  return {};
}

Status ScriptScanner::at_end() {
  if (!open_) return {};
  if (open_->body.open())
    return fail(error(open_->body.opening(), "this BEGIN ATOMIC body does not end",
                      "close it with END; each CASE inside needs an END of its own"));
  if (open_->copy.found())
    return fail(script_error(
        script_, file_, {open_->begin, 4}, "the data of this COPY does not end",
        "end the statement with a semicolon, and the data lines below it with a line that is "
        "just \\."));
  return end_statement(script_.size());
}

} // namespace slipway::sql
