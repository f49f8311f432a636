#include "slipway/sql/script.hpp"

#include "split/script_error.hpp"
#include "split/script_scanner.hpp"

namespace slipway::sql {

Result<Script> split(std::string_view script, const std::string& file) {
  if (const std::size_t nul = script.find('\0'); nul != script.npos)
    return fail(
        script_error(script, file, {nul, 1}, "a NUL byte in the script",
                     "the server cannot take one; if the file is UTF-16, save it as UTF-8"));
  if (const auto bad = find_invalid_utf8(script))
    return fail(script_error(script, file, {*bad, 1}, "not valid UTF-8", "save the file as UTF-8"));
  return ScriptScanner(script, file).scan();
}

} // namespace slipway::sql
