#pragma once

#include "lex/lexer.hpp"

namespace slipway::sql {

/// Recognises COPY [BINARY] name [(columns)] FROM STDIN, after which psql reads data lines from the
/// script.
class CopyIn {
public:
  void feed(const Token& token, std::string_view text, bool in_parens);
  bool found() const { return state_ == State::found; }

private:
  enum class State { start, name, rest_of_name, from, found, other };
  State state_ = State::start;
};

/// Where the data of a COPY lies. `data_end` is where the line `\.` begins, `next` where the script
/// goes on.
struct CopyData {
  bool ended = false;
  std::size_t data_end = 0;
  std::size_t next = 0;
};

/// Reads data lines from `offset` to a line that is `\.`. Lines end with `newline`, which is '\n'
/// (a CR before it is part of the line end) or '\r' for files that know only that one.
CopyData read_copy_data(std::string_view script, std::size_t offset, char newline);

} // namespace slipway::sql
