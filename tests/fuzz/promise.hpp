#pragma once

#include "slipway/base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace slipway::fuzz {

/// Ends the program, which libFuzzer reports with the input, when something that always holds does
/// not.
inline void promise(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

/// What every refusal of a file must be: of that code, with words, and with a place in that file.
inline void promise_good_refusal(const Error& error, ErrorCode code, std::string_view file) {
  promise(error.code == code, "the error has the code of its room");
  promise(!error.message.empty() && error.message.find('\n') == std::string::npos,
          "the message is one sentence");
  promise(error.place && error.place->file == file, "the error names the file");
  promise(error.place->width > 0, "something is underlined");
  promise(error.place->source_line.find_first_of("\r\n") == std::string::npos,
          "the quoted line is one line");
}

} // namespace slipway::fuzz
