#pragma once

#include "lex/lexer.hpp"
#include "split/atomic_body.hpp"
#include "split/copy_in.hpp"
#include "split/position_cursor.hpp"
#include "split/string_setting.hpp"

#include "slipway/base/result.hpp"
#include "slipway/sql/script.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sql {

/// Hears what a scan passes, in order.
class ScanListener {
public:
  virtual ~ScanListener() = default;
  /// A token of a statement; comments are not told.
  virtual void token(const Token& token) = 0;
  virtual void statement_end() = 0;
  virtual void copy_data(std::string_view data) = 0;
};

/// One pass over a script: tokens to statements, comments and inline COPY data.
class ScriptScanner {
public:
  ScriptScanner(std::string_view script, const std::string& file, ScanListener* listener = nullptr)
      : script_(script), file_(file), listener_(listener), lexer_(script), cursor_(script) {}

  /// May be called once.
  Result<Script> scan();

private:
  // What is known of the statement being read.
  struct Open {
    Open() {} // written out: clang sees no implicit one before the outer class is complete
    std::size_t begin = 0;
    std::size_t end = 0;
    Position position;
    std::size_t parens = 0;
    LeadingTokens lead;
    AtomicBody body;
    CopyIn copy;
    bool ends_at_semicolon() const { return parens == 0 && !body.open(); }
  };

  Status take(const Token& token);
  void take_into_statement(const Token& token);
  void take_comment(const Token& token);
  Status take_backslash(const Token& token);
  /// `after` is where the script goes on behind the semicolon.
  Status end_statement(std::size_t after);
  Status at_end();
  bool copy_line_reached(const Token& token) const {
    return !copies_.empty() && token.offset >= copy_line_end_;
  }
  Status read_copies();
  Error error(const Token& token, std::string message, std::string hint) const;

  std::string_view script_;
  const std::string& file_;
  ScanListener* listener_;
  Lexer lexer_;
  PositionCursor cursor_;
  StringSetting setting_;
  Script out_;
  std::optional<Open> open_;
  // Statements that wait for data: psql reads it from the line after theirs, whatever else is on
  // their line.
  std::vector<std::size_t> copies_;
  std::size_t copy_line_end_ = 0;
};

} // namespace slipway::sql
