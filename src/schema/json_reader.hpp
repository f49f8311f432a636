#pragma once

#include "slipway/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// Reads JSON front to back, a value when it is asked for. What a snapshot needs of a parser and
/// the usual ones lack: numbers come as they are written, every error has its place, and nothing is
/// kept of ten thousand tables but what was asked for.
class JsonReader {
public:
  /// `file` is what errors call the text. Both must outlive the reader.
  JsonReader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  /// The next character that is not white space; NUL at the end.
  char peek();
  /// Takes that character, or says what was wanted instead.
  Status take(char wanted, std::string_view what);
  /// Takes it if it is there.
  bool take_if(char wanted);
  /// Takes `word` (true, false) if it is there.
  bool take_word_if(std::string_view word);

  Result<std::string> string();
  /// A number as it is written.
  Result<std::string> number();
  Result<std::vector<std::string>> strings();
  /// Nothing may follow.
  Status end();

  /// An error at the start of the value read last.
  Error error(std::string message) const { return error_at(start_, std::move(message)); }
  /// One at what comes next.
  Error error_here(std::string message);
  std::size_t offset() const { return at_; }
  Error error_at(std::size_t offset, std::string message) const;

private:
  void skip_space();
  Status escape(std::string& into);
  Status unicode(std::string& into);
  Result<unsigned> hex4();

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
};

} // namespace slipway::schema
