#pragma once

#include "lex/lexer.hpp"

#include <array>
#include <string_view>

namespace slipway::sql {

/// The first tokens of a statement, enough to know a SET, RESET or transaction command.
class LeadingTokens {
public:
  void add(const Token& token) {
    if (count_ < tokens_.size()) tokens_[count_++] = token;
  }
  /// The n-th token's text, or an empty text.
  std::string_view at(std::size_t n, std::string_view script) const {
    return n < count_ ? tokens_[n].text(script) : std::string_view();
  }

private:
  std::array<Token, 12> tokens_;
  std::size_t count_ = 0;
};

/// Follows standard_conforming_strings through a script: SET, SET LOCAL, RESET, set_config() with
/// literals, and what COMMIT and ROLLBACK make of them. The server default, on, is assumed at the
/// start. Not followed: savepoints, settings made inside functions or by ALTER ROLE.
class StringSetting {
public:
  void after_statement(const LeadingTokens& lead, std::string_view script);
  bool standard_strings() const { return current_; }

private:
  void set(std::string_view value, bool local);
  void end_transaction(bool keeps);

  bool current_ = true;
  bool session_ = true; // what remains after COMMIT
  bool before_ = true;  // what remains after ROLLBACK
  bool in_block_ = false;
};

} // namespace slipway::sql
